"""Any language server that speaks the OpenAI chat dialect: a local one, or one on the network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx

from desktop_app.errors import AppError, InputError, ProtocolError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.known_models import known_models
from desktop_app.service.providers.model_listing import listed_models
from desktop_app.service.providers.openai.chat_answer import answer_events
from desktop_app.service.providers.openai.chat_options import (
    Dialect,
    chat_options,
    dialect_of,
    unmet_by,
)
from desktop_app.service.providers.openai.chat_request import chat_body, without_refused
from desktop_app.service.providers.openai.openai_connection import OpenAiConnection
from desktop_app.service.providers.ports import (
    LanguageEvent,
    LanguageRequest,
    ReasoningDelta,
    Unmet,
)


class OpenAiLanguage:
    """Answers through ``/chat/completions``.

    Args:
        url: Of the server, with or without ``/v1``.
        provider: The name under which people see it.
        model: Used when a request names none; when empty, one that the server lists: the first,
            or one that is known to be a good choice.
        key: Bearer token; may be empty.
        dialect: Whose words it understands; None tells it from name and address.
        transport: As ``RemoteApi`` takes it.

    Attributes:
        model: The one that is used by default, as far as it is known.
    """

    def __init__(
        self,
        url: str,
        *,
        provider: str = "custom",
        model: str = "",
        key: str = "",
        dialect: Dialect | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.provider = provider
        self.model = model or next(iter(known_models(provider).preferred("llm")), "")
        self._is_chosen = bool(model)
        self._connection = OpenAiConnection(url, key, transport=transport)
        self._dialect = dialect or dialect_of(provider, self._connection.root)
        self._known: dict[str, ModelInfo] = {}

    async def reply(self, request: LanguageRequest) -> AsyncIterator[LanguageEvent]:
        """Stream the model's answer.

        What the server says it does not take (tools, reasoning, pictures, ...) is left out, and
        it is asked once more; ``Unmet`` says what that means for the turn.

        Raises:
            InputError: ``language.refused``: the server finds fault with the request.
            NetworkError: The server cannot be reached, failed, or broke off.
            AccessError: It refused the key.
            ProtocolError: It answered something else than a chat.
        """
        hides = bool((request.thinking or {}).get("exclude_reasoning"))
        model = request.model or self.model or await self._first_model()
        row = await self._row(request, model)
        options = chat_options(request, model, row, self._dialect)
        body = chat_body(request, model, options, sees=row.supports_vision if row else None)
        async with AsyncExitStack() as opened:
            response, refused = await self._answer(opened, body)
            for sentence in (*options.unmet, *unmet_by(refused, model)):
                yield Unmet(sentence)
            async for event in answer_events(response, self._connection):
                if not (hides and isinstance(event, ReasoningDelta)):
                    yield event

    async def models(self) -> Sequence[ModelInfo]:
        """What the server lists, the model that is used by default first."""
        try:
            rows = await self._listed()
        except AppError:
            rows = []
        if self.model and self.model not in [row.name for row in rows]:
            known = known_models(self.provider).describe(self.model, self.provider)
            rows.insert(0, known or ModelInfo(name=self.model, provider=self.provider))
        return sorted(rows, key=lambda row: row.name != self.model)

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._connection.aclose()

    async def _answer(
        self, opened: AsyncExitStack, body: dict[str, Any]
    ) -> tuple[httpx.Response, set[str]]:
        """The first answer that is no refusal of a part of the request, and what was left out."""
        wanted = set(body)
        may_route = self._dialect == "openrouter"
        while True:
            try:
                stream = self._connection.stream("/chat/completions", body)
                return await opened.enter_async_context(stream), wanted - set(body)
            except InputError as error:
                detail = error.facts.get("detail", "")
                simpler = without_refused(body, detail, may_route=may_route)
                if simpler is None:
                    raise
                body = simpler

    async def _first_model(self) -> str:
        rows = await self._listed()
        if not rows:
            raise ProtocolError(
                "language.no_model", f"{self._connection.root} has no language model loaded."
            )
        return rows[0].name

    async def _listed(self) -> list[ModelInfo]:
        rows = await listed_models(self._connection, self.provider)
        self._known = {row.name: row for row in rows}
        found = [row for row in rows if row.model_type == "llm"]
        if found and not self._is_chosen and self.model not in self._known:
            self.model = found[0].name
        return found

    async def _row(self, request: LanguageRequest, model: str) -> ModelInfo | None:
        """What is known of the model, where that matters; None where nobody knows."""
        shows = any(message.pictures for message in request.history)
        if (shows or request.searches_web) and model not in self._known:
            await self.models()
        return self._known.get(model)
