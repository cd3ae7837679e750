"""Tools that the service carries out itself while a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from desktop_app.protocol.backboard.messages import Media
from desktop_app.service.providers.ports import Passage, Tool
from desktop_app.service.runs.run import Run


@dataclass(frozen=True, slots=True)
class HostedResult:
    """What a call gave.

    Attributes:
        text: For the model.
        media: For the person: told as they are made, and kept with the reply.
        files: Names of the documents it comes from.
        passages: What was found in them.
        words: For the person, where no model tells what was done.
        is_failure: Nothing came of it, as ``text`` says.
    """

    text: str
    media: tuple[Media, ...] = ()
    files: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    words: str = ""
    is_failure: bool = False


class HostedTool(Protocol):
    """A function of the service that a model may call."""

    @property
    def tool(self) -> Tool:
        """Its definition, as the model sees it."""

    async def call(self, arguments: dict[str, Any], run: Run) -> HostedResult:
        """Carry out one call; ``run.question`` and ``run.message_id`` say for whom.

        Raises:
            AppError: Told to the model in its own words, so that it can go on without.
        """


HostedMaker = Callable[[dict[str, Any]], HostedTool]
"""Makes a tool from the settings of a ``HostedChoice``.

Raises:
    AppError: They cannot be used.
"""
