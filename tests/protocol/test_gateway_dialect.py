"""What a gateway says becomes events of our turns, and what we say becomes its frames."""

from __future__ import annotations

import base64
import json
from typing import Any

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
    SpeechInput,
    SubmitToolOutputs,
)
from desktop_app.protocol.events import (
    MemoriesRecalled,
    Memory,
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    SessionReady,
    TranscriptUpdated,
    Usage,
)
from desktop_app.protocol.gateway_dialect import GatewayDialect
from desktop_app.protocol.gateway_speech import Resample
from desktop_app.protocol.wav_stream import wav_file

SECOND = bytes(32_000)
OURS = g.GatewayConfigured(session_id="t", extensions=g.EXTENSIONS)
OLDER = g.GatewayConfigured(session_id="t", extensions=("assistant.delta", "assistant.cancel"))
PLAIN = g.GatewayConfigured(session_id="t")


def dialect(
    peer: g.GatewayConfigured = OURS, *, strategy: str = "manual", **options: Any
) -> GatewayDialect:
    configuration = ConfigureSession("t", SpeechInput(commit_strategy=strategy))
    if options.pop("is_text", False):
        configuration = ConfigureSession("t", None, None)
    made = GatewayDialect(configuration, **options)
    assert made.events(peer) == [SessionReady("t", peer.extensions)]
    return made


def said(spoken: GatewayDialect, *commands: ClientCommand) -> list[Any]:
    """What was sent: parsed JSON, or the bytes of a binary frame."""
    frames = [frame for command in commands for frame in spoken.frames(command)]
    return [json.loads(one.data) if one.is_text else one.data for one in frames]


def answers(spoken: GatewayDialect) -> list[Any]:
    found, spoken.answers = [json.loads(one.data) for one in spoken.answers], []
    return found


def told(spoken: GatewayDialect, *messages: g.GatewayServerMessage) -> list[ServerEvent]:
    return [event for message in messages for event in spoken.events(message)]


def utter(spoken: GatewayDialect, turn: int) -> None:
    said(spoken, AppendAudio(turn, SECOND), CommitAudio(turn))


def started(text: str, turn_id: int | None = None) -> g.AssistantStarted:
    return g.AssistantStarted(text=text, turn_id=turn_id)


def message(text: str, turn_id: int | None = None, **metadata: Any) -> g.AssistantMessage:
    return g.AssistantMessage(text=text, turn_id=turn_id, metadata=metadata)


def chunk(pcm: bytes, turn_id: int = 1, output_format: str = "pcm_24000") -> g.AssistantAudioChunk:
    audio = base64.b64encode(pcm).decode()
    return g.AssistantAudioChunk(audio=audio, turn_id=turn_id, output_format=output_format)


def audio_end(turn_id: int = 1, count: int = 0) -> g.AssistantAudioEnd:
    return g.AssistantAudioEnd(turn_id=turn_id, chunk_count=count)


# ---- what we say ------------------------------------------------------------------------------


def test_sound_goes_as_binary_frames_or_as_base64_with_its_rate():
    assert said(dialect(), AppendAudio(1, b"abcd")) == [b"abcd"]
    assert said(dialect(is_binary=False), AppendAudio(1, b"abcd")) == [
        {"type": "audio.append", "sample_rate": 16000, "audio": "YWJjZA=="}
    ]


def test_a_long_recording_goes_in_pieces_of_a_second():
    assert said(dialect(), AppendAudio(1, SECOND * 2 + b"ab")) == [SECOND, SECOND, b"ab"]


def test_each_command_has_its_message():
    assert said(dialect(), CommitAudio(1), PromptText(2, "hi")) == [
        {"type": "audio.commit"},
        {"type": "text.prompt", "text": "hi"},
    ]


def test_a_gateway_is_never_given_tool_outputs():
    with pytest.raises(ValueError, match="tools"):
        dialect().frames(SubmitToolOutputs(1, "r", ()))


# ---- a spoken turn ----------------------------------------------------------------------------


