"""Answers typed questions with TypeSafe's System One: ``POST /v1/systemone``.

Its API is described at docs.typesafe.ai/api and /models (read in November 2026).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from desktop_app.credentials import Secret
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.system_one import (
    ChoiceAnswer,
    NoulAnswer,
    ScoreAnswer,
    SystemOneResult,
    TypedAnswer,
    TypedQuestion,
)
from desktop_app.service.providers.judge_ports import CAPABILITIES, JudgeRequest, options_of
from desktop_app.service.providers.known_models import known_models
from desktop_app.service.providers.remote_api import Remote, RemoteApi


class TypeSafeJudge:
    """A ``Judge`` over HTTP.

    Args:
        url: Of the API, without its version.
        key: Of an account.
    """

    provider = "typesafe"

    def __init__(self, url: str, key: Secret) -> None:
        self._api = RemoteApi(
            Remote("TypeSafe", url, key, refused="judge.refused", unreadable="judge.unreadable")
        )
        self.model = known_models(self.provider).preferred("system_one")[0]

    async def judge(self, request: JudgeRequest) -> SystemOneResult:
        """As it judged; see ``Judge``."""
        body: dict[str, Any] = {
            "model": request.model or self.model,
            "state": request.state,
            "questions": msgspec.to_builtins(dict(request.questions)),
        }
        return self._checked(await self._api.read("POST", "/v1/systemone", json=body), request)

    async def models(self) -> Sequence[ModelInfo]:
        """Those that are known: the API keeps its limits and prices in the documentation."""
        rows = known_models(self.provider).of_type("system_one", self.provider)
        capabilities = dict(CAPABILITIES)
        return [msgspec.structs.replace(row, system_one_capabilities=capabilities) for row in rows]

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._api.aclose()

    def _checked(self, found: Any, request: JudgeRequest) -> SystemOneResult:
        try:
            result = msgspec.convert(found, SystemOneResult, strict=False)
        except msgspec.ValidationError:
            raise self._api.strange() from None
        answers = result.typed
        for name, question in request.questions.items():
            if name not in answers or not _fits(question, answers[name]):
                raise self._api.strange()
        return msgspec.structs.replace(
            result,
            model=result.model or request.model or self.model,
            answers={name: msgspec.to_builtins(answers[name]) for name in request.questions},
        )


def _fits(question: TypedQuestion, answer: TypedAnswer) -> bool:
    """Whether it answers this question, with options that were asked about."""
    asked = msgspec.to_builtins(question)["type"]
    if asked != msgspec.to_builtins(answer)["type"]:
        return False
    if isinstance(answer, NoulAnswer):
        return 0 <= answer.noul <= 1
    options = options_of(question).keys()
    if isinstance(answer, ScoreAnswer):
        options = answer.legend.keys()
    shares = answer.probabilities
    if not shares or not shares.keys() <= options or not _are_shares(shares.values()):
        return False
    return answer.choice in options if isinstance(answer, ChoiceAnswer) else True


def _are_shares(values: Any) -> bool:
    return all(0 <= value <= 1 for value in values)
