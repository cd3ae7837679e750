"""What gateways remember beyond one socket: a small store of texts that one process, or a fleet,
shares."""

from __future__ import annotations

from typing import Protocol


class State(Protocol):
    """Texts and lists of texts by key; each is forgotten after a while, the longest unused first.

    Event loop only. Every method raises AppError (``state.unreachable``) where it cannot be asked.
    """

    async def read(self, key: str) -> str | None:
        """The text, where it is still known."""

    async def write(self, key: str, text: str, *, keep_s: int) -> None:
        """Remember a text in place of an earlier one."""

    async def remove(self, key: str) -> None:
        """Forget a text. Idempotent."""

    async def lines(self, key: str) -> list[str]:
        """A list, the oldest first; empty where nothing is known."""

    async def append(self, key: str, line: str, *, keep_s: int, most: int) -> None:
        """Add to the end of a list, of which the newest ``most`` are kept."""

    async def check(self) -> None:
        """Return when it can be asked."""

    async def aclose(self) -> None:
        """Let go of it. Idempotent."""