def test_a_spoken_turn_from_first_word_to_last_sample():
    spoken = dialect()
    said(spoken, AppendAudio(7, SECOND))
    assert told(spoken, g.TranscriptPartial(text="what")) == [TranscriptUpdated(7, "what")]
    said(spoken, CommitAudio(7))
    assert told(
        spoken,
        g.TranscriptCommitted(text="what time"),
        started("what time", 1),
        g.AssistantDelta(text="It is ", turn_id=1),
        g.AssistantAudioStart(turn_id=1, output_format="pcm_24000"),
        chunk(b"abcd"),
        g.AssistantDelta(text="noon.", turn_id=1),
        message("It is noon.", 1, message_id="m", input_tokens=3, output_tokens=4),
        audio_end(1, 1),
    ) == [
        TranscriptUpdated(7, "what time", is_final=True),
        ReplyStarted(7, prompt="what time"),
        ReplyText(7, "It is "),
        ReplyAudio(7, b"abcd"),
        ReplyText(7, "noon."),
        ReplyEnded(7, message_id="m", usage=Usage(3, 4)),
    ]


def test_a_peer_without_deltas_and_turn_ids_is_understood():
    spoken = dialect(PLAIN)
    said(spoken, PromptText(3, "Say hi"))
    assert told(spoken, started("Say hi"), message("Hi!"), chunk(b"ab", 1), audio_end(1)) == [
        ReplyStarted(3, prompt="Say hi"),
        ReplyText(3, "Hi!", is_whole=True),
        ReplyAudio(3, b"ab"),
        ReplyEnded(3),
    ]


def test_a_message_after_the_sound_ends_the_reply():
    spoken = dialect()
    said(spoken, PromptText(1, "x"))
    told(spoken, started("x", 1), chunk(b"ab"))
    assert told(spoken, audio_end(), message("y", 1))[-1] == ReplyEnded(1)


def test_words_that_differ_from_the_deltas_replace_them():
    spoken = dialect()
    said(spoken, PromptText(1, "x"))
    told(spoken, started("x", 1), g.AssistantDelta(text="a", turn_id=1))
    assert told(spoken, message("b", 1)) == [ReplyText(1, "b", is_whole=True)]


def test_silence_is_a_final_empty_transcript_and_has_no_reply():
    spoken = dialect()
    utter(spoken, 1)
    assert told(spoken, g.TranscriptCommitted(text=" ")) == [TranscriptUpdated(1, "", True)]
    utter(spoken, 2)
    assert told(spoken, g.TranscriptCommitted(text="yes"), started("yes", 1)) == [
        TranscriptUpdated(2, "yes", True),
        ReplyStarted(2, prompt="yes"),
    ]


def test_two_utterances_are_transcribed_in_their_order():
    spoken = dialect()
    utter(spoken, 1)
    utter(spoken, 2)
    assert told(spoken, g.TranscriptPartial(text="a"), g.TranscriptCommitted(text="a b")) == [
        TranscriptUpdated(1, "a"),
        TranscriptUpdated(1, "a b", True),
    ]
    assert told(spoken, g.TranscriptCommitted(text="c")) == [TranscriptUpdated(2, "c", True)]


def test_several_commits_of_one_utterance_are_one_text():
    spoken = dialect()
    said(spoken, AppendAudio(1, SECOND))
    assert told(spoken, g.TranscriptCommitted(text="one")) == [TranscriptUpdated(1, "one")]
    assert told(spoken, g.TranscriptPartial(text="two")) == [TranscriptUpdated(1, "one two")]
    said(spoken, CommitAudio(1))
    assert told(
        spoken,
        g.TranscriptCommitted(text="two"),
        g.TranscriptCommitted(text=""),
        g.TranscriptCommitted(text="three"),
        started("one two three"),
    ) == [
        TranscriptUpdated(1, "one two", True),
        TranscriptUpdated(1, "one two three", True),
        ReplyStarted(1, prompt="one two three"),
    ]


def test_an_empty_last_commit_makes_what_came_before_final():
    spoken = dialect()
    said(spoken, AppendAudio(1, SECOND))
    told(spoken, g.TranscriptCommitted(text="one"))
    said(spoken, CommitAudio(1))
    assert told(spoken, g.TranscriptCommitted(text="")) == [TranscriptUpdated(1, "one", True)]


def test_a_transcript_of_nothing_we_said_is_ignored():
    assert told(dialect(), g.TranscriptPartial(text="x"), g.TranscriptCommitted(text="x")) == []


