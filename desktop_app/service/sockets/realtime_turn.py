"""One reply of a realtime session: rounds of text, sound and calls, until it is done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing, suppress
from typing import Any

import msgspec

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.realtime_socket import RealtimeEvent, RealtimeOutput
from desktop_app.protocol.events import ToolCall
from desktop_app.protocol.gateway import AssistantAudioChunk, GatewayServerMessage
from desktop_app.service.gateway.session_plan import Voice
from desktop_app.service.gateway.speaking import Speaking
from desktop_app.service.provider_failures import code_for_clients
from desktop_app.service.providers.one_by_one import OneByOne
from desktop_app.service.providers.ports import TextDelta, TextToSpeech
from desktop_app.service.runs.events import MediaMade, RunEnded, RunEvent, ToolBegun
from desktop_app.service.runs.run import Run
from desktop_app.service.runs.runs import Runs
from desktop_app.service.sockets.session_socket import Tell
from desktop_app.service.storage.conversation_store import Heard
from desktop_app.tasks import start_in

_STORING_S = 1.0
_BYTES_PER_MS = SPEECH_RATE_HZ * 2 // 1000


class RealtimeTurn:
    """Tells a run as it goes, speaks it sentence by sentence, and asks the client for outputs.

    Args:
        run: Goes on, and is stored, even if nobody listens any more.
        runs: Take it up again when its calls are answered.
        tts: Speaks.
        voice: None for text alone.
        tell: Sends a frame.
    """

    def __init__(
        self, run: Run, runs: Runs, tts: TextToSpeech, voice: Voice | None, tell: Tell
    ) -> None:
        self._run = run
        self._runs = runs
        self._tell = tell
        self._speech = None if voice is None else Speaking(OneByOne(tts), voice, 0, self._on_sound)
        self._task: asyncio.Task[None] | None = None
        self._calls: dict[str, ToolCall] = {}
        self._outputs: dict[str, str] = {}
        self._answered = asyncio.Event()
        self._sound_ms: dict[str, float] = {}  # of each item, in their order
        self._heard_ms: float | None = None  # None until it was cut

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Start telling."""
        self._task = start_in(tasks, self._perform(), name="realtime turn")

    @property
    def is_over(self) -> bool:
        """Whether all has been told."""
        return self._task is None or self._task.done()

    async def stop(self) -> None:
        """Silence it; what was written so far is kept."""
        if self.is_over or self._task is None:
            return
        await self._runs.cancel(self._run.question.thread_id, self._run.run_id)
        self._task.cancel()
        await asyncio.wait({self._task})
        with suppress(TimeoutError):  # a provider slow to let go must not hold the next turn up
            async with asyncio.timeout(_STORING_S):
                await self._run.ended()
        if self._task.cancelled():  # otherwise it has told its end itself
            await self._done("cancelled")

    async def truncate(self, item_id: str, heard_ms: int) -> None:
        """Silence it; of the sound of that item, and of those behind it, no more was heard.

        Raises:
            InputError: ``session.truncate``: it has not sounded, and it is not the one that comes.
        """
        items = list(dict.fromkeys((*self._sound_ms, self._run.message_id)))
        if self._speech is None or item_id not in items:
            raise InputError("session.truncate", f"No item of the reply sounds: “{item_id}”.")
        await self.stop()
        before = items[: items.index(item_id)]
        heard = sum(self._sound_ms[item] for item in before) + heard_ms
        self._heard_ms = heard if self._heard_ms is None else min(heard, self._heard_ms)
        ms = int(self._heard_ms)
        part = Heard(ms, self._speech.heard_characters(ms))
        await self._runs.interrupt(self._run.question.thread_id, self._run.run_id, part)

    def take(self, outputs: Sequence[RealtimeOutput]) -> None:
        """Outputs of calls; when all are there, the run goes on.

        Raises:
            InputError: ``session.outputs``: nobody waits for one of them; none is taken.
        """
        unknown = [output.tool_call_id for output in outputs if not self._waits_for(output)]
        if unknown:
            raise InputError("session.outputs", f"No call waits for an output: {unknown[0]}.")
        for output in outputs:
            value = output.output
            self._outputs[output.tool_call_id] = (
                value if isinstance(value, str) else json.dumps(value)
            )
        if self._calls and self._outputs.keys() == self._calls.keys():
            self._answered.set()

    def _waits_for(self, output: RealtimeOutput) -> bool:
        return output.tool_call_id in self._calls and output.tool_call_id not in self._outputs

    async def _perform(self) -> None:
        if self._speech is None:
            end = await self._write()
        else:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._speech.run(), name="speak")
                end = await self._write()
                self._speech.finish()
            if self._speech.failure is not None:
                failure = self._speech.failure
                await self._send("error", message=str(failure), code=code_for_clients(failure))
        await self._conclude(end)

    async def _write(self) -> RunEnded:
        """Tell round after round; the end of the last."""
        while True:
            async with aclosing(self._run.events()) as events:
                async for event in events:
                    await self._say(event)
            end = await self._run.ended()
            if end.status != "REQUIRES_ACTION" or not await self._go_on(end):
                return end

    async def _say(self, event: RunEvent) -> None:
        match event:
            case TextDelta(text):
                if self._speech is not None:
                    self._speech.feed(text)
                await self._send("text.delta", role="assistant", text=text)
            case ToolBegun(call):
                await self._tell_call(call, hosted=True)
            case MediaMade(media):
                made = [msgspec.structs.asdict(media)]
                await self._send("media.generated", generated_media=made)

    async def _go_on(self, end: RunEnded) -> bool:
        """Ask for the outputs and take the run up; False where somebody else ended it."""
        self._outputs.clear()
        self._answered.clear()
        self._calls = {call.id: call for call in end.calls}
        for call in end.calls:
            await self._tell_call(call, tool_call_ids=list(self._calls))
        await self._answered.wait()
        self._calls = {}
        question = self._run.question
        waiting = await self._runs.rows.waiting(question.thread_id, self._run.run_id)
        resumed = await self._runs.resume(waiting, dict(self._outputs)) if waiting else None
        self._run = resumed or self._run
        return resumed is not None

    async def _tell_call(self, call: ToolCall, *, hosted: bool = False, **more: Any) -> None:
        """Nobody answers a hosted call: that the service carries it out is all there is to say."""
        await self._send(
            "tool.call",
            tool_call_id=call.id,
            name=call.name,
            arguments=call.arguments,
            hosted=hosted,
            **more,
        )

    async def _conclude(self, end: RunEnded) -> None:
        if end.usage is not None:
            await self._send("usage", usage=msgspec.to_builtins(end.usage))
        if end.error:
            await self._send("error", message=end.error, code="language.failed")
        statuses = {"COMPLETED": "completed", "FAILED": "failed"}
        await self._done(statuses.get(end.status, "cancelled"))

    async def _done(self, status: str) -> None:
        await self._send("response.done", status=status)

    async def _on_sound(self, message: GatewayServerMessage) -> None:
        """What the voice tells, of which a realtime client wants the sound alone."""
        if isinstance(message, AssistantAudioChunk):
            item, sound_ms = self._run.message_id, len(message.audio) * 3 / 4 / _BYTES_PER_MS
            self._sound_ms[item] = self._sound_ms.get(item, 0.0) + sound_ms
            await self._send("audio.delta", role="assistant", data=message.audio)

    async def _send(self, kind: str, **fields: Any) -> None:
        run = self._run
        await self._tell(
            RealtimeEvent(type=kind, response_id=run.run_id, item_id=run.message_id, **fields)
        )
