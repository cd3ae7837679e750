"""A cut reply is found in its thread by its id, else by its question, and never mistaken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.protocol.stored_replies import (
    ReplyState,
    StoredReply,
    WantedReply,
    pictures_in,
    reply_in,
)

SPOKEN = {
    "model_provider": "p",
    "model_name": "m",
    "voice_records": {"tts": {"audio_url": "https://files/speech"}},
}


def row(message_id: str, role: str, content: str, status: str = "COMPLETED", **facts: object):
    return StoredMessage(message_id, role, content, status=status, metadata_=facts)


THREAD = (
    row("q1", "user", "again?"),
    row("a1", "assistant", "First."),
    row("q2", "user", "again?"),
    row("a2", "assistant", "", tool_calls=[{}]),
    row("t2", "tool", "42"),
    row("b2", "assistant", "Second.", **SPOKEN),
    row("q3", "user", "other"),
)


def test_the_reply_with_the_id_is_found_wherever_it_stands():
    found = reply_in(THREAD, WantedReply("t", "", "a1"))
    assert found == StoredReply(ReplyState.COMPLETE, "First.", "a1", question="again?")


def test_the_id_decides_though_the_same_was_asked_again_since():
    found = reply_in(THREAD, WantedReply("t", "again?", "a1"))
    assert found == StoredReply(ReplyState.COMPLETE, "First.", "a1", question="again?")


def test_an_id_that_is_not_stored_yet_is_that_of_a_question_without_an_answer():
    assert reply_in(THREAD, WantedReply("t", "other", "x")) == StoredReply(ReplyState.RUNNING)
    assert reply_in(THREAD, WantedReply("t", "again?", "x")) is None


def test_the_answer_to_what_was_asked_later_is_not_taken():
    found = reply_in(THREAD, WantedReply("t", "again?", later=1))
    assert found is not None
    assert found.remote_id == "a1"
    later = WantedReply("t", "again?", later=2)
    assert reply_in(THREAD, later) == StoredReply(ReplyState.RUNNING), "it is not told yet whose"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("", "two words"), ("Look:", "Look:\n\ntwo words"), ("there", "look there")],
)
def test_a_recording_has_words_that_only_the_service_knows(typed: str, stored: str):
    rows = (
        row("q1", "user", stored),
        row("a1", "assistant", "Yes."),
        row("q2", "user", "Look: other there"),
        row("a2", "assistant", "No."),
    )
    others = frozenset({"Look: other there"})
    wanted = WantedReply("t", typed, has_recording=True, other_questions=others)
    found = reply_in(rows, wanted)
    assert found is not None
    assert found.remote_id == "a1"
    assert reply_in(rows[2:], wanted) is None


def test_without_an_id_the_newest_answer_to_the_question_is_meant():
    found = reply_in(THREAD, WantedReply("t", " again?\n"))
    assert found is not None
    assert (found.remote_id, found.text, found.model) == ("b2", "Second.", "p/m")
    assert found.speech_url == "https://files/speech"


def test_an_answer_that_is_another_replys_is_not_taken():
    found = reply_in(THREAD, WantedReply("t", "again?", known_ids=frozenset({"b2"})))
    assert found is not None
    assert found.remote_id == "a1"


def test_questions_that_waited_have_their_own_answers():
    rows = (
        row("q1", "user", "one", run_id="r1"),
        row("q2", "user", "two", run_id="r2"),
        row("q3", "user", "three", run_id="r3"),
        row("a1", "assistant", "Answer one.", run_id="r1"),
        row("s2", "assistant", "Let me see.", run_id="r2", tool_calls=[{}]),
        row("a3", "assistant", "Answer three.", run_id="r3"),
        row("a2", "assistant", "Answer two.", run_id="r2"),
    )
    found = [reply_in(rows, WantedReply("t", asked)) for asked in ("one", "two", "three")]
    assert [one and one.text for one in found] == [
        "Answer one.",
        "Let me see.\n\nAnswer two.",
        "Answer three.",
    ]
    by_id = reply_in(rows, WantedReply("t", "", "s2"))
    assert by_id is not None
    assert (by_id.remote_id, by_id.question) == ("a2", "two")


def test_answers_of_runs_that_no_question_names_stand_behind_theirs():
    rows = (
        row("q1", "user", "one"),
        row("a1", "assistant", "Answer one.", run_id="r1"),
        row("q2", "user", "two"),
        row("s2", "assistant", "", run_id="r2", tool_calls=[{}]),
        row("a2", "assistant", "Answer two.", run_id="r2"),
    )
    found = [reply_in(rows, WantedReply("t", asked)) for asked in ("one", "two")]
    assert [one and one.text for one in found] == ["Answer one.", "Answer two."]


def test_a_question_without_an_answer_is_still_being_answered():
    running = StoredReply(ReplyState.RUNNING, question="other")
    assert reply_in(THREAD, WantedReply("t", "other")) == running


@pytest.mark.parametrize("question", ["never asked", "", "  "])
def test_a_question_that_the_service_does_not_know_has_no_reply(question: str):
    assert reply_in(THREAD, WantedReply("t", question)) is None
    assert reply_in((), WantedReply("t", question)) is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("IN_PROGRESS", ReplyState.RUNNING),
        ("completed", ReplyState.COMPLETE),
        ("CANCELLED", ReplyState.CANCELLED),
        ("FAILED", ReplyState.FAILED),
        ("REQUIRES_ACTION", ReplyState.WAITING),
    ],
)
def test_the_state_is_that_of_the_last_row(status: str, state: ReplyState):
    rows = (row("q", "user", "hi"), row("a", "assistant", "Half", status))
    found = reply_in(rows, WantedReply("t", "hi"))
    assert found is not None
    assert (found.state, found.text) == (state, "Half")


def test_pictures_and_videos_with_a_link_and_a_name_are_found():
    media = [
        {"url": "https://files/1", "document_id": "d1", "mime_type": "image/png"},
        {"url": "https://files/2", "document_id": "d2", "mime_type": "video/x-msvideo"},
        {"url": "https://files/3", "document_id": "d3"},
        {"url": "https://files/4", "document_id": "d4", "mime_type": "audio/mpeg"},
        {"url": "", "document_id": "d5", "mime_type": "video/mp4"},
    ]
    made = pictures_in(row("a", "assistant", "Here.", generated_media=media))
    assert [one.document_id for one in made] == ["d1", "d2", "d3"]


@pytest.mark.parametrize(
    ("created_at", "is_it"),
    [
        ("2026-11-28T12:00:05Z", True),
        ("2026-11-28T12:00:05.25", True),
        ("2026-11-28T14:00:05+02:00", True),
        ("2026-11-28T11:58:00Z", False),
        ("2026-11-28T12:10:00Z", False),
        ("", False),
    ],
)
def test_a_question_of_which_no_words_are_known_is_told_by_its_minute(created_at, is_it):
    at_s = datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()
    wanted = WantedReply("t", "", has_recording=True, asked_at_s=at_s)
    rows = [StoredMessage(message_id="q", role="user", content="Hi", created_at=created_at)]
    found = reply_in(rows, wanted)
    assert (found is not None and found.question == "Hi") is is_it
