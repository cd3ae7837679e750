"""Which question a reply answers, and what was asked after it."""

from __future__ import annotations

from desktop_app.engine.wanted_replies import question_before, wanted_reply
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.protocol.commands import PLAIN, TurnWishes

NOTE = TurnWishes(recording="note.wav", words="")


def asked(row_id: str, turn: int, text: str = "again?", wishes: TurnWishes = PLAIN):
    return row(row_id, Role.USER, MessageStatus.SENT, text, turn, wishes=wishes)


def replied(row_id: str, turn: int, remote_id: str = ""):
    return row(row_id, Role.ASSISTANT, MessageStatus.COMPLETE, "Yes.", turn, remote_id=remote_id)


def row(row_id: str, role: Role, status: MessageStatus, text: str, turn: int, **more):
    given = {"id": row_id, "role": role, "status": status, "text": text, "turn": turn}
    return MessageRecord(thread_id="t", created_at=1.0, **given, **more)


def test_a_question_that_is_asked_again_stays_that_of_its_first_reply():
    first_run = asked("q1", 1, "other"), replied("a1", 1)
    cut, again = replied("a2", 1), replied("a3", 2)
    rows = (*first_run, asked("q2", 2), cut, again)
    found = {one.id: question_before(one, rows) for one in (first_run[1], cut, again)}
    assert {name: one and one.id for name, one in found.items()} == {
        "a1": "q1",
        "a2": "q2",
        "a3": "q2",
    }


def test_a_question_that_waited_for_the_reply_before_it_is_that_of_its_own_turn():
    rows = (asked("q1", 1), asked("q2", 2, "other"), replied("a1", 1), replied("a2", 2))
    assert [getattr(question_before(one, rows), "id", "") for one in rows[2:]] == ["q1", "q2"]


def test_what_was_asked_alike_later_is_counted_until_its_reply_has_an_id():
    cut = replied("a1", 1)
    rows = (asked("q1", 1), cut, asked("q2", 2), replied("a2", 2), asked("q3", 3, "other"))
    assert wanted_reply(cut, "q1", rows).later == 1
    assert wanted_reply(cut, "q1", (*rows, asked("q4", 4))).later == 2, "its reply has not begun"
    named = (*rows[:3], replied("a2", 2, "theirs"))
    assert wanted_reply(cut, "q1", named).later == 0
    assert wanted_reply(cut, "q1", named).known_ids == {"theirs"}


def test_a_recording_is_told_from_those_whose_words_are_known():
    cut = replied("a1", 1)
    later = asked("q2", 2, "two words", NOTE), replied("a2", 2), asked("q3", 3, "", NOTE)
    wanted = wanted_reply(cut, "q1", (asked("q1", 1, "", NOTE), cut, *later))
    assert (wanted.has_recording, wanted.later) == (True, 1), "of q3 no words are known"
    assert wanted.other_questions == {"two words"}
