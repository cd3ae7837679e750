"""A run's event stream becomes the events of one turn, whatever the server leaves out."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop_app.protocol.events import (
    ImageReady,
    MemoriesRecalled,
    Memory,
    QuotedPassage,
    ReplyAudio,
    ReplyEnded,
    ReplyReasoning,
    ReplySound,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    ToolCall,
    ToolCallFailed,
    ToolCallReady,
    ToolCallStarted,
    ToolsRequested,
    TranscriptUpdated,
    Usage,
)
from desktop_app.protocol.sse import SseDecoder
from desktop_app.protocol.stream_dialect import StreamDialect


def event(kind: str, **fields: Any) -> bytes:
    return json.dumps({"type": kind, **fields}).encode()


def told(dialect: StreamDialect, *data: bytes) -> list[ServerEvent]:
    return [news for one in data for news in dialect.feed(one)]


def text(content: str) -> bytes:
    return event("content_streaming", content=content)


def speech(pcm: bytes, **fields: Any) -> bytes:
    return event("tts_audio_chunk", data=base64.b64encode(pcm).decode(), **fields)


def test_a_text_run_from_start_to_end():
    dialect = StreamDialect(4)
    assert told(
        dialect,
        event("user_message", thread_id="t", assistant_id="a", message_id="u"),
        event("memory_retrieved", memories=[{"memory": "tea", "score": 0.5}]),
        event("run_started", run_id="r", model_name="m"),
        event("run_started", run_id="r", model_name="m"),
        event("reasoning_streaming", content="hm"),
        text("Hel"),
        text("lo"),
        event("run_ended", status="COMPLETED", message_id="x", tokens=5, cost_usd=0.1),
    ) == [
        MemoriesRecalled(4, (Memory("tea", score=0.5),)),
        ReplyStarted(4, run_id="r", model="m"),
        ReplyReasoning(4, "hm"),
        ReplyText(4, "Hel"),
        ReplyText(4, "lo"),
    ]
    assert (dialect.thread_id, dialect.assistant_id, dialect.run_id) == ("t", "a", "r")
    assert dialect.is_complete
    end = ReplyEnded(4, message_id="x", usage=Usage(output_tokens=5, cost_usd=0.1))
    assert dialect.finish() == [end]
    assert dialect.finish() == []


def test_ids_are_taken_from_wherever_they_come():
    dialect = StreamDialect(1)
    told(dialect, event("content_streaming", content="a", thread_id="t", run_id="r"))
    assert (dialect.thread_id, dialect.run_id) == ("t", "r")
    told(dialect, event("content_streaming", content="b", run_id="s", assistant_id="a"))
    assert (dialect.thread_id, dialect.assistant_id, dialect.run_id) == ("t", "a", "s")


def test_a_long_piece_of_text_is_read_as_a_short_one():
    long = "word " * 200
    assert told(StreamDialect(1), text(long), text("end")) == [
        ReplyText(1, long),
        ReplyText(1, "end"),
    ]


def test_a_server_that_repeats_everything_is_not_shown_twice():
    dialect = StreamDialect(1)
    assert told(dialect, text("Hel"), text("Hello"), text("Hello you"), text("")) == [
        ReplyText(1, "Hel"),
        ReplyText(1, "lo"),
        ReplyText(1, " you"),
    ]


@pytest.mark.parametrize("kind", ["run_ended", "run_completed", "message_complete"])
def test_a_longer_text_at_the_end_replaces_the_deltas(kind: str):
    dialect = StreamDialect(1)
    told(dialect, text("a"))
    assert told(dialect, event(kind, final_content="ab")) == [ReplyText(1, "ab", is_whole=True)]
    assert dialect.finish() == [ReplyEnded(1)]


def test_a_shorter_text_at_the_end_changes_nothing_and_the_last_end_counts():
    dialect = StreamDialect(1)
    recalled = [{"memory": "tea"}]
    events = told(
        dialect,
        text("abc"),
        event("run_ended", content="a", message_id="1"),
        text("d"),
        event("run_ended", message_id="2", retrieved_memories=recalled),
        event("memory_retrieved", memories=recalled),
    )
    assert events[2:] == [MemoriesRecalled(1, (Memory("tea"),))]
    assert dialect.finish() == [ReplyEnded(1, message_id="2")]


def test_the_share_of_the_context_is_told():
    dialect = StreamDialect(1)
    told(dialect, event("run_ended", input_tokens=1, output_tokens=2, context_usage={"percent": 3}))
    assert dialect.finish() == [ReplyEnded(1, usage=Usage(1, 2, None, 3.0))]


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (event("run_failed", error="broken"), "broken"),
        (event("error", message="no credit"), "no credit"),
        (event("error"), "The answer failed."),
        (event("run_ended", status="failed"), "The answer ended as failed."),
    ],
)
def test_a_failed_run_is_a_fault_of_its_turn(last: bytes, sentence: str):
    dialect = StreamDialect(1)
    assert told(dialect, last) == [ServerFault(sentence, code="stream.failed", turn=1)]
    assert told(dialect, text("late")) == dialect.finish() == []
    assert dialect.is_complete


@pytest.mark.parametrize(
    ("code", "told_as"),
    [
        ("language.unknown", "language.unknown"),
        ("network.lost", "stream.failed"),
        ("odd", "stream.failed"),
    ],
)
def test_what_our_own_service_says_failed_is_told_by_its_code(code: str, told_as: str):
    last = event("run_failed", error="no", code=code)
    assert told(StreamDialect(1), last) == [ServerFault("no", code=told_as, turn=1)]


@pytest.mark.parametrize("last", [event("run_cancelled"), event("run_ended", status="Cancelled")])
def test_a_cancelled_run_ends_cancelled(last: bytes):
    assert told(StreamDialect(1), last) == [ReplyEnded(1, ReplyStatus.CANCELLED)]


def test_a_stream_that_ends_early_keeps_its_text_or_is_a_fault():
    dialect = StreamDialect(1)
    told(dialect, text("a"))
    assert dialect.finish() == [ReplyEnded(1, ReplyStatus.INCOMPLETE)]
    (fault,) = StreamDialect(2).finish()
    assert isinstance(fault, ServerFault)
    assert (fault.code, fault.turn) == ("stream.ended_early", 2)


def test_a_message_that_was_only_saved_completes_the_turn():
    dialect = StreamDialect(1)
    assert told(dialect, event("message_saved", message_id="m")) == []
    assert dialect.is_complete
    assert dialect.finish() == [ReplyEnded(1, message_id="m")]


def test_a_request_for_tools_ends_the_stream():
    dialect = StreamDialect(1)
    calls = [
        {"id": "1", "function": {"name": "f", "arguments": "{}"}},
        {"id": "2", "function": {"name": "g", "arguments": {"x": 1}}},
        {"id": "3"},
    ]
    assert told(dialect, event("tool_submit_required", run_id="r", tool_calls=calls)) == [
        ToolsRequested(
            1,
            "r",
            (ToolCall("1", "f", "{}"), ToolCall("2", "g", '{"x":1}'), ToolCall("3", "", "{}")),
        )
    ]
    assert dialect.finish() == []


def test_a_picture_is_told_with_its_link():
    media = {"url": "u", "document_id": "d", "mime_type": "image/png", "file_size_bytes": 7}
    dialect = StreamDialect(1)
    assert told(dialect, event("media_generated", media=media)) == [
        ImageReady(1, "u", "d", "image/png", 7)
    ]
    assert told(dialect, event("media_generated"), event("media_generated", media={})) == []


def test_a_picture_is_told_with_how_it_was_made_where_that_is_said():
    media = {"url": "u", "prompt": "a fox", "model": "a/b", "parent_document_ids": ["o", 7]}
    (picture,) = told(StreamDialect(1), event("media_generated", media=media))
    assert picture == ImageReady(1, "u", "", prompt="a fox", model="a/b", parent_ids=("o",))
    odd = {"url": "u", "prompt": 7, "model": None, "parent_document_ids": "o"}
    assert told(StreamDialect(1), event("media_generated", media=odd)) == [ImageReady(1, "u", "")]


def test_a_picture_announced_again_is_one_picture():
    def media(url: str, document_id: str) -> bytes:
        return event("media_generated", media={"url": url, "document_id": document_id})

    dialect = StreamDialect(1)
    told(dialect, media("https://s/a?sign=1", "d"))
    assert told(dialect, media("https://s/b?sign=2", "d"), media("https://s/a?sign=3", "e")) == []
    assert told(dialect, media("https://s/c", "f")) == [ImageReady(1, "https://s/c", "f")]


def test_the_link_of_a_picture_does_not_stay_in_the_text():
    dialect = StreamDialect(1)
    media = {"url": "https://s/a.png?sign=1", "document_id": "d"}
    events = told(
        dialect,
        event("media_generated", media=media),
        text("Here it is: ![cat](https://s/a.png?sign=1)"),
        event("run_ended"),
    )
    assert events[-1] == ReplyText(1, "Here it is:", is_whole=True)
    assert dialect.finish() == [ReplyEnded(1)]


def test_a_link_that_is_known_only_at_the_end_goes_too():
    dialect = StreamDialect(1)
    told(dialect, text("See https://s/a"), event("run_ended"))
    told(dialect, event("media_generated", media={"url": "https://s/a"}))
    assert dialect.finish() == [ReplyText(1, "See", is_whole=True), ReplyEnded(1)]


def test_another_recogniser_than_usual_is_noticed_and_ends_nothing():
    dialect = StreamDialect(1)
    assert told(dialect, event("stt_notice", message="Heard here."), event("stt_notice")) == [
        ServerFault("Heard here.", code="stt.instead")
    ]
    assert not dialect.is_complete


def test_wishes_without_effect_are_noticed_before_the_end():
    dialect = StreamDialect(1)
    said = ["web_search had no effect.", "thinking had no effect."]
    assert told(dialect, text("Hi"), event("run_ended", unmet=said)) == [
        ReplyText(1, "Hi"),
        *(ServerFault(one, code="wish.unmet") for one in said),
    ]
    assert dialect.is_complete


def test_what_was_heard_grows_and_becomes_final():
    dialect = StreamDialect(1)
    assert told(
        dialect,
        event("stt_stream_start"),
        event("stt_text_delta", delta="a"),
        event("stt_text_delta", text="b"),
        event("stt_stream_end"),
        event("stt_stream_end", transcript="ab!"),
    ) == [
        TranscriptUpdated(1, "a"),
        TranscriptUpdated(1, "ab"),
        TranscriptUpdated(1, "ab", is_final=True),
        TranscriptUpdated(1, "ab!", is_final=True),
    ]


def test_a_spoken_run_goes_on_until_its_speech_ends():
    dialect = StreamDialect(1, is_spoken=True)
    told(dialect, text("a"), event("run_ended"))
    assert not dialect.is_complete
    assert told(
        dialect, event("tts_stream_start", content_type="audio/pcm"), speech(b"abc"), speech(b"def")
    ) == [ReplyAudio(1, b"ab"), ReplyAudio(1, b"cdef")]
    told(dialect, event("tts_stream_end"))
    assert dialect.is_complete
    assert dialect.finish() == [ReplyEnded(1)]


def test_sound_is_found_however_its_json_is_written():
    pcm = bytes(range(256)) * 4  # its base64 holds slashes
    encoded = base64.b64encode(pcm).decode()
    late = (
        event("x", y="z" * 60)[:-1] + f', "type": "tts_audio_chunk", "data": "{encoded}"}}'.encode()
    )
    late = late.replace(b'"type": "x", ', b"")
    escaped = speech(pcm).replace(b"/", b"\\/")
    for data in (speech(pcm), late, escaped):
        assert told(StreamDialect(1), data) == [ReplyAudio(1, pcm)]


def test_a_chunk_without_sound_is_nothing():
    assert told(StreamDialect(1), event("tts_audio_chunk"), speech(b"")) == []
    assert told(StreamDialect(1), event("tts_audio_chunk", data=None, x="YWI=")) == []
    assert told(StreamDialect(1), b'{"type":"tts_audio_chunk","data":"') == []
    assert told(StreamDialect(1), event("tts_audio_chunk", odd="x" * 700)) == []


@pytest.mark.parametrize("size", [2, 700])
def test_a_broken_chunk_is_a_gap_and_broken_speech_is_failed(size: int):
    broken = event("tts_audio_chunk", data="%" * size)
    dialect = StreamDialect(1)
    assert told(dialect, speech(b"ab"), broken, broken, speech(b"cd"), broken) == [
        ReplyAudio(1, b"ab"),
        ReplyAudio(1, b"cd"),
    ]
    failed = ServerFault("The answer could not be spoken.", code="stream.speech_failed")
    assert told(dialect, broken, broken, broken, speech(b"ef")) == [failed]
    assert told(StreamDialect(1), broken, event("tts_stream_end", audio_url="u")) == [failed]


def test_speech_that_failed_leaves_the_text_standing():
    dialect = StreamDialect(1, is_spoken=True)
    told(dialect, text("a"), event("run_ended"))
    assert told(dialect, event("tts_error", error="no voice"), speech(b"ab")) == [
        ServerFault("no voice", code="stream.speech_failed")
    ]
    assert dialect.finish() == [ReplyEnded(1)]


@pytest.mark.parametrize(
    ("last", "is_whole"),
    [
        ([], False),
        ([event("tts_stream_end")], True),
        ([event("tts_error", error="no voice"), event("tts_stream_end")], False),
    ],
)
def test_speech_is_whole_where_its_end_came_and_nothing_went_wrong(
    last: list[bytes], is_whole: bool
):
    dialect = StreamDialect(1, is_spoken=True)
    told(dialect, text("a"), event("run_ended"), event("tts_stream_start"), speech(b"ab"), *last)
    dialect.finish()
    assert dialect.speech.is_whole is is_whole


def test_speech_that_must_be_decoded_whole_is_kept_until_its_end():
    dialect = StreamDialect(1, is_spoken=True)
    assert told(
        dialect,
        text("a"),
        event("run_ended"),
        event("tts_stream_start", mime_type="audio/mpeg"),
        speech(b"ID3"),
        speech(b"abc"),
        event("tts_stream_end", audio_url="u", documentId="d"),
    ) == [ReplyText(1, "a"), ReplySound(1, b"ID3abc", "audio/mpeg")]
    assert (dialect.speech.url, dialect.speech.document_id) == ("u", "d")
    assert dialect.is_complete


def test_encoded_speech_that_was_cut_off_is_played_as_far_as_it_came():
    dialect = StreamDialect(1, is_spoken=True)
    told(
        dialect, text("a"), event("run_ended"), event("tts_stream_start", content_type="audio/ogg")
    )
    told(dialect, speech(b"OggS"))
    assert dialect.finish() == [ReplySound(1, b"OggS", "audio/ogg"), ReplyEnded(1)]


def test_speech_that_is_only_linked_is_told_with_its_link():
    dialect = StreamDialect(1, is_spoken=True)
    end = event("tts_stream_end", audio_url="u", content_type="audio/mpeg", document_id="d")
    assert told(dialect, end) == [ReplySound(1, b"", "audio/mpeg", "u")]
    assert told(dialect, event("tts_stream_end", audio_url="u")) == []


def test_speech_that_cannot_be_played_is_said_once():
    dialect = StreamDialect(1, is_spoken=True)
    start = event("tts_stream_start", content_type="audio/pcm;rate=8000")
    (fault,) = told(dialect, text("a"), start, speech(b"abcd"), speech(b"abcd"))[1:]
    assert isinstance(fault, ServerFault)
    assert (fault.code, fault.turn) == ("stream.sound_format", None)
    told(dialect, event("run_ended"))
    assert dialect.is_complete


def test_speech_that_ends_before_the_text_does_not_end_the_turn():
    dialect = StreamDialect(1, is_spoken=True)
    told(dialect, text("a"), event("tts_stream_start"), speech(b"ab"), event("tts_stream_end"))
    assert (dialect.is_complete, dialect.awaits_speech) == (False, False)
    told(dialect, event("run_ended"))
    assert dialect.is_complete


def test_the_end_of_the_run_is_not_the_end_where_speech_was_asked_for():
    dialect = StreamDialect(1, is_spoken=True)
    told(dialect, text("a"))
    assert not dialect.awaits_speech
    told(dialect, event("run_ended"))
    assert dialect.awaits_speech
    told(dialect, event("tts_error", error="no"))
    assert (dialect.awaits_speech, dialect.is_complete) == (False, True)


def test_an_error_after_the_end_of_the_run_leaves_the_text_standing():
    dialect = StreamDialect(1, is_spoken=True)
    told(dialect, text("a"), event("run_ended", message_id="m"))
    assert told(dialect, event("error", error="voice down")) == [
        ServerFault("voice down", code="stream.speech_failed")
    ]
    assert dialect.finish() == [ReplyEnded(1, message_id="m")]


def test_a_message_that_was_only_transcribed_does_not_wait_for_speech():
    dialect = StreamDialect(1, is_spoken=True)
    records = {"stt": {"transcript": "Hi", "new": [1]}}
    told(
        dialect,
        event("stt_stream_end", transcript="Hi"),
        event("user_message", message_id="u"),
        event("message_saved", voice_records=records, memory_operation_id="o"),
    )
    assert dialect.is_complete
    assert dialect.finish() == [
        ReplyEnded(1, message_id="u", memory_operation_id="o", voice_records=records)
    ]


def test_what_belongs_to_the_reply_is_told_with_its_end():
    dialect = StreamDialect(1)
    records = {"stt": {"transcript": "Hi"}, "tts": {"audio_url": "u", "odd": None}}
    told(
        dialect,
        event("user_message", message_id="u"),
        event("message_start", message_id="m", run_id="r"),
        event(
            "run_ended",
            memory_operation_id="o",
            voice_records=records,
            retrieved_files=["plan.pdf"],
            retrieved_passages=[
                {"file": "plan.pdf", "place": "page 2", "text": "Trams run all night."},
                {"file": "plan.pdf", "text": ""},
                {"place": "nowhere"},
            ],
            context_usage={"percent": 3, "used_tokens": 30, "context_limit": 1000},
        ),
    )
    assert (dialect.user_message_id, dialect.message_id) == ("u", "m")
    usage = Usage(context_percent=3.0, context_used_tokens=30, context_limit_tokens=1000)
    assert dialect.finish() == [
        ReplyEnded(
            1,
            message_id="m",
            usage=usage,
            memory_operation_id="o",
            voice_records=records,
            retrieved_files=("plan.pdf",),
            passages=(QuotedPassage("plan.pdf", "Trams run all night.", "page 2"),),
        )
    ]


def test_tools_that_the_server_runs_are_told_and_the_turn_goes_on():
    dialect = StreamDialect(1)
    call = {"id": "1", "function": {"name": "f", "arguments": "{}"}}
    assert told(
        dialect,
        text("Let me see. "),
        event("tool_call_start", tool_call_id="1", name="f"),
        event("tool_call_ready", tool_call=call, run_id="r"),
        event("tool_calls", tool_calls=[call]),
        event("tool_call_failed", tool_call_id="1", name="f"),
        event("run_ended", message_id="1"),
    )[1:] == [
        ToolCallStarted(1, "1", "f"),
        ToolCallReady(1, ToolCall("1", "f", "{}")),
        ToolCallReady(1, ToolCall("1", "f", "{}")),
        ToolCallFailed(1, "1"),
    ]
    assert dialect.is_complete
    told(dialect, event("run_continuing", run_id="s", phase="x"))
    assert (dialect.is_complete, dialect.run_id) == (False, "s")
    ends = told(dialect, event("run_ended", message_id="2", final_content="It is 4."))
    assert ends == [ReplyText(1, "Let me see. It is 4.", is_whole=True)]
    assert dialect.finish() == [ReplyEnded(1, message_id="2")]


def test_a_second_run_that_breaks_off_is_incomplete():
    dialect = StreamDialect(1)
    told(dialect, text("a"), event("run_ended"), event("message_start", message_id="2"))
    assert dialect.finish() == [ReplyEnded(1, ReplyStatus.INCOMPLETE, "2")]


def test_a_turn_goes_on_after_its_tool_outputs_were_given():
    dialect = StreamDialect(1)
    told(dialect, text("a"), event("tool_submit_required", run_id="r", tool_calls=[]))
    dialect.resume()
    assert told(dialect, text("ab"), event("run_ended")) == [ReplyText(1, "ab")]
    assert dialect.finish() == [ReplyEnded(1)]


@pytest.mark.parametrize(
    "fields",
    [
        {"error": {"message": "no credit", "code": 402}},
        {"detail": [{"msg": "no credit"}], "error": {}},
        {"message": "no credit", "error": 7},
    ],
)
def test_the_reason_of_a_failure_is_found_in_any_shape(fields: dict[str, Any]):
    assert told(StreamDialect(1), event("error", **fields)) == [
        ServerFault("no credit", code="stream.failed", turn=1)
    ]


KNOWN = [
    event("user_message", thread_id="t", message_id="u"),
    event("run_started", run_id="r", model_name="m"),
    text("Hel"),
    text("lo, "),
    event("reasoning_streaming", content="hm"),
    event("media_generated", media={"url": "u", "document_id": "d"}),
    event("tts_stream_start", content_type="audio/pcm"),
    speech(bytes(range(200))),
    speech(b"abc"),
    event("run_ended", tokens=5),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
UNKNOWN_NAMES = st.text(min_size=1).map("x_".__add__)
UNKNOWN_FIELDS = st.dictionaries(UNKNOWN_NAMES, JSON, max_size=3)


@settings(max_examples=30)
@given(st.data())
def test_unknown_events_and_fields_change_nothing(data: st.DataObject):
    seen = []
    for known in KNOWN:
        if data.draw(st.booleans()):
            strange = {"type": data.draw(UNKNOWN_NAMES), **data.draw(UNKNOWN_FIELDS)}
            seen.append(json.dumps(strange).encode())
        more = json.loads(known) | data.draw(UNKNOWN_FIELDS)
        names = data.draw(st.permutations(list(more)))
        seen.append(json.dumps({name: more[name] for name in names}).encode())
    plain, changed = StreamDialect(1), StreamDialect(1)
    assert told(changed, *seen) == told(plain, *KNOWN)
    assert changed.finish() == plain.finish()


@given(st.integers(1, 400), st.sampled_from([b"\n\n", b"\r\n\r\n"]))
def test_any_split_of_the_bytes_gives_the_same_events(size: int, line_ends: bytes):
    wire = b"".join(b"data: " + one + line_ends for one in KNOWN)
    decoder, split, whole = SseDecoder(), StreamDialect(1), StreamDialect(1)
    events = []
    for at in range(0, len(wire), size):
        events += told(split, *decoder.feed(wire[at : at + size]))
    assert events == told(whole, *KNOWN)
    assert split.finish() == whole.finish()


@given(st.lists(st.text(min_size=1), min_size=1), st.lists(st.binary(), max_size=5))
def test_text_and_sound_come_back_as_they_were_sent(pieces: list[str], sound: list[bytes]):
    dialect = StreamDialect(1)
    wire = [event("message_start"), *map(text, pieces), event("tts_stream_start", mime_type="pcm")]
    events = told(dialect, *wire, *map(speech, sound))
    heard = b"".join(one.pcm for one in events if isinstance(one, ReplyAudio))
    whole = b"".join(sound)
    assert heard == whole[: len(whole) & ~1]
    said = "".join(one.text for one in events if isinstance(one, ReplyText))
    assert said == "".join(pieces) or repeats(pieces)


def repeats(pieces: list[str]) -> bool:
    """Whether a piece looks as if its server said everything again."""
    befores = ["".join(pieces[:at]) for at in range(len(pieces))]
    return any(
        before and piece.startswith(before) and len(piece) > len(before)
        for before, piece in zip(befores, pieces, strict=True)
    )


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
@example(b'"\xff"')
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
def test_nothing_that_a_server_can_send_breaks_the_reading(data: bytes):
    dialect = StreamDialect(1)
    dialect.feed(data)
    dialect.feed(b'{"type":"run_ended","status":' + data + b"}")
    dialect.finish()


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"a":1}', event("stt_stream_start"), event("new")])
def test_what_is_not_known_is_skipped(data: bytes):
    assert told(StreamDialect(1), data) == []


def test_a_field_of_another_kind_does_not_cost_the_text():
    data = event("content_streaming", content="a", tokens={"many": 1}, memories="none")
    assert told(StreamDialect(1), data) == [ReplyText(1, "a")]
