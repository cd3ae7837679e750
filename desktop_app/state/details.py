"""What is known of a reply beside its words, put with its message, or before it has one."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.journal.reply_details import ReplyDetails, ToolState
from desktop_app.state.messages import Messages, with_message

_WAITING = "waiting-"  # id of what stands where a reply will be


def with_details(
    messages: Messages, thread_id: str, turn: int, change: Callable[[ReplyDetails], ReplyDetails]
) -> Messages:
    """Change the details of the reply of a turn that runs; a reply without a row gets a place."""
    reply = _running(messages, turn)
    if reply is None:
        latest = messages[-1].created_at if messages else 0.0
        reply = MessageRecord(
            id=f"{_WAITING}{turn}",
            thread_id=thread_id,
            role=Role.ASSISTANT,
            text="",
            created_at=latest,
            status=MessageStatus.STREAMING,
            turn=turn,
        )
    return with_message(messages, replace(reply, details=change(reply.details)))


def _running(messages: Messages, turn: int) -> MessageRecord | None:
    for message in reversed(messages[-6:]):
        is_reply = message.role is Role.ASSISTANT and message.status is MessageStatus.STREAMING
        if is_reply and message.turn == turn:
            return message
    return None


def without_waiting(messages: Messages, turn: int) -> Messages:
    """Take away what stood where the reply of a turn would be."""
    name = f"{_WAITING}{turn}"
    if all(message.id != name for message in messages[-6:]):
        return messages
    return tuple(message for message in messages if message.id != name)


def more_reasoning(text: str) -> Callable[[ReplyDetails], ReplyDetails]:
    """A change that lets a model think on."""
    return lambda details: replace(details, reasoning=details.reasoning + text)


def running_tool(call_id: str) -> Callable[[ReplyDetails], ReplyDetails]:
    """A change that shows a call, which waited, at work."""

    def change(details: ReplyDetails) -> ReplyDetails:
        tools = tuple(
            replace(one, state=ToolState.RUNNING) if one.id == call_id else one
            for one in details.tools
        )
        return replace(details, tools=tools)

    return change


def is_waiting(message: MessageRecord) -> bool:
    """Whether a message only keeps the place of a reply."""
    return message.id.startswith(_WAITING)


def tool_that_runs(messages: tuple[MessageRecord, ...]) -> str:
    """Name of the tool whose outcome the newest reply waits for; empty where it waits for none."""
    if not messages or messages[-1].status is not MessageStatus.STREAMING:
        return ""
    running = (one for one in messages[-1].details.tools if one.state is ToolState.RUNNING)
    return next((one.name for one in running), "")
