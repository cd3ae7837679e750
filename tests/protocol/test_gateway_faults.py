"""Interruption, errors and the session's own messages."""

from __future__ import annotations

import pytest

from desktop_app.protocol import gateway as g
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    ClientCommand,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    PromptText,
)
from desktop_app.protocol.events import (
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerFault,
    SessionReady,
    TranscriptUpdated,
)
from desktop_app.protocol.gateway_dialect import GatewayDialect
from tests.fakes.gateway_script import (
    OLDER,
    OURS,
    PLAIN,
    SECOND,
    answers,
    audio_end,
    chunk,
    dialect,
    message,
    said,
    started,
    told,
    utter,
)

# ---- interruption -----------------------------------------------------------------------------


def test_a_cancelled_reply_is_silent_and_the_peer_is_told_how_much_was_heard():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), chunk(b"ab"))
    assert said(spoken, CancelReply(1, 240)) == [
        {"type": "assistant.cancel", "turn_id": 1, "heard_ms": 240}
    ]
    assert told(spoken, chunk(b"cd"), g.AssistantDelta(text="x", turn_id=1), message("x", 1)) == []
    assert told(spoken, g.AssistantCancelled(turn_id=1)) == [ReplyEnded(1, ReplyStatus.CANCELLED)]
    assert told(spoken, g.AssistantCancelled(turn_id=1), audio_end()) == []


def test_a_reply_that_is_cut_after_all_of_it_came_is_told_to_who_wants_to_know():
    for peer, expected in (
        (OURS, [{"type": "assistant.cancel", "turn_id": 1, "heard_ms": 240}]),
        (OLDER, []),
    ):
        spoken = dialect(peer)
        said(spoken, PromptText(1, "a"))
        told(spoken, started("a", 1), chunk(b"ab"), message("x", 1), audio_end())
        assert said(spoken, CancelReply(1, 240)) == expected
        assert told(spoken, g.AssistantCancelled(turn_id=1)) == []


def test_a_written_reply_has_nothing_that_was_heard():
    spoken = dialect(is_text=True)
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    assert said(spoken, CancelReply(1)) == []


def test_the_words_of_a_turn_that_was_cancelled_early_are_told_and_its_reply_is_not():
    spoken = dialect()
    utter(spoken, 1)
    assert said(spoken, CancelReply(1)) == []
    assert told(spoken, g.TranscriptPartial(text="a")) == []
    assert told(spoken, g.TranscriptCommitted(text="a b")) == [TranscriptUpdated(1, "a b", True)]
    assert told(spoken, started("a b", 1)) == []
    assert answers(spoken) == [{"type": "assistant.cancel", "turn_id": 1, "heard_ms": 0}]


def test_a_peer_that_cannot_cancel_is_not_asked_to():
    spoken = dialect(PLAIN)
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a"))
    assert said(spoken, CancelReply(1)) == []
    assert told(spoken, message("x"), chunk(b"ab"), audio_end()) == []


def test_a_reply_cancelled_before_it_began_is_cancelled_when_it_begins():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    assert said(spoken, CancelReply(1)) == []
    assert told(spoken, started("a", 1)) == []
    assert answers(spoken) == [{"type": "assistant.cancel", "turn_id": 1, "heard_ms": 0}]


def test_discarded_sound_is_forgotten_by_a_peer_that_can():
    spoken = dialect()
    said(spoken, AppendAudio(1, SECOND))
    assert said(spoken, DiscardAudio(1)) == [{"type": "audio.discard"}]
    assert told(spoken, g.TranscriptPartial(text="hm")) == []
    utter(spoken, 2)
    assert told(spoken, g.TranscriptCommitted(text="b")) == [TranscriptUpdated(2, "b", True)]


def test_discarded_sound_is_committed_and_nothing_of_it_is_told():
    spoken = dialect(OLDER)
    said(spoken, AppendAudio(1, SECOND))
    assert said(spoken, DiscardAudio(1)) == [{"type": "audio.commit"}]
    assert told(spoken, g.TranscriptPartial(text="hm"), g.TranscriptCommitted(text="hm")) == []
    assert told(spoken, started("hm", 1)) == []
    assert answers(spoken) == [{"type": "assistant.cancel", "turn_id": 1, "heard_ms": 0}]
    assert told(spoken, message("what", 1)) == []


