"""What a model reads of a thread."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from desktop_app.protocol.backboard.threads import Attachment, StoredMessage
from desktop_app.protocol.events import ToolCall
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.runs.history import (
    CUT_HERE,
    STOPPED_HERE,
    Attached,
    called_tools,
    calls_of,
    chat_messages,
    turns_of,
)

NOTHING = Attached()
CALL = ToolCall("c1", "weather", "{}")


def row(run: str, role: str, content: str = "", **metadata: Any) -> StoredMessage:
    facts = ({"run_id": run} if run else {}) | metadata
    return StoredMessage(f"{run}-{role}-{content}", role, content, metadata_=facts or None)


def stub(run: str, *calls: ToolCall, content: str = "") -> StoredMessage:
    plain = [{"id": one.id, "function": {"name": one.name, "arguments": "{}"}} for one in calls]
    return row(run, "assistant", content, tool_calls=plain)


def told(rows: list[StoredMessage], attached: Attached = NOTHING) -> list[tuple[str, str]]:
    return [(each.role, each.content) for each in chat_messages(rows, attached)]


def test_questions_that_came_while_one_was_answered_stand_behind_that_answer():
    rows = [row("a", "user", "1"), row("b", "user", "2"), row("a", "assistant", "one")]
    turns = turns_of(rows, "b")
    assert [[each.content for each in turn] for turn in turns] == [["1", "one"], ["2"]]


def test_what_began_after_the_run_is_not_part_of_it():
    rows = [row("a", "user", "1"), row("b", "user", "2"), row("c", "user", "3")]
    assert [turn[0].content for turn in turns_of(rows, "b")] == ["1", "2"]


def test_a_turn_without_its_question_was_cut_off_and_is_left_out():
    rows = [row("a", "assistant", "one"), row("b", "user", "2")]
    assert [turn[0].content for turn in turns_of(rows, "b")] == ["2"]


def test_messages_that_were_only_kept_are_turns_of_their_own():
    rows = [row("", "user", "kept"), row("", "user", "kept too"), row("a", "user", "1")]
    assert len(turns_of(rows, "a")) == 3


def test_a_round_of_tools_is_whole_or_left_out():
    whole = [row("a", "user", "1"), stub("a", CALL), row("a", "tool", "rain", tool_call_id="c1")]
    assert told(whole) == [("user", "1"), ("assistant", ""), ("tool", "rain")]
    assert told(whole[:2]) == [("user", "1")]
    assert told([row("a", "user", "1"), stub("a", CALL, content="Let me look.")]) == [
        ("user", "1"),
        ("assistant", "Let me look."),
    ]


def test_outputs_belong_to_the_round_before_them_even_where_ids_repeat():
    rows = [
        row("a", "user", "1"),
        stub("a", CALL),
        row("a", "tool", "rain", tool_call_id="c1"),
        stub("a", CALL),
        row("a", "tool", "sun", tool_call_id="c1"),
    ]
    assert [content for role, content in told(rows) if role == "tool"] == ["rain", "sun"]


def test_outputs_are_read_in_the_order_of_the_calls():
    second = ToolCall("c2", "time", "{}")
    rows = [
        stub("a", CALL, second),
        row("a", "tool", "noon", tool_call_id="c2"),
        row("a", "tool", "rain", tool_call_id="c1"),
    ]
    messages = chat_messages(rows, NOTHING)
    assert [(each.content, each.tool_call_id) for each in messages[1:]] == [
        ("rain", "c1"),
        ("noon", "c2"),
    ]


def test_replies_without_words_are_left_out():
    assert told([row("a", "user", "1"), row("a", "assistant")]) == [("user", "1")]


def test_a_message_of_files_alone_names_them():
    message = row("a", "user")
    files = {message.message_id: [Attachment("d1", "a.txt", "indexed")]}
    pictures = {message.message_id: [Picture(b"x")]}
    (read,) = chat_messages([message], Attached(files, pictures))
    assert read.content == "[Attached: a.txt (document_id d1)]"
    assert read.pictures == (Picture(b"x"),)


def test_calls_are_written_and_read_alike():
    (called,) = called_tools([CALL])
    assert (called.type, called.function.name) == ("function", "weather")
    assert calls_of(stub("a", CALL)) == (CALL,)
    assert calls_of(row("a", "assistant", "no")) == ()


def test_a_reply_that_was_interrupted_is_read_as_far_as_it_was_heard():
    def reply(**facts: Any) -> str:
        rows = [row("a", "user", "1"), row("a", "assistant", "One two three. ", **facts)]
        return told(rows)[1][1]

    assert reply(interrupted=True, heard_chars=7) == f"One two {CUT_HERE}"
    assert reply(interrupted=True, heard_chars=0) == CUT_HERE
    assert reply(interrupted=True, heard_chars=14) == "One two three. ", "all of it was heard"
    assert reply(interrupted=True) == f"One two three. {STOPPED_HERE}"
    assert reply(heard_chars=7) == "One two three. "


def test_a_reply_that_was_stopped_before_its_first_word_is_left_out():
    rows = [row("a", "user", "1"), row("a", "assistant", "", interrupted=True)]
    assert told(rows) == [("user", "1")]


def test_what_a_user_writes_into_metadata_cuts_nothing():
    assert told([row("a", "user", "1 2", interrupted=True, heard_chars=1)]) == [("user", "1 2")]


def test_what_was_not_heard_before_a_call_is_not_read():
    asking = stub("a", CALL, content="Let me see.")
    cut = {**(asking.metadata_ or {}), "interrupted": True, "heard_chars": 3}
    rows = [replace(asking, metadata_=cut), row("a", "tool", "rain", tool_call_id="c1")]
    assert told(rows)[0] == ("assistant", f"Let {CUT_HERE}")
