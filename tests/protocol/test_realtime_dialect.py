"""What a realtime session says, told by its fields: whose turn, and what it means."""

from __future__ import annotations

import base64

import pytest

from desktop_app.errors import ProtocolError
from desktop_app.protocol.backboard.realtime_socket import AudioFormat, RealtimeEvent
from desktop_app.protocol.events import (
    ImageReady,
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerFault,
    ToolCall,
    ToolCallReady,
    ToolsRequested,
    TranscriptUpdated,
    Usage,
)
from desktop_app.protocol.realtime_dialect import RealtimeDialect, checked_format

PCM = b"\x01\x00\x02\x00"
SOUND = base64.b64encode(PCM).decode()


def told(dialect, *events):
    return [one for event in events for one in dialect.feed(event)]


def text(words, response_id="r", kind="text.delta"):
    return RealtimeEvent(type=kind, role="assistant", text=words, response_id=response_id)


def heard(words, kind="transcript.final"):
    return RealtimeEvent(type=kind, role="user", text=words)


def done(status=None, response_id="r"):
    return RealtimeEvent(type="response.done", status=status, response_id=response_id)


@pytest.fixture
def dialect():
    return RealtimeDialect(24_000, None)


@pytest.fixture
def asked(dialect):
    """Turn 1 was spoken and understood."""
    dialect.speaking(1)
    dialect.committed(1)
    dialect.feed(heard("Hi"))
    return dialect


def test_a_turn_from_its_first_word_to_its_end(dialect):
    dialect.speaking(1)
    partial = told(dialect, heard("what", "transcript.partial"))
    dialect.committed(1)
    assert partial == [TranscriptUpdated(1, "what")]
    assert told(
        dialect,
        heard("what time"),
        text("Noon"),
        RealtimeEvent(type="audio.delta", data=SOUND, response_id="r"),
        text("."),
        RealtimeEvent(type="usage", usage={"input_tokens": 3}, response_id="r"),
        RealtimeEvent(type="usage", billing={"charged_usd": "0.25"}, response_id="r"),
        done("completed"),
    ) == [
        TranscriptUpdated(1, "what time", is_final=True),
        ReplyStarted(1, run_id="r"),
        ReplyText(1, "Noon"),
        ReplyAudio(1, PCM),
        ReplyText(1, "."),
        ReplyEnded(1, usage=Usage(3, None, 0.25)),
    ]


def test_events_without_any_type_are_told_by_their_fields(asked):
    events = (
        RealtimeEvent(type="", role="assistant", text="Yes"),
        RealtimeEvent(type="", data=SOUND),
        RealtimeEvent(type="", status="completed"),
    )
    assert told(asked, *events) == [
        ReplyStarted(1),
        ReplyText(1, "Yes"),
        ReplyAudio(1, PCM),
        ReplyEnded(1),
    ]


def test_a_text_that_is_said_again_as_a_whole_is_told_once(asked):
    kinds = told(asked, text("Good "), text("day."), text("Good day.", kind="transcript.final"))
    assert [one.text for one in kinds if isinstance(one, ReplyText)] == ["Good ", "day."]


def sound(data, **fields):
    return RealtimeEvent(type="audio.delta", data=data, response_id="r", **fields)


def test_sound_that_cannot_be_read_is_a_gap_and_the_session_goes_on(asked):
    events = told(asked, text("Yes"), sound(SOUND), sound("%"), sound(SOUND), done("completed"))
    assert events[2:] == [ReplyAudio(1, PCM), ReplyAudio(1, PCM), ReplyEnded(1)]


def test_sound_that_is_broken_for_good_is_said_once_and_the_text_goes_on(asked):
    events = told(asked, *[sound("%")] * 4, sound(SOUND), text("Yes"), done("completed"))
    assert [type(one) for one in events] == [ReplyStarted, ServerFault, ReplyText, ReplyEnded]
    assert events[1].code == "gateway.bad_sound"