def test_with_the_peers_own_end_of_speech_words_belong_to_the_latest_sound():
    spoken = dialect(strategy="vad")
    said(spoken, AppendAudio(1, SECOND), CommitAudio(1))
    assert told(
        spoken,
        g.TranscriptCommitted(text=""),
        g.TranscriptCommitted(text=""),
        g.TranscriptCommitted(text="a"),
    ) == [TranscriptUpdated(1, "", True), TranscriptUpdated(1, "a", True)]
    said(spoken, AppendAudio(2, SECOND))
    assert told(spoken, g.TranscriptCommitted(text="b")) == [TranscriptUpdated(2, "b", True)]


# ---- which turn is answered -------------------------------------------------------------------


def test_a_reply_belongs_to_the_turn_with_its_words():
    spoken = dialect(PLAIN)
    said(spoken, PromptText(1, "first"), PromptText(2, "second"))
    assert told(spoken, started("Second")) == [ReplyStarted(2, prompt="Second")]


def test_a_reply_to_joined_words_belongs_to_the_last_of_their_turns():
    spoken = dialect(PLAIN)
    said(spoken, PromptText(1, "and"), PromptText(2, "also"))
    assert told(spoken, started("and also")) == [ReplyStarted(2, prompt="and also")]


def test_a_reply_to_other_words_belongs_to_the_oldest_turn():
    spoken = dialect(PLAIN)
    said(spoken, PromptText(1, "a"), PromptText(2, "b"))
    assert told(spoken, started("?"), started("?")) == [
        ReplyStarted(1, prompt="?"),
        ReplyStarted(2, prompt="?"),
    ]


def test_a_reply_without_a_transcript_answers_the_committed_utterance():
    spoken = dialect(PLAIN)
    utter(spoken, 4)
    assert told(spoken, started("x")) == [ReplyStarted(4, prompt="x")]


def test_words_of_a_reply_that_nobody_asked_for_are_ignored():
    spoken = dialect()
    assert told(spoken, started("x", 1), message("y", 1), chunk(b"ab"), audio_end()) == []
    assert told(spoken, g.AssistantDelta(text="z"), g.AssistantAudio(audio="")) == []
    assert told(spoken, g.AssistantCancelled(turn_id=1)) == []


def test_late_sound_of_an_ended_reply_does_not_speak_for_the_next():
    spoken = dialect(PLAIN)
    said(spoken, PromptText(1, "a"), PromptText(2, "b"))
    told(spoken, started("a"), message("x"), chunk(b"ab", 1), audio_end(1), started("b"))
    assert told(spoken, chunk(b"cd", 1)) == []
    assert told(spoken, chunk(b"ef", 2)) == [ReplyAudio(2, b"ef")]


def test_a_spoken_session_whose_peer_has_no_voice_ends_a_reply_at_the_next():
    spoken = dialect(PLAIN)
    said(spoken, PromptText(1, "a"), PromptText(2, "b"))
    assert told(spoken, started("a"), message("x"), started("b"))[-2:] == [
        ReplyEnded(1),
        ReplyStarted(2, prompt="b"),
    ]


def test_a_session_in_text_alone_ends_a_reply_at_its_message():
    spoken = dialect(is_text=True)
    said(spoken, PromptText(1, "a"))
    assert told(spoken, started("a", 1), message("x", 1))[-1] == ReplyEnded(1)


@pytest.mark.parametrize("last", [message("", 1), message("```", 1, speech=False)])
def test_a_reply_with_nothing_to_speak_ends_at_its_message(last: g.AssistantMessage):
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    assert told(spoken, started("a", 1), last)[-1] == ReplyEnded(1)


def test_recalled_memories_are_told():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    found = [{"memory": "tea", "id": "7", "score": 1}, {"memory": ""}, "x"]
    events = told(spoken, started("a", 1), message("x", 1, retrieved_memories=found))
    assert MemoriesRecalled(1, (Memory("tea", "7", 1.0),)) in events


# ---- sound ------------------------------------------------------------------------------------


def test_samples_cut_in_half_are_joined():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1))
    assert told(spoken, chunk(b"abc"), chunk(b"d"), chunk(b"")) == [
        ReplyAudio(1, b"ab"),
        ReplyAudio(1, b"cd"),
    ]


def test_speech_in_one_piece_adds_what_the_pieces_lacked():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1), chunk(b"abcd"))
    whole = base64.b64encode(b"abcdef").decode()
    assert told(spoken, g.AssistantAudio(audio=whole, output_format="pcm_24000")) == [
        ReplyAudio(1, b"ef"),
        ReplyEnded(1),
    ]


