"""Typed prompts without voice: one short-lived text line per prompt."""

from __future__ import annotations

import asyncio

from desktop_app.engine.effects import DeliverPrompt
from desktop_app.engine.inputs import PromptRefused
from desktop_app.engine.line_life import LineLife
from desktop_app.engine.ports import OpenTransport, Time, Transport
from desktop_app.engine.supervisor import LineUses, first_error, honour_cancellation
from desktop_app.errors import AppError
from desktop_app.protocol.commands import (
    CancelReply,
    ConfigureSession,
    PromptText,
    SubmitToolOutputs,
)
from desktop_app.protocol.events import ReplyEnded, ServerEvent, ServerFault


class TextLine:
    """Carries prompts, each over its own transport. Loop thread only."""

    def __init__(
        self,
        open_text: OpenTransport,
        configuration: ConfigureSession,
        uses: LineUses,
        *,
        time: Time,
    ) -> None:
        self._open_text = open_text
        self._configuration = configuration
        self._uses = uses
        self._time = time
        self._transports: dict[int, Transport] = {}

    async def deliver(self, prompt: DeliverPrompt) -> None:
        """Send the prompt, once it is durable, and tell what is answered until the reply ends."""
        command = PromptText(prompt.turn, prompt.text, prompt.wishes)
        try:
            await self._uses.before_send(command)
            transport = await self._open_text(self._configuration)
        except AppError as error:
            self._refuse(prompt.turn, error.code, is_retryable=error.retryable)
            return
        self._transports[prompt.turn] = transport
        try:
            await transport.send(command)
            self._uses.sent(command)
            if not await self._follow(transport):
                self._refuse(prompt.turn, "line.lost")
        except AppError as error:
            self._refuse(prompt.turn, error.code)
        finally:
            del self._transports[prompt.turn]
            await transport.aclose()

    async def cancel(self, command: CancelReply) -> None:
        """Tell the server that nobody listens to this reply any more."""
        transport = self._transports.get(command.turn)
        if transport is None:
            return
        try:
            await transport.send(command)
        except AppError:
            return  # a line that is gone has no reply to cancel

    async def submit(self, command: SubmitToolOutputs) -> None:
        """Give the outputs that the reply waits for."""
        transport = self._transports.get(command.turn)
        if transport is None:
            return
        try:
            await transport.send(command)
        except AppError as error:
            self._refuse(command.turn, error.code)

    async def _follow(self, transport: Transport) -> bool:
        """Tell all that is answered; False where the line, or its peer, is gone before the end.

        Raises:
            AppError: As the line.
        """
        life = LineLife(transport, self._uses.tell, self._time, lambda: True)
        is_ended = False
        lost: AppError | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = [
                    tasks.create_task(life.ask(), name="text line: life"),
                    tasks.create_task(life.until_silent(), name="text line: silence"),
                ]
                is_ended = await self._hear(transport, life)
                for task in watching:
                    task.cancel()
        except* AppError as errors:
            lost = first_error(errors)
        finally:
            life.leave()
        if lost is not None:
            honour_cancellation()
            if lost.code != "line.silent":
                raise lost
        return is_ended

    async def _hear(self, transport: Transport, life: LineLife) -> bool:
        async for event in transport.events():
            life.is_kept_waiting = True
            await self._uses.admit(event)
            life.is_kept_waiting = False
            life.heard()
            self._uses.tell(event)
            if _is_last(event):
                return True
        return False

    def _refuse(self, turn: int, code: str, *, is_retryable: bool = False) -> None:
        self._uses.tell(PromptRefused(turn, code, is_retryable))


def _is_last(event: ServerEvent) -> bool:
    is_fault = isinstance(event, ServerFault) and event.turn is not None
    return is_fault or isinstance(event, ReplyEnded)
