"""The sound of a reply, in every form in which a gateway sends it."""

from __future__ import annotations

import base64
from typing import Any

from desktop_app.protocol import gateway as g
from desktop_app.protocol.commands import PromptText
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyText,
    ReplyWritten,
    ServerFault,
)
from desktop_app.protocol.gateway_speech import Resample
from desktop_app.protocol.wav_stream import wav_file
from tests.fakes.gateway_script import audio_end, chunk, dialect, message, said, started, told

BROKEN = g.AssistantAudioChunk(audio="%", turn_id=1)


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


def test_speech_of_another_rate_is_a_fault_where_nobody_converts_it():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1))
    [fault] = told(spoken, chunk(b"ab", output_format="pcm_16000"))
    assert isinstance(fault, ServerFault)
    assert fault.code == "gateway.sound_format"


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
    assert [type(event) for event in events] == [ServerFault, ReplyText, ReplyWritten, ReplyEnded]
    fault = events[0]
    assert isinstance(fault, ServerFault)
    assert (fault.code, fault.turn, fault.is_fatal) == ("gateway.sound_format", None, False)


def test_a_whole_reply_in_mp3_ends_with_a_fault_and_its_text():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    events = told(spoken, g.AssistantAudio(audio="YWI=", output_format="mp3_44100_128"))
    assert [type(event) for event in events] == [ServerFault, ReplyEnded]


def test_a_piece_that_is_no_base64_is_a_gap_and_not_the_end(caplog):
    caplog.set_level("INFO")
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1))
    assert told(spoken, chunk(b"ab"), BROKEN, BROKEN, chunk(b"cd"), BROKEN, chunk(b"ef")) == [
        ReplyAudio(1, b"ab"),
        ReplyAudio(1, b"cd"),
        ReplyAudio(1, b"ef"),
    ]
    assert told(spoken, message("x", 1), audio_end(1, 6))[-1] == ReplyEnded(1)
    assert caplog.text.count("A piece of speech") == 3


def test_speech_that_is_broken_for_good_is_said_once_and_the_text_stands():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1))
    events = told(spoken, chunk(b"ab"), *[BROKEN] * 5, chunk(b"cd"), message("x", 1), audio_end())
    assert [type(one) for one in events] == [
        ReplyAudio,
        ServerFault,
        ReplyText,
        ReplyWritten,
        ReplyEnded,
    ]
    assert isinstance(events[1], ServerFault)
    assert (events[1].code, events[1].turn) == ("gateway.bad_sound", None)


def test_speech_of_which_nothing_can_be_read_is_said_at_its_end():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    events = told(spoken, BROKEN, audio_end())
    assert [type(one) for one in events] == [ServerFault, ReplyEnded]
    said(spoken, PromptText(2, "b"))
    told(spoken, started("b", 2), message("y", 2))
    events = told(spoken, g.AssistantAudio(audio="%", turn_id=2))
    assert [type(one) for one in events] == [ServerFault, ReplyEnded]


def doubled(rate_hz: int) -> Resample:
    """Twice each byte from 12 kHz; at the end it gives what it held back."""
    assert rate_hz == 12_000
    return lambda pcm, *, is_last: b"zz" if is_last else pcm * 2


def test_each_piece_of_a_reply_is_played_at_the_rate_that_it_names():
    spoken = dialect(make_resample=doubled)
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1))
    assert told(
        spoken,
        chunk(b"ab", output_format="pcm_12000"),
        chunk(b"cd", output_format=""),
        chunk(b"ef"),
        chunk(b"gh", output_format="pcm_12000"),
        message("x", 1),
        audio_end(),
    ) == [
        ReplyAudio(1, b"abab"),
        ReplyAudio(1, b"cdcd"),
        ReplyAudio(1, b"zzef"),
        ReplyAudio(1, b"ghgh"),
        ReplyText(1, "x", is_whole=True),
        ReplyWritten(1),
        ReplyAudio(1, b"zz"),
        ReplyEnded(1),
    ]


def test_a_format_that_cannot_be_played_in_mid_reply_is_said_and_the_text_stands():
    spoken = dialect()
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    events = told(spoken, chunk(b"ab"), chunk(b"cd", output_format="ulaw_8000"), audio_end())
    assert [type(one) for one in events] == [ReplyAudio, ServerFault, ReplyEnded]


def test_other_rates_are_converted_where_the_shell_can():
    def halved(rate_hz: int) -> Any:
        assert rate_hz == 48_000
        return lambda pcm, *, is_last: b"zz" if is_last else pcm[::2]

    spoken = dialect(make_resample=halved)
    said(spoken, PromptText(1, "a"))
    told(spoken, started("a", 1), message("x", 1))
    start = g.AssistantAudioStart(turn_id=1, output_format="pcm_48000")
    piece = chunk(b"abcd", output_format="")
    assert told(spoken, start, piece, audio_end(1, 5)) == [
        ReplyAudio(1, b"ac"),
        ReplyAudio(1, b"zz"),
        ReplyEnded(1),
    ]
