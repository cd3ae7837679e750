"""One server of the OpenAI dialect: where it is, its key, and its failures in our words."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from desktop_app.errors import AccessError, NetworkError, ProtocolError
from desktop_app.loopback import is_loopback

_TIMEOUT = httpx.Timeout(10.0, read=120.0)  # seconds; a large model may load for a minute
_MOST_OF_DETAIL = 300  # characters
_NO_SUCH_MODEL = {
    "language": "language.model_not_found",
    "image": "image.model_not_found",
    "embedding": "embedding.model_not_found",
}
_MASKED_KEY = re.compile(r"\S*\*{3,}\S*")


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
    return url if re.search(r"/v\d[^/]*$", url) else f"{url}/v1"


class OpenAiConnection:
    """Sends requests and translates what goes wrong.

    Args:
        url: Of the server, with or without ``/v1``.
        key: Bearer token; may be empty.
        called: What people are told it is.
        family: Of the codes of failures that are not the network's: ``language``, ``image`` or
            ``embedding``.

    Attributes:
        root: The address that paths are joined to.
    """

    def __init__(
        self, url: str, key: str = "", *, called: str = "language server", family: str = "language"
    ) -> None:
        self.root = api_root(url)
        self._key = key
        self._called = called
        self._family = family
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=_TIMEOUT,
            trust_env=not is_loopback(self.root),
        )

    @asynccontextmanager
    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[httpx.Response]:
        """A POST whose answer is read as it comes; ``failures`` must be open while it is read.

        Raises:
            AccessError, NetworkError: ``model`` in ``body`` is named where it is not there.
        """
        async with self._http.stream("POST", self.root + path, json=body) as response:
            await self._check(response, str(body.get("model", "")))
            yield response

    async def ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        *,
        patience_s: float | None = None,
        **given: Any,
    ) -> dict[str, Any]:
        """The JSON object that answers a request.

        Args:
            method: Of the request.
            path: Below the root, or a whole address on the same server.
            patience_s: For each part of the answer; None for the usual one.
            given: ``json``, ``data`` and ``files`` as httpx takes them.

        Raises:
            AccessError, NetworkError, ProtocolError
        """
        url = path if "://" in path else self.root + path
        timeout = _TIMEOUT if patience_s is None else _within(patience_s)
        model = (given.get("json") or given.get("data") or {}).get("model", "")
        with self.failures():
            response = await self._http.request(method, url, timeout=timeout, **given)
            await self._check(response, str(model))
        return self.parsed(response.content)

    def parsed(self, data: str | bytes) -> dict[str, Any]:
        """A JSON object that the server sent.

        Raises:
            ProtocolError: It is none.
            NetworkError: It tells of a failure.
        """
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self.unreadable() from error
        if not isinstance(found, dict):
            raise self.unreadable()
        if found.get("error"):
            detail = self._detail(json.dumps(found).encode())
            sentence = f"The {self._called} failed. {detail}".strip()
            raise NetworkError(f"{self._family}.failed", sentence)
        return found

    def unreadable(self) -> ProtocolError:
        """The error of an answer that is none."""
        return ProtocolError(
            f"{self._family}.unreadable", f"The {self._called} sent something unreadable."
        )

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Translate what the connection raises.

        Raises:
            NetworkError, ProtocolError
        """
        try:
            yield
        except httpx.ConnectError as error:
            raise NetworkError(
                "network.unreachable",
                f"The {self._called} at {self.root} cannot be reached.",
                retryable=True,
            ) from error
        except httpx.TimeoutException as error:
            raise NetworkError(
                "network.timeout", f"The {self._called} took too long to answer.", retryable=True
            ) from error
        except httpx.TransportError as error:
            raise NetworkError(
                "network.broken", f"The {self._called} broke off its answer.", retryable=True
            ) from error
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise self.unreadable() from error

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._http.aclose()

    async def _check(self, response: httpx.Response, model: str) -> None:
        status = response.status_code
        if status < 400:
            return
        body = await response.aread()
        detail = self._detail(body)
        if status in (401, 403):
            raise AccessError("access.refused", f"The {self._called} refused the key. {detail}")
        if status == 404 and model:
            raise NetworkError(
                _NO_SUCH_MODEL[self._family],
                f'The {self._called} does not know the model "{model}". {detail}'.strip(),
                model=model,
            )
        if status == 429 and b"insufficient_quota" in body:
            status = 402  # waiting does not help: it is the account's credit
        facts = {"detail": detail} | _seconds(response)
        raise NetworkError(
            f"http.{status}",
            f"{self._refusal(status, facts)} {detail}".strip(),
            retryable=status == 429 or status >= 500,
            **facts,
        )

    def _refusal(self, status: int, facts: Mapping[str, str]) -> str:
        if status == 402:
            return f"The {self._called} asks for credit on its account."
        if status == 429:
            wait = f" in {facts['seconds']} s" if "seconds" in facts else " later"
            return f"The {self._called} has had too many requests; try again{wait}."
        return f"The {self._called} answered with error {status}."

    def _detail(self, body: bytes) -> str:
        """What the server says about its failure, in whichever of the usual places; no keys."""
        try:
            found: Any = json.loads(body)
        except (ValueError, RecursionError):
            return ""  # a proxy's page, perhaps
        for name in ("error", "detail", "message"):
            if isinstance(found, dict) and found.get(name):
                found = found[name]
        if not isinstance(found, str):
            return ""
        said = found.replace(self._key, "…") if self._key else found
        return _MASKED_KEY.sub("…", said)[:_MOST_OF_DETAIL]


def _within(patience_s: float) -> httpx.Timeout:
    return httpx.Timeout(min(10.0, patience_s), read=patience_s, write=None)


def _seconds(response: httpx.Response) -> dict[str, str]:
    """The fact ``seconds``, where the server says how long to wait."""
    wish = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d+)?", wish):
        return {"seconds": f"{float(wish):.0f}"}
    try:
        until = parsedate_to_datetime(wish)
    except ValueError:
        return {}
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return {"seconds": f"{max(0.0, (aware - datetime.now(UTC)).total_seconds()):.0f}"}
