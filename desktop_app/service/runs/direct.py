"""Answers a turn with one call of a tool of the service, in place of a language model."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from desktop_app.protocol.events import ToolCall
from desktop_app.service.clock import new_id
from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.runs.events import MediaMade, Output, RunEnded, RunStarted, ToolBegun
from desktop_app.service.runs.hosted_tools import HostedMaker
from desktop_app.service.runs.question import DirectCall
from desktop_app.service.runs.run import Run
from desktop_app.service.runs.run_store import RunStore


class DirectAnswers:
    """Stored as a round of tools, so that a model that is asked later knows what was made.

    Args:
        rows: Where runs are kept.
        makers: Of the tools, by name.
    """

    def __init__(self, rows: RunStore, makers: Mapping[str, HostedMaker]) -> None:
        self._rows = rows
        self._makers = makers

    async def answer(self, run: Run, direct: DirectCall) -> RunEnded:
        """Carry out the call; what it says is the reply.

        Raises:
            AppError: It failed.
        """
        thread_id = run.question.thread_id
        if not run.has_begun:
            await self._rows.begin(thread_id, run.message_id, run.run_id)
        await run.tell(RunStarted(direct.provider, direct.model))
        tool = self._makers[direct.choice.name](direct.choice.settings)
        arguments = msgspec.json.encode(direct.arguments).decode()
        call = ToolCall(f"call_{new_id()}", direct.choice.name, arguments)
        await run.tell(ToolBegun(call))
        result = await tool.call(direct.arguments, run)
        for media in result.media:
            await run.tell(MediaMade(media))
        outputs = (Output(call, result.text),)
        await self._rows.pass_round(thread_id, run.message_id, run.run_id, outputs)
        await run.tell(TextDelta(result.words))
        return RunEnded("COMPLETED", run.text)