def test_sound_that_names_a_format_of_its_own_is_played_in_that():
    def doubled(rate_hz):
        assert rate_hz == 12_000
        return lambda pcm, *, is_last: b"" if is_last else pcm * 2

    dialect = RealtimeDialect(24_000, doubled)
    dialect.typed(1)
    slow = AudioFormat(encoding="pcm_s16le", sample_rate=12_000, channels=1)
    strange = AudioFormat(encoding="opus", sample_rate=48_000, channels=1)
    events = told(dialect, sound(SOUND), sound(SOUND, output_format=slow))
    assert events[1:] == [ReplyAudio(1, PCM), ReplyAudio(1, PCM * 2)]
    events = told(dialect, sound(SOUND, output_format=strange), done("completed"))
    assert [type(one) for one in events] == [ServerFault, ReplyEnded]


def test_words_of_an_unknown_type_are_pieces(asked):
    kinds = told(asked, text("Good ", kind="speech"), text("day.", kind="speech"))
    assert "".join(one.text for one in kinds if isinstance(one, ReplyText)) == "Good day."


def test_partial_words_that_come_piece_by_piece_are_put_together(dialect):
    dialect.speaking(1)
    pieces = [heard("what ", "input.transcript.delta"), heard("time", "input.transcript.delta")]
    assert [one.text for one in told(dialect, *pieces)] == ["what ", "what time"]


def test_words_that_come_in_several_pieces_are_told_with_those_before(dialect):
    dialect.speaking(1)
    dialect.committed(1)
    assert told(dialect, heard("what time"), heard("is it")) == [
        TranscriptUpdated(1, "what time", is_final=True),
        TranscriptUpdated(1, "what time is it", is_final=True),
    ]
    dialect.speaking(2)
    dialect.committed(2)
    assert told(dialect, heard("and now")) == [TranscriptUpdated(2, "and now", is_final=True)]


def test_silence_is_no_question_and_the_next_one_gets_the_reply(dialect):
    dialect.committed(1)
    assert told(dialect, heard("")) == [TranscriptUpdated(1, "", is_final=True)]
    dialect.committed(2)
    assert told(dialect, heard("Hi"), text("Yes"))[1] == ReplyStarted(2, run_id="r")


def test_the_words_of_a_question_may_come_after_its_reply_began(dialect):
    dialect.committed(1)
    events = told(dialect, text("Noon"), heard("what time"), text("."), done())
    assert [one.turn for one in events] == [1] * 5
    assert TranscriptUpdated(1, "what time", is_final=True) in events


def test_a_reply_to_nothing_is_left_alone_and_the_next_question_has_its_own(dialect):
    assert told(dialect, text("Welcome!", "r0"), done("completed", "r0")) == []
    dialect.typed(1)
    assert told(dialect, text("Noon", "r1"))[0] == ReplyStarted(1, run_id="r1")


def test_a_cancelled_reply_is_not_told_and_the_next_reply_is(asked):
    asked.feed(text("Noon"))
    assert asked.cancel(1)
    asked.committed(2)
    asked.feed(heard("And now?"))
    assert told(asked, text(" it is"), done("cancelled")) == []
    assert told(asked, text("Later.", "q")) == [ReplyStarted(2, run_id="q"), ReplyText(2, "Later.")]
    assert not asked.must_cancel


def test_a_reply_that_was_cancelled_before_it_began_is_cancelled_when_it_does(asked):
    assert not asked.cancel(1)
    assert told(asked, text("Noon")) == []
    assert asked.must_cancel


def test_what_comes_late_of_a_reply_that_ended_is_not_of_the_next(asked):
    told(asked, text("Noon"), done())
    asked.typed(2)
    assert told(asked, text("late")) == []
    assert told(asked, text("New", "q"))[0] == ReplyStarted(2, run_id="q")


def test_a_reply_that_begins_before_the_earlier_ended_ends_it(asked):
    asked.feed(text("Noon"))
    asked.typed(2)
    assert told(asked, text("New", "q")) == [
        ReplyEnded(1, ReplyStatus.INCOMPLETE),
        ReplyStarted(2, run_id="q"),
        ReplyText(2, "New"),
    ]


def test_a_reply_that_was_billed_may_be_over_and_is_not_while_it_goes_on(asked):
    bill = RealtimeEvent(type="", billing={"charged_usd": "1"}, response_id="r")
    told(asked, text("Noon"), bill)
    assert asked.is_accounted
    asked.feed(text("."))
    assert not asked.is_accounted
    asked.feed(bill)
    assert asked.finish()[-1].status is ReplyStatus.COMPLETED
    assert asked.finish() == []


