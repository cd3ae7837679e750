"""The description of the API is true, and nothing that follows it breaks the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.fakes.service import RealService

EXAMPLES = 48
MESSAGE_EXAMPLES = 80
LIMIT_S = 30
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


CONTRACT = """\
POST /assistants
GET /assistants
GET /assistants/{assistant_id}
PUT /assistants/{assistant_id}
DELETE /assistants/{assistant_id}
POST /assistants/{assistant_id}/clone
POST /assistants/{assistant_id}/threads
GET /assistants/{assistant_id}/threads
GET /threads
GET /threads/{thread_id}
DELETE /threads/{thread_id}
POST /threads/messages
POST /threads/{thread_id}/messages
POST /threads/tool-outputs
POST /threads/{thread_id}/runs/{run_id}/submit-tool-outputs
POST /threads/{thread_id}/runs/{run_id}/cancel
POST /assistants/{assistant_id}/documents
GET /assistants/{assistant_id}/documents
POST /threads/{thread_id}/documents
GET /threads/{thread_id}/documents
GET /documents/{document_id}/status
DELETE /documents/{document_id}
GET /assistants/{assistant_id}/memories
POST /assistants/{assistant_id}/memories
DELETE /assistants/{assistant_id}/memories
GET /assistants/{assistant_id}/memories/{memory_id}
PUT /assistants/{assistant_id}/memories/{memory_id}
DELETE /assistants/{assistant_id}/memories/{memory_id}
GET /assistants/{assistant_id}/memories/stats
GET /assistants/{assistant_id}/memories/insights
POST /assistants/{assistant_id}/memories/search
GET /assistants/memories/operations/{operation_id}
GET /models
GET /models/{name}
GET /models/providers
GET /models/provider/{provider}
GET /models/embedding/all
GET /models/embedding/providers
GET /models/embedding/{name}
GET /models/image/all
GET /models/image/providers
GET /models/image/{name}
GET /models/video/all
GET /models/video/{name}
GET /models/voice/all
GET /models/voice/providers
GET /models/thinking-metadata"""
"""Sections 3 to 13."""


@dataclass(frozen=True)
class Described:
    """A running service, what it says of itself, and things that it has.

    Attributes:
        known: Ids by the names that paths have for them.
    """

    service: RealService
    document: dict[str, Any]
    known: dict[str, str]

    @property
    def root(self) -> str:
        return self.service.api.base_url.removesuffix("/api")

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.service.api.key}


@pytest.fixture(scope="module")
def described(service: RealService) -> Iterator[Described]:
    root, headers = service.api.base_url, {"X-API-Key": service.api.key}
    with httpx.Client(headers=headers, timeout=LIMIT_S) as http:
        document = http.get(root.removesuffix("/api") + "/openapi.json").json()
        assistant = http.post(root + "/assistants", json={"name": "Ada"}).json()
        of_assistant = f"{root}/assistants/{assistant['assistant_id']}"
        thread = http.post(of_assistant + "/threads", json={}).json()
        memory = http.post(of_assistant + "/memories", json={"content": "Likes tea"}).json()
        file = {"file": ("note.txt", b"The key hangs behind the clock.")}
        note = http.post(of_assistant + "/documents", files=file).json()
    known = {
        "assistant_id": assistant["assistant_id"],
        "thread_id": thread["thread_id"],
        "memory_id": memory["memory_id"],
        "document_id": note["document_id"],
        "name": "gpt-4.1",
        "provider": "openai",
    }
    return Described(service, document, known)


def plausible(case: Any, known: dict[str, str]) -> None:
    """Lead a request past the first door: names of things that are there."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known.get(name, case.path_parameters[name])
    if isinstance(case.body, dict):
        for name in {"thread_id", "assistant_id"} & set(case.body):
            case.body[name] = known[name]
        if case.path.endswith("/messages"):
            case.body["content"] = "What is 2 plus 2?"
            for name in ("llm_provider", "image_model_provider", "voice"):
                case.body.pop(name, None)


def operations(document: dict[str, Any]) -> list[Any]:
    """All of them, those last that take something away, and of these the greatest last."""
    # Where it knows of a key, half of its nonsense is a wrong one.
    schema = schemathesis.openapi.from_dict({**document, "security": []})
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=lambda one: (one.method.upper() == "DELETE", -len(one.path)))


def sensible_or_not(operation: Any) -> st.SearchStrategy[Any]:
    """Requests that follow the description, and requests that do not."""
    return st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )


def examples_of(operation: Any) -> int:
    return MESSAGE_EXAMPLES if operation.path.endswith("/messages") else EXAMPLES


def test_no_request_breaks_the_service(described: Described) -> None:
    for operation in operations(described.document):

        @settings(
            max_examples=examples_of(operation),
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=sensible_or_not(operation), is_plausible=st.booleans())
        def holds(case: Any, is_plausible: bool) -> None:
            if is_plausible:
                plausible(case, described.known)
            answer = case.call(base_url=described.root, headers=described.headers, timeout=LIMIT_S)
            case.validate_response(answer, checks=CHECKS)

        holds()
    assert described.service.is_alive


def test_all_that_the_contract_names_is_described(described: Described) -> None:
    served = {
        f"{method.upper()} {path.removeprefix('/api')}"
        for path, methods in described.document["paths"].items()
        for method in methods
    }
    assert set(CONTRACT.splitlines()) - served == set()
    assert set(described.document["x-sockets"]) == {
        "/api/threads/messages",
        "/api/threads/realtime",
    }


def test_every_described_path_is_there(described: Described) -> None:
    with httpx.Client(headers=described.headers, timeout=LIMIT_S) as http:
        for path, methods in described.document["paths"].items():
            for method in methods:
                answer = http.request(method.upper(), described.root + path.format_map(Nobody()))
                assert answer.status_code not in (404, 405) or "not found" in answer.text


class Nobody(dict[str, str]):
    """Ids that nothing has."""

    def __missing__(self, key: str) -> str:
        return "nobody"
