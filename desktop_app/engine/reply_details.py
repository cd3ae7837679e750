"""Folds what a server tells of a reply, beside its words, into what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from desktop_app.engine.inputs import ToolsAnswered
from desktop_app.journal.reply_details import (
    Learning,
    MissingPictures,
    ReplyDetails,
    ToolState,
    ToolUse,
)
from desktop_app.protocol.events import (
    ImageReady,
    MemoriesRecalled,
    ReplyEnded,
    ReplyReasoning,
    ReplyText,
    ToolCallFailed,
    ToolCallReady,
    ToolCallStarted,
    ToolsRequested,
)

LONGEST_REASONING = 200_000  # characters; what comes after is shown to nobody anyway


def with_details(
    details: ReplyDetails, event: object, now_s: float, started_s: Mapping[str, float]
) -> ReplyDetails:
    """The details after one event; the same (by identity) when it says nothing about them.

    Args:
        details: Before.
        event: What was told, or what was answered here.
        now_s: Monotonic.
        started_s: When each tool that still runs was called.
    """
    match event:
        case ReplyReasoning():
            thought = (details.reasoning + event.text)[:LONGEST_REASONING]
            return structs.replace(details, reasoning=thought)
        case MemoriesRecalled():
            return structs.replace(details, memories=event.memories)
        case ToolCallStarted():
            return _with_tool(details, ToolUse(event.call_id, event.name))
        case ToolCallReady():
            call = event.call
            return _with_tool(details, ToolUse(call.id, call.name, call.arguments))
        case ToolCallFailed():
            return _failed(details, event, now_s, started_s)
        case ToolsRequested():
            return _requested(details, event)
        case ToolsAnswered():
            return _answered(details, event, now_s, started_s)
        case ReplyText() | ImageReady():
            return _illustrated(_finished(details, now_s, started_s), event)
        case ReplyEnded():
            return structs.replace(
                _finished(details, now_s, started_s),
                usage=event.usage or details.usage,
                voice=event.voice_records or details.voice,
                files=event.retrieved_files or details.files,
                passages=event.passages or details.passages,
                learning=_learning(event) or details.learning,
                judged=event.judged or details.judged,
            )
    return details


def _illustrated(details: ReplyDetails, event: ReplyText | ImageReady) -> ReplyDetails:
    """A picture that came without its bytes is missing."""
    if isinstance(event, ReplyText) or event.is_fetched or not event.document_id:
        return details
    known = details.missing.ids if details.missing else ()
    ids = tuple(dict.fromkeys((*known, event.document_id)))
    return structs.replace(details, missing=MissingPictures(ids))


def _learning(event: ReplyEnded) -> Learning | None:
    operation_id = event.memory_operation_id
    return Learning(operation_id) if operation_id else None


def _with_tool(details: ReplyDetails, tool: ToolUse) -> ReplyDetails:
    known = [one.id for one in details.tools]
    tools = list(details.tools)
    if tool.id in known:
        tools[known.index(tool.id)] = tool
    else:
        tools.append(tool)
    return structs.replace(details, tools=tuple(tools))


def _requested(details: ReplyDetails, event: ToolsRequested) -> ReplyDetails:
    for call in event.calls:
        wanted = ToolUse(call.id, call.name, call.arguments, state=ToolState.WANTED)
        details = _with_tool(details, structs.replace(wanted, run_id=event.run_id))
    return details


def _answered(
    details: ReplyDetails, event: ToolsAnswered, now_s: float, started_s: Mapping[str, float]
) -> ReplyDetails:
    outputs = {output.tool_call_id: output.output for output in event.outputs}
    tools = tuple(
        structs.replace(
            tool,
            output=outputs[tool.id],
            state=ToolState.REFUSED if tool.id in event.refused else ToolState.DONE,
            duration_ms=_since(tool, now_s, started_s),
            run_id="",
        )
        if tool.id in outputs
        else tool
        for tool in details.tools
    )
    return structs.replace(details, tools=tools)


def _failed(
    details: ReplyDetails, event: ToolCallFailed, now_s: float, started_s: Mapping[str, float]
) -> ReplyDetails:
    tools = tuple(
        structs.replace(tool, state=ToolState.FAILED, duration_ms=_since(tool, now_s, started_s))
        if tool.id == event.call_id
        else tool
        for tool in details.tools
    )
    return structs.replace(details, tools=tools)


def _finished(details: ReplyDetails, now_s: float, started_s: Mapping[str, float]) -> ReplyDetails:
    """Whatever ran has given something, or nothing would follow it."""
    if all(tool.state is not ToolState.RUNNING for tool in details.tools):
        return details
    tools = tuple(
        structs.replace(tool, state=ToolState.DONE, duration_ms=_since(tool, now_s, started_s))
        if tool.state is ToolState.RUNNING
        else tool
        for tool in details.tools
    )
    return structs.replace(details, tools=tools)


def _since(tool: ToolUse, now_s: float, started_s: Mapping[str, float]) -> int | None:
    started = started_s.get(tool.id)
    return None if started is None else round((now_s - started) * 1000)
