"""One server of the OpenAI dialect: its address, and its own dialect's beside that."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from desktop_app.credentials import Secret
from desktop_app.errors import InputError, NetworkError, ProtocolError
from desktop_app.service.providers.remote_api import Remote, RemoteApi

Family = Literal["language", "image", "video", "embedding"]

_VERSION = re.compile(r"/v\d[^/]*$")
_CODES: dict[Family, tuple[str, str, str]] = {
    "language": ("language.refused", "language.unreadable", "language.model_not_found"),
    "image": ("image.refused", "image.unreadable", "image.model_not_found"),
    "video": ("video.refused", "video.unreadable", "video.model_not_found"),
    "embedding": ("embedding.refused", "embedding.unreadable", "embedding.model_not_found"),
}


def api_root(url: str) -> str:
    """``http://host:1234/`` -> ``http://host:1234/v1``; an address with a version stays.

    Raises:
        ValueError: It is no address.
    """
    url = url.strip().rstrip("/").removesuffix("/chat/completions")
    if not url.startswith(("http://", "https://")):
        url = f"http://{url}"
    if not urlsplit(url).hostname:
        raise ValueError("it names no host")
    return url if _VERSION.search(url) else f"{url}/v1"


class OpenAiConnection:
    """Sends requests; failures come in our words and with the codes of ``family``.

    Args:
        url: Of the server, with or without ``/v1``.
        key: Bearer token; may be empty.
        called: What people are told it is.
        family: Of the codes of failures that are not the network's.
        transport: As ``RemoteApi`` takes it.

    Attributes:
        root: The address that paths are joined to.
        name: What people are told it is, and where.
    """

    def __init__(
        self,
        url: str,
        key: str = "",
        *,
        called: str = "language server",
        family: Family = "language",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.root = api_root(url)
        self._called = called
        refused, unreadable, self._no_such_model = _CODES[family]
        version = _VERSION.search(self.root)
        self._version = version[0] if version else ""
        self.name = f"The {called} at {urlsplit(self.root).netloc}"
        remote = Remote(
            name=self.name,
            root=self.root.removesuffix(self._version),
            key=Secret(key),
            refused=refused,
            unreadable=unreadable,
        )
        self._api = RemoteApi(remote, transport=transport)

    @asynccontextmanager
    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[httpx.Response]:
        """A POST whose answer is read inside the block, as it comes.

        Raises:
            InputError: The server finds fault with the request: the fact ``detail`` says why.
            AccessError, NetworkError, ProtocolError
        """
        try:
            async with self._api.stream("POST", self._version + path, json=body) as response:
                yield response
        except InputError as error:
            raise self._explained(error, str(body.get("model", ""))) from error

    async def ask(
        self,
        method: Literal["GET", "POST", "DELETE"],
        path: str,
        *,
        patience_s: float | None = None,
        is_native: bool = False,
        is_job: bool = False,
        **given: Any,
    ) -> dict[str, Any]:
        """The JSON object that answers a request.

        Args:
            method: Of the request.
            path: Below the root.
            patience_s: For each part of the answer; None for the usual one.
            is_native: The path is of the server's own dialect, above ``/v1``.
            is_job: An ``error`` in the answer is the job's, and not the request's.
            given: ``json``, ``data`` and ``files`` as httpx takes them.

        Raises:
            InputError, AccessError, NetworkError, ProtocolError: As ``stream``.
        """
        if patience_s is not None:
            given["timeout"] = httpx.Timeout(min(10.0, patience_s), read=patience_s, write=60.0)
        model = str((given.get("json") or given.get("data") or {}).get("model", ""))
        try:
            found = await self._api.read(
                method, path if is_native else self._version + path, **given
            )
        except InputError as error:
            raise self._explained(error, model) from error
        return self._object(found, is_job=is_job)

    @asynccontextmanager
    async def fetch(self, path: str) -> AsyncIterator[httpx.Response]:
        """A GET whose answer is read inside the block, as it comes, wherever it leads.

        Raises:
            InputError, AccessError, NetworkError, ProtocolError: As ``stream``.
        """
        async with self._api.fetch(self._version + path) as response:
            if not response.is_success:
                raise self.unreadable()
            yield response

    async def whole(self, response: httpx.Response) -> dict[str, Any]:
        """An answer that is not streamed.

        Raises:
            ProtocolError, NetworkError
        """
        return self.parsed(await self._api.body(response))

    def parsed(self, data: str | bytes) -> dict[str, Any]:
        """A JSON object that the server sent.

        Raises:
            ProtocolError: It is none.
            NetworkError: It tells of a failure.
        """
        return self._object(self._api.parsed(data))

    def unreadable(self) -> ProtocolError:
        """The error of an answer that is none."""
        return self._api.strange()

    def broken(self) -> NetworkError:
        """The error of an answer that has no end."""
        return self._api.broken()

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._api.aclose()

    def detail(self, found: Mapping[str, Any]) -> str:
        """What it says of a failure, in its own words."""
        return self._api.detail(found)

    def _object(self, found: Any, *, is_job: bool = False) -> dict[str, Any]:
        if not isinstance(found, dict):
            raise self.unreadable()
        if found.get("error") and not is_job:
            raise self._api.told(found)
        return found

    def _explained(self, error: InputError, model: str) -> InputError | NetworkError:
        """A model that is not there is nothing that is wrong with the request."""
        if error.facts.get("status") != "404" or not model:
            return error
        detail = error.facts.get("detail", "")
        sentence = f'The {self._called} does not know the model "{model}". {detail}'.strip()
        return NetworkError(self._no_such_model, sentence, model=model)
