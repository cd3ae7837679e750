"""Language servers that clients bring, with keys of theirs."""

from __future__ import annotations

import httpx

from desktop_app.client.http11_transport import Http11Transport
from desktop_app.service.gateway.answering.public_hosts import PublicHosts
from desktop_app.service.gateway.gateway_config import LlmConfig, language_root
from desktop_app.service.gateway.session_plan import WantedBackend
from desktop_app.service.providers.config import OPENAI_URL
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage


class ClientLanguages:
    """Opens them for one turn each; the connections are kept for the next turns.

    Args:
        llm: The operator's, for clients that bring a key alone.
        hosts: Which addresses may be asked.
    """

    def __init__(self, llm: LlmConfig, hosts: PublicHosts) -> None:
        self._llm = llm
        self._guarded = Http11Transport(hosts.address_of)

    def open(self, wanted: WantedBackend) -> OpenAiLanguage:
        """Whom ``wanted`` names by address or key; to be closed after the turn.

        The operator's key never goes to an address that a client brought.
        """
        own_url = self._llm.base_url or OPENAI_URL
        return OpenAiLanguage(
            language_root(wanted.base_url or own_url),
            provider=wanted.provider or "custom",
            model=wanted.model or ("" if wanted.base_url else self._llm.model),
            key=wanted.api_key.reveal(),
            transport=_Lent(self._guarded) if wanted.base_url else None,
        )

    async def aclose(self) -> None:
        """Drop the connections. Idempotent."""
        await self._guarded.aclose()


class _Lent(httpx.AsyncBaseTransport):
    """A transport that outlives the client which uses it."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport.handle_async_request(request)