@pytest.mark.parametrize("peer", [OURS, OLDER])
def test_a_reply_that_is_still_written_is_cancelled_by_its_number(peer):
    spoken = dialect(peer)
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 7))
    cancel = {"type": "assistant.cancel", "turn_id": 7, "heard_ms": 40}
    assert said(spoken, CancelReply(1, heard_ms=40)) == [cancel]


def test_discarding_nothing_says_nothing():
    assert said(dialect(), DiscardAudio(1)) == []


def test_a_scrap_of_sound_is_not_committed_to_a_peer_that_may_not_answer():
    spoken = dialect(PLAIN)
    for turn, size in ((1, 640), (2, 9_598)):
        assert said(spoken, AppendAudio(turn, bytes(size)), DiscardAudio(turn)) == [bytes(size)]
    _, ended = said(spoken, AppendAudio(3, bytes(9_600)), DiscardAudio(3))
    assert ended == {"type": "audio.commit"}, "or its words would be taken for the next ones"


def test_an_utterance_given_up_does_not_take_the_next_ones_words_from_a_plain_peer():
    spoken = dialect(PLAIN)
    utter(spoken, 1)
    said(spoken, CancelReply(1))
    utter(spoken, 2)
    assert told(spoken, g.TranscriptCommitted(text="b")) == [TranscriptUpdated(2, "b", True)]


def test_a_cancelled_reply_of_a_plain_peer_in_text_ends_without_a_word():
    spoken = dialect(PLAIN, is_text=True)
    said(spoken, PromptText(1, "a"), PromptText(2, "b"), PromptText(3, "c"))
    told(spoken, started("a"))
    said(spoken, CancelReply(1))
    assert told(spoken, message("x"), started("b"), message("y"), started("c")) == [
        ReplyStarted(2, prompt="b"),
        ReplyText(2, "y", is_whole=True),
        ReplyEnded(2),
        ReplyStarted(3, prompt="c"),
    ]


def test_a_turn_committed_twice_waits_for_one_transcript():
    spoken = dialect()
    utter(spoken, 1)
    said(spoken, CommitAudio(1))
    utter(spoken, 2)
    assert told(spoken, g.TranscriptCommitted(text="a"), g.TranscriptCommitted(text="b")) == [
        TranscriptUpdated(1, "a", True),
        TranscriptUpdated(2, "b", True),
    ]


# ---- errors -----------------------------------------------------------------------------------


def test_an_error_after_the_message_is_failed_speech_and_the_text_stands():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    assert told(spoken, g.GatewayError(message="no voice", code="tts.failed")) == [
        ReplyEnded(1),
        ServerFault("no voice", code="tts.failed"),
    ]


def test_an_error_before_the_message_ends_the_turn():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1))
    assert told(spoken, g.GatewayError(error="broken"), message("x", 1)) == [
        ServerFault("broken", turn=1)
    ]


def test_a_message_that_broke_off_waits_for_the_reason():
    spoken = dialect(is_text=True)
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1, status="failed"))
    assert told(spoken, g.GatewayError(message="gone")) == [ServerFault("gone", turn=1)]


@pytest.mark.parametrize("given", [PromptText(1, "a"), CommitAudio(1)])
def test_an_error_without_a_reply_ends_the_turn_that_waits(given: ClientCommand):
    spoken = dialect()
    said(spoken, given)
    assert told(spoken, g.GatewayError(detail="no")) == [ServerFault("no", turn=1)]


def test_an_error_about_a_dropped_turn_is_not_told_and_one_about_nothing_is():
    spoken = dialect()
    said(spoken, PromptText(1, "a"), CancelReply(1))
    assert told(spoken, g.GatewayError(message="no")) == []
    assert told(spoken, g.GatewayError(message="bye", fatal=True)) == [
        ServerFault("bye", is_fatal=True)
    ]


