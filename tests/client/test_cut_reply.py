"""What the model is told of a reply that was cut."""

from __future__ import annotations

import pytest

from desktop_app.client.cut_reply import Cut, CutReply, with_note
from desktop_app.protocol.events import ReplyAudio, ReplyStarted, ReplyText

SECOND = bytes(48_000)


@pytest.fixture
def reply() -> CutReply:
    """Twenty characters in two seconds of speech."""
    cut = CutReply()
    cut.follow(ReplyStarted(1))
    cut.follow(ReplyText(1, "abcdefghij"))
    cut.follow(ReplyText(1, "klmnopqrst"))
    cut.follow(ReplyAudio(1, SECOND))
    cut.follow(ReplyAudio(1, SECOND))
    cut.finish(1)
    return cut


def test_the_heard_part_is_quoted_once(reply):
    reply.cut(1, 1_000)
    assert reply.is_untold
    assert "“abcdefghij”" in reply.note()
    assert not reply.is_untold


def test_nothing_heard_is_said_as_such(reply):
    reply.cut(1, 0)
    assert "before hearing any of it" in reply.note()


@pytest.mark.parametrize(("turn", "heard_ms"), [(1, 2_000), (1, 9_000), (2, 500)])
def test_a_reply_that_was_heard_or_is_another_is_no_cut(reply, turn, heard_ms):
    reply.cut(turn, heard_ms)
    assert not reply.is_untold


@pytest.mark.parametrize("heard_ms", [650, 1_000])
def test_what_has_come_of_a_speech_is_not_taken_for_all_of_it(heard_ms):
    cut = CutReply()
    cut.follow(ReplyStarted(1))
    cut.follow(ReplyText(1, "abcdefghij" * 10))
    cut.follow(ReplyAudio(1, SECOND))
    cut.finish(2)
    cut.cut(1, heard_ms)
    heard = ("abcdefghij" * 2)[: heard_ms // 65]
    assert f"“{heard}”" in cut.note()


def test_speech_that_is_slower_than_most_counts_as_long_as_it_is_already(reply):
    reply.follow(ReplyStarted(2))
    reply.follow(ReplyText(2, "abcdefghij"))
    reply.follow(ReplyAudio(2, SECOND))
    reply.cut(2, 500)
    assert "“abcde”" in reply.note()


def test_a_reply_that_was_only_read_cannot_be_cut():
    cut = CutReply()
    cut.follow(ReplyStarted(1))
    cut.follow(ReplyText(1, "words"))
    cut.cut(1, 0)
    assert not cut.is_untold


def test_a_long_reply_is_quoted_from_its_end():
    cut = CutReply()
    cut.follow(ReplyStarted(3))
    cut.follow(ReplyText(3, "x" * 900 + "the end", is_whole=True))
    cut.follow(ReplyAudio(3, SECOND))
    cut.finish(3)
    cut.cut(3, 999)
    assert len(note := cut.note()) < 300
    assert "“…xxx" in note


def test_the_assistants_own_prompt_stays():
    assert with_note("Be brief.", "Note.") == "Be brief.\n\nNote."
    assert with_note("", "Note.") == "Note."


def test_who_can_tell_the_server_takes_the_place_and_the_name_of_the_turn():
    cut = CutReply()
    cut.follow(ReplyStarted(1, run_id="r"))
    cut.follow(ReplyText(1, "One two three four"))
    cut.follow(ReplyAudio(1, SECOND))
    cut.finish(1)
    cut.cut(1, 500)
    assert cut.take() == Cut("r", 500, "One two t", len("One two"))
    assert cut.take() is None
    assert not cut.is_untold


def test_what_was_to_be_spoken_and_did_not_sound_was_not_heard():
    cut = CutReply()
    cut.follow(ReplyStarted(1))
    cut.follow(ReplyText(1, "words"))
    cut.cut(1, 0, is_spoken=True)
    assert "before hearing any of it" in cut.note()


def test_of_a_speech_that_came_without_a_sound_nothing_was_missed():
    cut = CutReply()
    cut.follow(ReplyStarted(1))
    cut.follow(ReplyText(1, "```x = 1```"))
    cut.finish(1)
    cut.cut(1, 0, is_spoken=True)
    assert not cut.is_untold


def test_a_reply_before_the_last_one_is_not_told_of(reply):
    reply.cut(1, 1_000)
    reply.follow(ReplyStarted(2))
    assert not reply.is_untold
