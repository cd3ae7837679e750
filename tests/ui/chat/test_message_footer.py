"""The line under a message."""

from __future__ import annotations

from msgspec.structs import replace

from desktop_app.journal.records import CUT_SHORT, UNHEARD, MessageRecord, MessageStatus, Role
from desktop_app.journal.reply_details import ReplyDetails
from desktop_app.sentences import SENTENCES
from desktop_app.ui import wording
from desktop_app.ui.chat.message_footer import footer_of


def said_of(error: str) -> str:
    failed = MessageRecord(
        id="m",
        thread_id="t",
        role=Role.USER,
        text="",
        created_at=0.0,
        status=MessageStatus.FAILED,
        error=error,
    )
    footer = footer_of(failed)
    assert footer is not None
    return footer.text


def test_a_failed_message_says_in_words_what_was_kept_as_a_code():
    words = "Parley ended before it understood this. Your words were recorded."
    assert said_of("turn.not_understood") == words


def test_a_failed_message_says_the_peers_own_words():
    assert said_of("The model is not loaded.") == "The model is not loaded."


def test_a_failed_message_without_a_reason_was_not_sent():
    assert said_of("") == wording.NOT_SENT


def test_a_reply_that_was_cut_short_says_that_its_rest_is_fetched():
    reply = MessageRecord(
        id="m",
        thread_id="t",
        role=Role.ASSISTANT,
        text="Half an",
        created_at=0.0,
        status=MessageStatus.INTERRUPTED,
        error=CUT_SHORT,
    )
    footer = footer_of(reply)
    assert footer is not None
    assert (footer.text, footer.action) == (SENTENCES[CUT_SHORT], "")


def test_bar_35_a_reply_that_was_cut_off_offers_to_ask_again_but_none_that_was_talked_over():
    reply = MessageRecord(
        id="m",
        thread_id="t",
        role=Role.ASSISTANT,
        text="Half an",
        created_at=0.0,
        status=MessageStatus.INTERRUPTED,
    )
    footer = footer_of(reply)
    assert footer is not None
    assert (footer.text, footer.action) == (wording.CUT_OFF, "retry")
    talked_over = footer_of(replace(reply, heard_chars=4))
    assert talked_over is not None
    assert (talked_over.text, talked_over.action) == (wording.INTERRUPTED, "")
    unheard = footer_of(replace(reply, heard_chars=4, error=UNHEARD))
    assert unheard is not None
    assert unheard.text == "Parley ended here. The rest was not heard."


def test_what_thinks_says_so_once():
    waiting = MessageRecord(
        id="m",
        thread_id="t",
        role=Role.ASSISTANT,
        text="",
        created_at=0.0,
        status=MessageStatus.STREAMING,
    )
    footer = footer_of(waiting)
    assert footer is not None
    assert footer.text == "Thinking"
    assert footer_of(replace(waiting, details=ReplyDetails(reasoning="Three."))) is None
