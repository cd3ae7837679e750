"""Messages in their order."""

from __future__ import annotations

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.state.messages import position_of, with_message


def message(message_id: str, at: float) -> MessageRecord:
    return MessageRecord(
        id=message_id,
        thread_id="t",
        role=Role.USER,
        text="",
        created_at=at,
        status=MessageStatus.SENT,
    )


def test_messages_of_the_same_moment_keep_the_order_they_came_in():
    messages = with_message((message("a", 1),), message("b", 1))
    assert [each.id for each in messages] == ["a", "b"]


def test_a_late_message_goes_where_it_belongs():
    messages = with_message((message("b", 2), message("c", 3)), message("a", 1))
    assert [each.id for each in messages] == ["a", "b", "c"]


def test_an_unknown_message_has_no_position():
    assert position_of((message("a", 1),), "x") is None