def test_calls_are_asked_for_when_the_last_of_their_round_is_there(asked):
    def call(name):
        return RealtimeEvent(
            type="tool.call",
            tool_call_id=name,
            tool_call_ids=["a", "b"],
            name=name,
            arguments={"x": 1},
            response_id="r",
        )

    a, b = (ToolCall(name, name, '{"x":1}') for name in "ab")
    assert told(asked, call("a"), call("b")) == [
        ReplyStarted(1, run_id="r"),
        ToolCallReady(1, a),
        ToolCallReady(1, b),
        ToolsRequested(1, "r", (a, b)),
    ]
    assert asked.name_of("a") == "a"


def test_a_call_that_the_server_runs_is_told_and_not_asked_for(asked):
    hosted = RealtimeEvent(
        type="", tool_call_id="1", name="web_search", arguments="{}", hosted=True
    )
    made = RealtimeEvent(type="", generated_media=[{"url": "http://x/1.png"}])
    kinds = [type(one) for one in told(asked, hosted, made)]
    assert kinds == [ReplyStarted, ToolCallReady, ImageReady]


def test_a_failure_ends_the_turn_with_its_reason(asked):
    error = RealtimeEvent(type="error", message="No credit.", code="billing")
    assert told(asked, text("No"), error, done("failed"))[2:] == [
        ServerFault("No credit.", code="billing", turn=1)
    ]


def test_a_failure_of_the_voice_alone_is_a_notice(asked):
    error = RealtimeEvent(type="error", message="No voice.", code="tts")
    assert told(asked, text("No"), error, done("completed"))[2:] == [
        ServerFault("No voice.", code="tts"),
        ReplyEnded(1),
    ]


def test_a_failure_to_hear_ends_the_turn_that_was_spoken(dialect):
    dialect.committed(1)
    error = RealtimeEvent(type="error", message="Deaf.", code="stt")
    assert told(dialect, error) == [ServerFault("Deaf.", code="stt", turn=1)]
    assert told(dialect, error) == [ServerFault("Deaf.", code="stt")]


def test_a_question_that_was_not_heard_is_none_and_the_next_one_gets_the_reply(dialect):
    dialect.committed(1)
    told(dialect, RealtimeEvent(type="error", message="No ears."))
    dialect.typed(2)
    assert told(dialect, text("Noon")) == [ReplyStarted(2, run_id="r"), ReplyText(2, "Noon")]


def test_what_a_native_peer_says_of_itself_is_not_a_reply(asked):
    native = RealtimeEvent(type="provider.event", event={"type": "rate_limits.updated"})
    assert told(asked, native) == []
    assert told(asked, text("Hi"))[0] == ReplyStarted(1, run_id="r")


@pytest.mark.parametrize(
    "sound",
    [
        AudioFormat(encoding="g711_ulaw", sample_rate=8_000, channels=1),
        AudioFormat(encoding="pcm16", sample_rate=24_000, channels=2),
        AudioFormat(encoding="pcm16", sample_rate=0, channels=1),
    ],
)
def test_sound_that_cannot_be_converted_is_refused_in_words(sound):
    with pytest.raises(ProtocolError, match=sound.encoding) as refused:
        checked_format(sound)
    assert refused.value.code == "session.sound_format"


def test_of_each_item_is_known_how_much_of_it_was_heard(asked):
    sounds = [
        RealtimeEvent(type="audio.delta", data=base64.b64encode(bytes(ms * 48)).decode(), item_id=i)
        for i, ms in (("a", 300), ("b", 200), ("c", 100))
    ]
    told(asked, *sounds)
    assert asked.unheard(1, 350) == [("b", 50), ("c", 0)]
    assert asked.unheard(1, 600) == [("c", 100)], "there is more to come of it"
    told(asked, RealtimeEvent(type="text.delta", role="assistant", text="More", item_id="d"))
    assert asked.unheard(1, 600) == [("d", 0)], "of which nothing has sounded"
    told(asked, done(response_id=""))
    assert asked.unheard(1, 600) == []
    assert asked.unheard(1, 0) == [("a", 0), ("b", 0), ("c", 0)]
    assert asked.unheard(2, 0) == []