# ---- the session ------------------------------------------------------------------------------


def test_the_recogniser_is_named_when_it_came_first():
    spoken = GatewayDialect(ConfigureSession("t"))
    config = {"provider": "builtin", "model_id": "basic"}
    assert told(
        spoken,
        g.GatewayReady(),
        g.Pong(),
        g.SttSessionStarted(config=config),
        g.GatewayConfigured(),
    ) == [SessionReady("t", heard_by="builtin/basic")]


def test_who_hears_and_speaks_is_told_again_when_it_becomes_known():
    spoken = GatewayDialect(ConfigureSession("t"))
    hears = {"provider": "builtin", "model_id": "basic"}
    speaks = {"provider": "builtin", "model_id": "espeak", "voice_id": "en-us"}
    started = g.SttSessionStarted(config=hears, tts=speaks)
    assert told(spoken, g.GatewayConfigured(session_id="t"), started, started) == [
        SessionReady("t"),
        SessionReady("t", heard_by="builtin/basic", spoken_by="builtin/espeak"),
    ]


def test_a_peer_may_say_at_once_who_hears_and_speaks():
    spoken = GatewayDialect(ConfigureSession("t"))
    who = {"provider": "a", "model_id": "b"}
    first = g.GatewayConfigured(session_id="t", stt=who, tts=who)
    ready = SessionReady("t", heard_by="a/b", spoken_by="a/b")
    assert told(spoken, first, g.SttSessionStarted(config=who)) == [ready]


def test_what_a_peer_can_do_stays_known_while_it_is_configured_anew():
    spoken = dialect()
    said(spoken, ConfigureSession("t"), AppendAudio(1, SECOND))
    assert said(spoken, DiscardAudio(1)) == [{"type": "audio.discard"}]


def test_the_end_of_a_reply_says_who_wrote_it():
    spoken = dialect(is_text=True)
    said(spoken, PromptText(1, "a"))
    written = {"model_provider": "ollama", "model_name": "llama"}
    answer = g.AssistantMessage(text="x", turn_id=1, metadata=written)
    assert told(spoken, started("a", 1), answer)[-1] == ReplyEnded(1, model="ollama/llama")


def test_a_changed_configuration_counts_from_then_on():
    spoken = dialect()
    (sent,) = said(spoken, ConfigureSession("t", None, None))
    assert sent == {"type": "session.configure", "session_id": "t", "media": "auto"}
    said(spoken, PromptText(1, "a"))
    assert told(spoken, started("a", 1), message("x", 1))[-1] == ReplyEnded(1)


def test_what_is_remembered_of_dropped_turns_is_bounded():
    spoken = dialect()
    for turn in range(1, 200):
        said(spoken, PromptText(turn, str(turn)), CancelReply(turn))
    assert told(spoken, started("199", 1)) == []
    assert len(spoken.turns.dropped) <= 64


def test_silence_of_discarded_sound_at_a_plain_peer_holds_up_no_words_of_the_next():
    spoken = dialect(PLAIN)
    said(spoken, AppendAudio(1, SECOND), DiscardAudio(1))
    said(spoken, AppendAudio(2, SECOND))
    assert told(spoken, g.TranscriptCommitted(text="")) == []
    assert not spoken.turns.may_have_words
    assert told(spoken, g.TranscriptPartial(text="b")) == [TranscriptUpdated(2, "b")]


def test_words_behind_silence_are_the_utterances_unless_another_was_committed():
    spoken = dialect(PLAIN)
    utter(spoken, 1)
    assert told(spoken, g.TranscriptCommitted(text="")) == []
    assert spoken.turns.may_have_words
    assert told(spoken, g.TranscriptCommitted(text="a")) == [TranscriptUpdated(1, "a", True)]
    assert not spoken.turns.may_have_words
    utter(spoken, 2)
    assert told(spoken, g.TranscriptCommitted(text="")) == []
    utter(spoken, 3)
    assert told(spoken, g.TranscriptCommitted(text="c")) == [TranscriptUpdated(3, "c", True)]
