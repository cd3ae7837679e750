"""A disk that is full while somebody speaks: a real journal, and a system that really refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop_app.engine.inputs import PromptTyped, RetryRequested, VoiceStarted
from desktop_app.journal.records import MessageStatus, UtteranceState
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import NoticeCleared, Phase, ReplyGrew
from desktop_app.protocol.commands import AppendAudio, CommitAudio, PromptText
from desktop_app.protocol.events import ReplyEnded, ReplyText, ServerFault
from tests.fakes.rig import THREAD, Rig
from tests.fakes.transport import ScriptedTransport

resource = pytest.importorskip("resource", reason="the system bounds no files")

LIMIT_BYTES = 1_000_000
SAYING = "#" * 1_700 + "." * 35  # more than that


@contextmanager
def no_file_grows() -> Iterator[None]:
    """As on a full disk, of which a small row often gets the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[JournalWriter]:
    opened = await JournalWriter.open(tmp_path)
    yield opened
    await opened.aclose()


def sent(line: ScriptedTransport, turn: int) -> bytes:
    return b"".join(one.pcm for one in line.sent_of(AppendAudio) if one.turn == turn)


async def has_room_again(rig: Rig) -> None:
    """The person is told that nothing is refused any more."""
    is_told = asyncio.Event()
    rig.listeners.append(lambda one: is_told.set() if isinstance(one, NoticeCleared) else None)
    async with asyncio.timeout(5):
        await is_told.wait()


async def test_what_was_said_is_said_again_whole_and_kept_once_there_is_room(
    journal: JournalWriter, tmp_path: Path
):
    async with Rig(journal=journal) as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        with no_file_grows():
            await rig.hear(SAYING)
            await line.expect(CommitAudio(1))
            await rig.until(lambda: "storage.failed" in rig.notices)
            line.say(ServerFault("It broke.", code="stt.failed", turn=1))
            await rig.phase_is(Phase.LISTENING)
            await rig.engine._recorder.written()
            [question] = await journal.messages(THREAD)
            assert question.status is MessageStatus.FAILED
            await rig.take(RetryRequested(question.id))
            await line.expect(CommitAudio(2))
            assert sent(line, 2) == sent(line, 1), "all of it, and no half sentence"
            line.say(ServerFault("It broke.", code="stt.failed", turn=2))
        await has_room_again(rig)
        assert await journal.utterance_pcm(question.utterance_id) == sent(line, 1)
        [file] = (tmp_path / "utterances").iterdir()
        assert file.read_bytes() == sent(line, 1)
        kept = await journal.utterance(question.utterance_id)
        assert kept is not None
        assert (kept.state, kept.duration_ms) == (UtteranceState.FAILED, question.speech_ms)


async def test_what_is_refused_is_tried_once_more_as_everything_ends(journal: JournalWriter):
    async with Rig(journal=journal) as rig:
        await rig.take(PromptTyped("m1", "A story, please."))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ReplyText(1, "Once"))
        await rig.until(lambda: rig.told_of(ReplyGrew))
        with no_file_grows():
            line.say(ReplyText(1, " upon a time" * 200_000), ReplyEnded(1))
            await rig.until(lambda: rig.notices)
            _, reply = await journal.messages(THREAD)
            assert reply.status is MessageStatus.STREAMING
    _, reply = await journal.messages(THREAD)
    assert reply.status is MessageStatus.COMPLETE