def test_speech_in_one_wav_is_the_reply_without_its_header():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    whole = base64.b64encode(wav_file(b"abcd", 24_000)).decode()
    sound = g.AssistantAudio(
        audio=whole, content_type="audio/wav", output_format="wav_24000", turn_id=1
    )
    assert told(spoken, sound) == [ReplyAudio(1, b"abcd"), ReplyEnded(1)]


def test_speech_of_any_rate_is_converted_from_the_rate_that_it_has():
    asked: list[int] = []

    def make_resample(rate_hz: int) -> Resample:
        asked.append(rate_hz)
        return lambda pcm, *, is_last: pcm + (b"zz" if is_last else b"")

    spoken = dialect(make_resample=make_resample)
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    whole = base64.b64encode(wav_file(b"abcd", 8_000)).decode()
    assert told(spoken, g.AssistantAudio(audio=whole, output_format="wav_16000")) == [
        ReplyAudio(1, b"abcdzz"),
        ReplyEnded(1),
    ]
    said(spoken, PromptText(2, "b"))
    told(spoken, started("b", 2))
    assert told(spoken, chunk(b"ab", turn_id=2, output_format="pcm_16000")) == [
        ReplyAudio(2, b"ab")
    ]
    assert asked == [8_000, 16_000]


def test_speech_that_is_no_wav_though_it_says_so_is_a_fault():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    events = told(spoken, g.AssistantAudio(audio="YWJjZGVmZ2g=", output_format="wav_24000"))
    assert [type(event) for event in events] == [ServerFault, ReplyEnded]


def test_speech_in_a_format_that_cannot_be_played_is_said_once_and_the_text_stands():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1))
    events = told(
        spoken,
        chunk(b"ab", output_format="mp3_44100_128"),
        chunk(b"ab", output_format="mp3_44100_128"),
        message("x", 1),
        audio_end(),
    )
    assert [type(event) for event in events] == [ServerFault, ReplyText, ReplyEnded]
    fault = events[0]
    assert isinstance(fault, ServerFault)
    assert (fault.code, fault.turn, fault.is_fatal) == ("gateway.sound_format", None, False)


def test_a_whole_reply_in_mp3_ends_with_a_fault_and_its_text():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    events = told(spoken, g.AssistantAudio(audio="YWI=", output_format="mp3_44100_128"))
    assert [type(event) for event in events] == [ServerFault, ReplyEnded]


def test_sound_that_is_no_base64_is_a_fault_and_not_the_end():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1))
    (fault,) = told(spoken, g.AssistantAudioChunk(audio="%", turn_id=1))
    assert isinstance(fault, ServerFault)
    assert fault.code == "gateway.bad_sound"


def test_other_rates_are_converted_where_the_shell_can():
    def halved(rate_hz: int) -> Any:
        assert rate_hz == 48_000
        return lambda pcm, *, is_last: b"zz" if is_last else pcm[::2]

    spoken = dialect(make_resample=halved)
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    start = g.AssistantAudioStart(turn_id=1, output_format="pcm_48000")
    assert told(spoken, start, chunk(b"abcd"), audio_end(1, 5)) == [
        ReplyAudio(1, b"ac"),
        ReplyAudio(1, b"zz"),
        ReplyEnded(1),
    ]


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


def test_discarding_nothing_says_nothing():
    assert said(dialect(), DiscardAudio(1)) == []


def test_a_scrap_of_sound_is_not_committed_to_a_peer_that_may_not_answer():
    spoken = dialect(PLAIN)
    assert said(spoken, AppendAudio(1, bytes(640)), DiscardAudio(1)) == [bytes(640)]


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
    assert sent == {"type": "session.configure", "session_id": "t"}
    said(spoken, PromptText(1, "a"))
    assert told(spoken, started("a", 1), message("x", 1))[-1] == ReplyEnded(1)


def test_what_is_remembered_of_dropped_turns_is_bounded():
    spoken = dialect()
    for turn in range(1, 200):
        said(spoken, PromptText(turn, str(turn)), CancelReply(turn))
    assert told(spoken, started("199", 1)) == []
    assert len(spoken._turns.dropped) <= 64
