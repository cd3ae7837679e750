"""What the scripted providers share: they can be held while they work."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Pausing:
    """Works until ``pause``, and goes on at ``resume``.

    Attributes:
        was_asked: Set by the first request.
    """

    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_go_on.set()

    def pause(self) -> None:
        """Hold what is asked for until ``resume``."""
        self.may_go_on.clear()

    def resume(self) -> None:
        self.may_go_on.set()

    async def aclose(self) -> None:
        self.may_go_on.set()
