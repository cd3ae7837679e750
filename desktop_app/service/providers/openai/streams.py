"""Reads what a provider streams, and ends it when nobody reads on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

_Item = TypeVar("_Item")


@asynccontextmanager
async def closing(stream: AsyncIterator[_Item]) -> AsyncIterator[AsyncIterator[_Item]]:
    """Like ``contextlib.aclosing``, for the iterators of the ports, which need not be generators.

    A generator that is only dropped goes on holding its connection until it is collected.
    """
    try:
        yield stream
    finally:
        if (close := getattr(stream, "aclose", None)) is not None:
            await close()
