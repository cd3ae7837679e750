"""Journals with something of everything in them."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest

from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
    TurnTimes,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.snapshot import open_snapshot
from desktop_app.journal.taking_in import ThreadRows
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.commands import TurnWishes


def png(color: int = 0) -> bytes:
    """A picture of one point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        )

    head = b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"
    body = zlib.compress(bytes((0, color)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


PICTURE = png(7)
QUESTION_SOUND = b"\1\2" * 1600
REPLY_SOUND = b"\3\4" * 2400


def thread(thread_id: str = "t1", **changes: object) -> ThreadRecord:
    fields = {"title": "Trams & <Lisbon>", "created_at": 1.0, "updated_at": 2.5, **changes}
    return ThreadRecord(id=thread_id, **fields)


def message(message_id: str = "m1", **changes: object) -> MessageRecord:
    fields = {
        "thread_id": "t1",
        "role": Role.USER,
        "text": "How old is <b>it</b>?",
        "created_at": 10.0,
        "status": MessageStatus.SENT,
    }
    return MessageRecord(id=message_id, **{**fields, **changes})


async def keep(journal: JournalWriter, utterance: UtteranceRecord, pcm: bytes) -> UtteranceRecord:
    """Record it; the row as it is then."""
    await journal.begin_utterance(utterance)
    journal.append_utterance(utterance.id, pcm)
    return await journal.end_utterance(utterance.id, utterance.state)


def utterance(utterance_id: str, **changes: object) -> UtteranceRecord:
    fields = {"thread_id": "t1", "turn": 1, "created_at": 9.0, "state": UtteranceState.TRANSCRIBED}
    return UtteranceRecord(id=utterance_id, **{**fields, **changes})


def picture(picture_id: str = "p1", **changes: object) -> PictureRecord:
    fields = {
        "thread_id": "t1",
        "message_id": "m2",
        "remote_id": "d1",
        "mime_type": "image/png",
        "path": "",
        "size_bytes": 0,
        "created_at": 12.0,
        "prompt": 'a "tram" in [Lisbon]',
        "model": "builtin/draw",
    }
    return PictureRecord(id=picture_id, **{**fields, **changes})


async def fill(journal: JournalWriter, folder: Path) -> None:
    """Two threads: one with a bit of everything, one with a word."""
    attached = folder.parent / "plan.txt"
    attached.write_text("the plan")
    await journal.save_thread(thread())
    await keep(journal, utterance("u1"), QUESTION_SOUND)
    await keep(journal, utterance("u2", role=Role.ASSISTANT, created_at=9.5), REPLY_SOUND)
    spoken = {"is_spoken": True, "utterance_id": "u1", "speech_ms": 100}
    await journal.save_message(message(**spoken, wishes=TurnWishes(files=(str(attached),))))
    reply = message(
        "m2",
        role=Role.ASSISTANT,
        text="Very *old*.\nIndeed.",
        created_at=11.0,
        status=MessageStatus.INTERRUPTED,
        heard_chars=4,
        model="builtin/basic",
        times=TurnTimes(commit=1.25),
        is_spoken=True,
        utterance_id="u2",
    )
    await journal.save_message(reply)
    await journal.keep_picture(picture(), PICTURE)
    await journal.save_message(
        message("m3", created_at=13.0, status=MessageStatus.FAILED, error="network.unreachable")
    )
    await journal.save_thread(thread("t2", title="", created_at=3.0))
    await journal.save_message(message("n1", thread_id="t2", text="olá 🎄"))


def everything(folder: Path) -> dict[str, object]:
    """All rows of a journal and the bytes of its files."""
    with open_snapshot(folder) as snapshot:
        rows = [
            ThreadRows(
                thread=one,
                messages=tuple(snapshot.messages(one.id)),
                utterances=tuple(snapshot.utterances(one.id)),
                pictures=tuple(snapshot.pictures(one.id)),
            )
            for one in snapshot.threads()
        ]
    files = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for kind in ("utterances", "pictures")
        for path in sorted((folder / kind).iterdir())
    }
    return {"rows": rows, "files": files}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "journal"
    made.mkdir()
    return made


@pytest.fixture
async def filled(folder: Path) -> Path:
    """The folder of a journal with two threads; nobody writes it any more."""
    journal = await JournalWriter.open(folder)
    await fill(journal, folder)
    await journal.aclose()
    return folder
