"""What a request carries: JSON here, files in ``multipart``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec


@dataclass(frozen=True, slots=True)
class Content:
    """A body that is ready to be sent once."""

    headers: dict[str, str]
    data: bytes | AsyncIterator[bytes]


class RequestBody(Protocol):
    """May be opened again for another try."""

    def opened(self) -> AbstractAsyncContextManager[Content]:
        """The body from its beginning; what it holds is released on leaving."""


class JsonBody:
    """An object as JSON."""

    def __init__(self, value: Any) -> None:
        self._data = msgspec.json.encode(value)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Content]:
        yield Content({"Content-Type": "application/json"}, self._data)


class NoBody:
    """Nothing."""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Content]:
        yield Content({}, b"")
