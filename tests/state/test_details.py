"""What is known of a reply beside its words, on screen."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as with_fields

from desktop_app.journal.records import MessageRecord, MessageStatus, Role, TurnTimes
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.link.messages import LinkEvent, MessageSaved, ReasoningGrew, TurnTimed
from desktop_app.link.replies import ReplyDetailed
from desktop_app.state.app_state import AppState, Conversation
from desktop_app.state.details import is_waiting, tool_that_runs
from desktop_app.state.with_event import with_event

QUESTION = MessageRecord(
    id="q", thread_id="t", role=Role.USER, text="why", created_at=5.0, status=MessageStatus.SENT,
    turn=2,
)  # fmt: skip
REPLY = MessageRecord(
    id="r", thread_id="t", role=Role.ASSISTANT, text="", created_at=6.0,
    status=MessageStatus.STREAMING, turn=2,
)  # fmt: skip
TOOLS = ReplyDetails(tools=(ToolUse("c", "price"),))


def after(*events: LinkEvent) -> tuple[MessageRecord, ...]:
    state = AppState(conversation=Conversation("t", (QUESTION,)))
    for event in events:
        state = with_event(state, event)
    return state.conversation.messages


def test_a_model_that_thinks_has_a_place_before_its_reply_has_a_row():
    messages = after(ReasoningGrew("t", 2, "Hm, "), ReasoningGrew("t", 2, "so."))
    assert [message.details.reasoning for message in messages] == ["", "Hm, so."]
    assert is_waiting(messages[1])
    assert messages[1].status is MessageStatus.STREAMING


def test_the_reply_takes_its_place():
    messages = after(ReplyDetailed("t", 2, TOOLS), MessageSaved(REPLY))
    assert [message.id for message in messages] == ["q", "r"]


def test_news_of_a_reply_that_has_a_row_is_put_with_it():
    messages = after(MessageSaved(REPLY), ReplyDetailed("t", 2, TOOLS))
    assert messages[1] == with_fields(REPLY, details=TOOLS)


def test_a_turn_that_ends_without_a_reply_leaves_nothing_behind():
    failed = with_fields(QUESTION, status=MessageStatus.FAILED)
    assert after(ReplyDetailed("t", 2, TOOLS), MessageSaved(failed)) == (failed,)
    assert after(ReplyDetailed("t", 2, TOOLS), TurnTimed("t", 2, TurnTimes())) == (QUESTION,)


def test_news_of_another_thread_is_none_here():
    state = AppState(conversation=replace(Conversation("t"), messages=(QUESTION,)))
    assert with_event(state, ReplyDetailed("other", 2, TOOLS)) is state


def test_the_tool_that_runs_is_the_first_without_an_outcome_of_a_reply_on_its_way():
    done = with_fields(TOOLS.tools[0], state=ToolState.DONE)
    both = ReplyDetails(tools=(done, ToolUse("d", "weather")))
    assert tool_that_runs(after(ReplyDetailed("t", 2, both))) == "weather"
    assert tool_that_runs(after(ReplyDetailed("t", 2, ReplyDetails(tools=(done,))))) == ""
    over = with_fields(REPLY, status=MessageStatus.COMPLETE, details=TOOLS)
    assert tool_that_runs(after(MessageSaved(over))) == ""
    assert tool_that_runs((QUESTION,)) == tool_that_runs(()) == ""
