"""``parley recordings``, alone and beside an open window's engine."""

from __future__ import annotations

import asyncio
import json
import wave
from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop_app import cli
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageStatus
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import (
    MessageSaved,
    Notice,
    NoticeLevel,
    NoticeRaised,
    RetryMessage,
)
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayUtterance,
    RecordingPlayed,
    RecordingsRemoved,
)
from tests.export.conftest import QUESTION_SOUND, REPLY_SOUND, fill, keep, message, utterance
from tests.fakes.open_window import open_window


@pytest.fixture
async def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("PARLEY_DATA_DIR", str(folder))
    journal = await JournalWriter.open(folder)
    await fill(journal, folder)
    await keep(journal, utterance("u3", created_at=20.0), b"\1\0" * 16_000)
    await journal.save_message(
        message(
            "m9",
            text="",
            is_spoken=True,
            utterance_id="u3",
            status=MessageStatus.FAILED,
            error="turn.not_understood",
            created_at=20.0,
        )
    )
    await journal.aclose()
    return folder


@pytest.fixture
async def window(data: Path):
    async with open_window(data) as running:
        yield running


async def shell(*arguments: object) -> int:
    return await asyncio.to_thread(cli.run, [str(one) for one in ("recordings", *arguments)])


def test_recordings_are_listed_newest_first_with_their_words(data, capsys):
    assert cli.run(["recordings", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["id", "u3", "u2", "u1"]
    assert "(failed)" in lines[1]
    assert "assistant" in lines[2]
    assert lines[3].endswith("How old is <b>it</b>?")
    assert cli.run(["recordings", "list", "--limit", "1", "--json"]) == 0
    [one] = json.loads(capsys.readouterr().out)
    assert (one["id"], one["message_id"], one["duration_ms"]) == ("u3", "m9", 1000)


def test_both_sides_are_saved_as_they_sounded(data, tmp_path):
    for name, rate_hz, pcm in (("u1", 16_000, QUESTION_SOUND), ("u2", 24_000, REPLY_SOUND)):
        to = tmp_path / f"{name}.wav"
        assert cli.run(["recordings", "save", name, "--to", str(to)]) == 0
        with wave.open(str(to)) as sound:
            assert (sound.getframerate(), sound.readframes(10**6)) == (rate_hz, pcm)


@pytest.mark.parametrize(
    "arguments", [["play", "x"], ["save", "x", "--to", "x.wav"], ["retry", "x"]]
)
def test_a_recording_that_is_not_there_is_said(data, capsys, arguments):
    assert cli.run(["recordings", *arguments]) == cli.CANNOT
    assert "There is no recording x" in capsys.readouterr().err


def test_a_discarded_recording_is_gone_with_the_message_that_nobody_understood(data, capsys):
    assert cli.run(["recordings", "discard", "last"]) == cli.CANNOT
    assert "add --yes" in capsys.readouterr().err
    assert cli.run(["recordings", "discard", "last", "--yes"]) == 0
    reader = JournalReader(data)
    assert [one.id for one in reader.utterances()] == ["u2", "u1"]
    assert "m9" not in [one.id for one in reader.messages("t1")]


def test_a_reply_cannot_be_sent_again(data, capsys):
    assert cli.run(["recordings", "retry", "u2"]) == cli.CANNOT
    assert "no question of yours" in capsys.readouterr().err


async def test_an_open_window_plays_it_to_its_end(data, window):
    window.answers = [
        RecordingPlayed("u1", 0, 100),
        RecordingPlayed("other", 9, 9, is_over=True),
        RecordingPlayed("u1", 100, 100, is_over=True),
    ]
    assert await shell("play", "u1", "--from", "0.02") == 0
    assert window.intents == [PlayUtterance("u1", 20)]


async def test_why_an_open_window_does_not_play_it_is_said(data, window, capsys):
    notice = Notice(NoticeLevel.WARNING, "recording.floor_taken", subject="u1")
    window.answers = [NoticeRaised(notice)]
    assert await shell("play", "u1") == cli.CANNOT
    assert "Somebody is speaking" in capsys.readouterr().err


async def test_one_that_waits_to_be_sent_is_discarded_too(data, capsys):
    journal = await JournalWriter.open(data)
    waits = replace(await journal.message("m9"), status=MessageStatus.QUEUED)
    await journal.save_message(waits)
    await journal.aclose()
    assert await shell("discard", "u3", "--yes") == 0
    journal = await JournalWriter.open(data)
    assert await journal.message("m9") is None
    assert await journal.pending() == []
    await journal.aclose()


async def test_an_open_window_discards_it(data, window):
    window.answers = [RecordingsRemoved(("u0",)), RecordingsRemoved(("u1",))]
    assert await shell("discard", "u1", "--yes") == 0
    assert window.intents == [DiscardUtterance("u1")]


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [(MessageStatus.SENT, "", 0), (MessageStatus.FAILED, "network.unreachable", cli.CANNOT)],
)
async def test_an_open_window_sends_it_again(data, window, capsys, status, error, code):
    waiting = message("m9", status=MessageStatus.QUEUED)
    ended = message("m9", status=status, error=error)
    window.answers = [MessageSaved(waiting), MessageSaved(ended)]
    assert await shell("retry", "u3") == code
    assert window.intents == [RetryMessage("t1", "m9")]
    said = capsys.readouterr()
    assert "It was sent." in said.out or "cannot be reached" in said.err


def test_alone_a_recording_is_sent_again_and_answered(data, capsys, tmp_path):
    """With the real engine, service and recogniser; this recording is silence."""
    assert cli.run(["recordings", "retry", "u3"]) == cli.CANNOT
    assert "speech" in capsys.readouterr().err
    [found] = [one for one in JournalReader(data).messages("t1") if one.id == "m9"]
    assert (found.status, found.error) == (MessageStatus.FAILED, "voice.no_words")
