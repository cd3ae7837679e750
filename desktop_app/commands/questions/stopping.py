"""A question that a person stops: nothing of it is left half done, or unsaid."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from msgspec.structs import replace

from desktop_app.commands.parts import CommandParts
from desktop_app.commands.questions.turn_report import Printer
from desktop_app.engine.engine import Engine
from desktop_app.engine.inputs import PromptTyped, ReplyStopped
from desktop_app.errors import StoppedError
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import LinkEvent, MessageSaved, TurnTimed, UploadAdvanced

WITHIN_S = 2.0


class Sending:
    """Follows a question until the server has all of it.

    Attributes:
        message_id: Of the question.
        is_whole: The server has it, files included.
    """

    def __init__(self, asked: PromptTyped) -> None:
        self.message_id = asked.message_id
        self._has_left = False
        self._is_uploading = bool(asked.wishes.files or asked.wishes.recording)

    @property
    def is_whole(self) -> bool:
        return self._has_left and not self._is_uploading

    def take(self, event: LinkEvent) -> None:
        """Take note of what has left."""
        if isinstance(event, UploadAdvanced):
            self._is_uploading = event.sent_bytes < event.total_bytes
        elif isinstance(event, MessageSaved) and event.message.role is Role.USER:
            self._has_left = event.message.status is MessageStatus.SENT


async def stopped(
    engine: Engine, printer: Printer, parts: CommandParts, sending: Sending
) -> StoppedError:
    """End the turn here and at the server, and say how far it had come."""
    is_whole = sending.is_whole
    ended = asyncio.Event()
    stop = printer.listen(lambda event: ended.set() if isinstance(event, TurnTimed) else None)
    try:
        engine.take(ReplyStopped())
        with suppress(TimeoutError):
            async with asyncio.timeout(WITHIN_S):
                await ended.wait()
    finally:
        stop()
    if is_whole:
        return StoppedError("ask.stopped", "Stopped. The question was sent; its answer was ended.")
    await _hold_back(parts, sending.message_id)
    return StoppedError("ask.stopped", "Stopped. The question was not sent.")


async def _hold_back(parts: CommandParts, message_id: str) -> None:
    """What waits in the journal is sent by the next engine, unless it has failed."""
    message = await parts.journal.message(message_id)
    if message is not None and message.status is MessageStatus.QUEUED:
        failed = replace(message, status=MessageStatus.FAILED, error="turn.interrupted")
        await parts.journal.save_message(failed)
