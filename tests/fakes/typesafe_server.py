"""A stand-in for TypeSafe's System One: checks what it is asked as the real one documents it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.http_server import HttpAnswer, HttpRequest, HttpServer, http_server, json_answer

KEY = "ts-stand-in-1c9b20e7d4"
_MODELS = {"jev-latest": "jev-1.13.0", "jev-1.13.0": "jev-1.13.0"}


@dataclass
class TypeSafeServer:
    """Holds the option likeliest whose name or words stand in the state.

    Attributes:
        http: The server itself: requests, planned answers.
    """

    http: HttpServer = field(init=False)

    @property
    def url(self) -> str:
        """The root of the API, without its version."""
        return self.http.url

    def respond(self, request: HttpRequest) -> HttpAnswer:
        """The regular answer."""
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return json_answer({"error": {"message": "Invalid API key"}}, 401)
        if (request.method, request.path) != ("POST", "/v1/systemone"):
            return json_answer({"error": {"message": "Not found"}}, 404)
        body = request.json()
        if fault := _fault(body):
            return json_answer({"error": {"message": fault}}, 422)
        state = str(body["state"]).lower()
        answers = {name: _answer(one, state) for name, one in body["questions"].items()}
        usage = {"input_tokens": len(state), "output_tokens": 8 * len(answers)}
        return json_answer({"model": _MODELS[body["model"]], "answers": answers, "usage": usage})


def _fault(body: Mapping[str, Any]) -> str:
    if body.keys() != {"state", "model", "questions"}:
        return "state, model and questions are required"
    if body["model"] not in _MODELS:
        return f"unknown model {body['model']}"
    for question in body["questions"].values():
        kind, criteria = question.get("type"), question.get("criteria")
        is_whole = {
            "noul": criteria is None or set(criteria) <= {"true", "false"},
            "choice": isinstance(criteria, dict) and 2 <= len(criteria) <= 255,
            "score": isinstance(criteria, list) and 2 <= len(criteria) <= 10,
        }.get(kind, False)
        if not is_whole or not question.get("instructions"):
            return "a question is not valid"
    return ""


def _answer(question: Mapping[str, Any], state: str) -> dict[str, Any]:
    if question["type"] == "noul":
        return {"type": "noul", "noul": 0.9 if "urgent" in state else 0.2}
    criteria = question["criteria"]
    named = dict(enumerate(criteria)) if isinstance(criteria, list) else {k: k for k in criteria}
    names = [str(name) for name in named]
    best = next((str(name) for name, words in named.items() if words.lower() in state), names[0])
    rest = 0.2 / (len(names) - 1)
    shares = {name: 0.8 if name == best else rest for name in names}
    if question["type"] == "choice":
        found: dict[str, Any] = {"type": "choice", "choice": best}
    else:
        score = sum(int(name) * share for name, share in shares.items())
        legend = {str(number): words for number, words in named.items()}
        found = {"type": "score", "score": score, "legend": legend}
    return {**found, "probabilities": shares, "confidence": 0.7}


@asynccontextmanager
async def typesafe_server() -> AsyncIterator[TypeSafeServer]:
    """A running one."""
    fake = TypeSafeServer()
    async with http_server(fake.respond) as fake.http:
        yield fake
