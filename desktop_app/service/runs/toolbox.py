"""The tools of one turn, and how those of the service are carried out."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from desktop_app.errors import AppError
from desktop_app.protocol.events import ToolCall
from desktop_app.service.clock import new_id
from desktop_app.service.providers.ports import FAILED_OUTPUT, Tool
from desktop_app.service.runs.events import MediaMade, Output, ToolBegun, ToolFailed
from desktop_app.service.runs.hosted_tools import HostedResult, HostedTool
from desktop_app.service.runs.run import Run

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What a model may call.

    Attributes:
        own: What the client carries out; goes before a hosted tool of the same name.
        hosted: What the service carries out, by name.
    """

    own: tuple[Tool, ...] = ()
    hosted: Mapping[str, HostedTool] = field(default_factory=dict)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """All definitions."""
        hosted = (tool.tool for name, tool in self.hosted.items() if not self.is_own(name))
        return (*self.own, *hosted)

    def is_own(self, name: str) -> bool:
        """Whether the client carries out the tool of that name."""
        return any(tool.name == name for tool in self.own)

    async def carry_out(self, calls: Sequence[ToolCall], run: Run) -> tuple[Output, ...]:
        """The outputs of what the client does not carry out, one call after the other.

        A call that fails has an output too: the model can go on without.
        """
        outputs = []
        for call in calls:
            if not self.is_own(call.name):
                outputs.append(Output(call, await self._output(call, run)))
        return tuple(outputs)

    async def _output(self, call: ToolCall, run: Run) -> str:
        tool = self.hosted.get(call.name)
        if tool is None:
            return f"There is no tool {call.name!r}."
        arguments = arguments_of(call)
        if arguments is None:
            return "The arguments are no JSON object."
        await run.tell(ToolBegun(call))
        result = await _result(tool, arguments, run)
        if result.is_failure:
            await run.tell(ToolFailed(call))
        for media in result.media:
            await run.tell(MediaMade(media))
        run.sources.update(dict.fromkeys(result.files))
        run.found.extend(result.passages)
        return result.text


def with_ids(calls: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    """The calls, each with an id of its own: some servers send none, or one for all."""
    taken: dict[str, ToolCall] = {}
    for call in calls:
        key = call.id if call.id and call.id not in taken else f"call_{new_id()}"
        taken[key] = msgspec.structs.replace(call, id=key)
    return tuple(taken.values())


def arguments_of(call: ToolCall) -> dict[str, Any] | None:
    """The arguments as an object; None where they are none."""
    try:
        return msgspec.json.decode(call.arguments or "{}", type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return None


async def _result(tool: HostedTool, arguments: dict[str, Any], run: Run) -> HostedResult:
    try:
        return await tool.call(arguments, run)
    except AppError as error:
        return HostedResult(f"{FAILED_OUTPUT}{error}", is_failure=True)
    except Exception:  # a broken tool must not end the turn
        _log.exception("A hosted tool failed")
        return HostedResult("It failed unexpectedly.", is_failure=True)
