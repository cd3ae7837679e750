"""Tuples of messages with one message put in, changed or taken out."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.journal.records import MessageRecord

Messages = tuple[MessageRecord, ...]


def position_of(messages: Messages, message_id: str) -> int | None:
    """Where the message stands; looked for from the end, where news happens."""
    for position in range(len(messages) - 1, -1, -1):
        if messages[position].id == message_id:
            return position
    return None


def with_message(messages: Messages, message: MessageRecord) -> Messages:
    """Replace the message of the same id, or insert it after everything not younger."""
    known = position_of(messages, message.id)
    if known is not None:
        return (*messages[:known], message, *messages[known + 1 :])
    place = len(messages)
    while place and messages[place - 1].created_at > message.created_at:
        place -= 1
    return (*messages[:place], message, *messages[place:])


def with_changed(
    messages: Messages, message_id: str, change: Callable[[MessageRecord], MessageRecord]
) -> Messages:
    """Apply ``change`` to one message; an unknown id changes nothing."""
    known = position_of(messages, message_id)
    if known is None:
        return messages
    return (*messages[:known], change(messages[known]), *messages[known + 1 :])
