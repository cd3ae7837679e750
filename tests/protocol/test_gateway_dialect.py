"""What we say becomes a gateway's frames, and its turns become ours."""

from __future__ import annotations

import msgspec
import pytest

from desktop_app.protocol import gateway as g
from desktop_app.protocol.commands import (
    AppendAudio,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    PromptText,
    SubmitToolOutputs,
)
from desktop_app.protocol.events import (
    ImageReady,
    MemoriesRecalled,
    Memory,
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyText,
    ReplyWritten,
    ToolCallFailed,
    ToolCallStarted,
    TranscriptUpdated,
    Usage,
    UtteranceBegun,
    UtteranceOver,
)
from tests.fakes.gateway_script import (
    PLAIN,
    SECOND,
    audio_end,
    chunk,
    dialect,
    message,
    said,
    started,
    told,
    utter,
)

# ---- what we say ------------------------------------------------------------------------------


def test_sound_goes_as_binary_frames_or_as_base64_with_its_rate():
    assert said(dialect(), AppendAudio(1, b"abcd")) == [b"abcd"]
    assert said(dialect(is_binary=False), AppendAudio(1, b"abcd")) == [
        {"type": "audio.append", "sample_rate": 16000, "audio": "YWJjZA=="}
    ]


def test_a_long_recording_goes_in_pieces_of_a_second():
    assert said(dialect(), AppendAudio(1, SECOND * 2 + b"ab")) == [SECOND, SECOND, b"ab"]


def test_pictures_are_asked_for_where_the_peer_knows_the_word():
    configuration = ConfigureSession("t", None, None)
    for extensions, wanted in (((), None), (g.EXTENSIONS, "auto")):
        spoken = dialect(PLAIN)
        told(spoken, g.GatewayReady(extensions=extensions))
        (asked,) = said(spoken, configuration)
        assert asked.get("media") == wanted


@pytest.mark.parametrize("memory", ["readonly", "off"])
def test_what_may_be_remembered_is_told_to_who_knows_the_word(memory):
    for extensions, wanted in (((), None), (g.EXTENSIONS, memory)):
        spoken = dialect(PLAIN)
        told(spoken, g.GatewayReady(extensions=extensions))
        (asked,) = said(spoken, ConfigureSession("t", None, None, memory=memory))
        assert asked.get("memory") == wanted


def test_a_tool_and_what_it_made_are_told_of_the_turn():
    spoken = dialect(is_text=True)
    said(spoken, PromptText(3, "Draw a fox"))
    made = {"document_id": "d1", "mime_type": "image/png", "url": "", "prompt": "a fox"}
    events = told(
        spoken,
        started("Draw a fox", 1),
        g.AssistantTool(call_id="c1", name="generate_image", turn_id=1),
        g.AssistantTool(call_id="c1", name="generate_image", turn_id=1, has_failed=True),
        g.AssistantMessage(text="Here.", metadata={"generated_media": [made, {}, 5]}, turn_id=1),
    )
    assert events[1:3] == [ToolCallStarted(3, "c1", "generate_image"), ToolCallFailed(3, "c1")]
    assert [one for one in events if isinstance(one, ImageReady)] == [
        ImageReady(3, "", "d1", "image/png", prompt="a fox")
    ]
    assert isinstance(events[-1], ReplyEnded)


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
        ReplyWritten(7),
        ReplyEnded(7, message_id="m", usage=Usage(3, 4)),
    ]


def test_a_peer_without_deltas_and_turn_ids_is_understood():
    spoken = dialect(PLAIN)
    said(spoken, PromptText(3, "Say hi"))
    assert told(spoken, started("Say hi"), message("Hi!"), chunk(b"ab", 1), audio_end(1)) == [
        ReplyStarted(3, prompt="Say hi"),
        ReplyText(3, "Hi!", is_whole=True),
        ReplyWritten(3),
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
    assert told(spoken, message("b", 1)) == [
        ReplyText(1, "b", is_whole=True),
        ReplyWritten(1),
    ]


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


def test_words_with_a_number_that_no_reply_has_yet_belong_to_the_latest():
    spoken = dialect(PLAIN)
    for turn, text in ((1, "a"), (2, "b")):
        said(spoken, PromptText(turn, text))
        told(spoken, started(text))
    assert told(spoken, g.AssistantDelta(text="y", turn_id=2)) == [ReplyText(2, "y")]
    assert told(spoken, g.AssistantDelta(text="x", turn_id=1)) == [], "that one was passed over"


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


def test_a_commit_may_go_unanswered_by_a_peer_that_ends_utterances_without_our_words():
    spoken = dialect(PLAIN, strategy="vad")
    said(spoken, AppendAudio(1, SECOND), CommitAudio(1))
    assert told(spoken, g.TranscriptCommitted(text="a")) == [TranscriptUpdated(1, "a", True)]
    said(spoken, AppendAudio(2, SECOND))
    assert told(spoken, g.TranscriptCommitted(text="b")) == [TranscriptUpdated(2, "b", True)]


def test_a_peer_that_ends_utterances_says_whose_words_come_next():
    spoken = dialect(strategy="vad")
    assert told(spoken, g.InputSpeechStarted(), g.InputSpeechStopped()) == []
    said(spoken, AppendAudio(1, SECOND))
    assert told(spoken, g.InputSpeechStarted(), g.InputSpeechStopped()) == [
        UtteranceBegun(1),
        UtteranceOver(1),
    ]
    said(spoken, AppendAudio(2, SECOND))
    assert told(spoken, g.TranscriptPartial(text="a"), g.TranscriptCommitted(text="a")) == [
        TranscriptUpdated(1, "a"),
        TranscriptUpdated(1, "a", True),
    ]
    assert told(spoken, g.TranscriptCommitted(text="b")) == [TranscriptUpdated(2, "b", True)]


def test_a_commit_by_key_that_crosses_the_peers_own_end_is_answered_once():
    spoken = dialect(strategy="vad")
    said(spoken, AppendAudio(1, SECOND), CommitAudio(1))
    assert told(spoken, g.InputSpeechStopped()) == []
    words = (g.TranscriptCommitted(text="a"), g.TranscriptCommitted(text=""))
    assert told(spoken, *words) == [TranscriptUpdated(1, "a", True)]


def test_a_peer_that_ends_utterances_is_not_asked_for_the_words_of_what_was_no_speech():
    spoken = dialect(PLAIN, strategy="vad")
    assert said(spoken, AppendAudio(1, SECOND), DiscardAudio(1)) == [SECOND]
    assert told(spoken, g.TranscriptCommitted(text="hm")) == []


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


# ---- what is always said ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (g.GatewayReady(), {"message": "Send session.configure to begin."}),
        (g.GatewayConfigured(), {"session_id": ""}),
        (g.SttSessionStarted(), {"session_id": "", "config": {}}),
        (g.TranscriptPartial(), {"text": ""}),
        (g.TranscriptCommitted(), {"text": ""}),
        (g.AssistantMessage(), {"text": "", "metadata": {}}),
        (g.AudioAppend(audio=""), {"audio": "", "sample_rate": 16_000}),
        (
            g.SessionConfigure(stt=g.SttOptions(language_code="de"), tts=g.TtsOptions()),
            {
                "stt": {
                    "language_code": "de",
                    "sample_rate": 16_000,
                    "audio_format": "pcm_16000",
                    "commit_strategy": "vad",
                },
                "tts": {},
            },
        ),
    ],
)
def test_documented_fields_stand_in_every_message_though_they_are_the_defaults(sent, expected):
    told = msgspec.json.decode(g.encode(sent))
    del told["type"]
    assert told == expected
