"""Files that are attached while a person speaks go along, or stay where they are and say why."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from contextlib import aclosing

import pytest

from desktop_app.engine.inputs import ReplyStopped, RetryRequested, VoiceStarted
from desktop_app.errors import InputError, NetworkError
from desktop_app.journal.records import MessageStatus
from desktop_app.journal.recovery import FILES_LEFT
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.carried_files import FilesCarried
from desktop_app.link.messages import MessageSaved, NoticeRaised, Phase, UploadAdvanced
from desktop_app.protocol.commands import CommitAudio
from desktop_app.protocol.events import (
    ReplyEnded,
    ReplyText,
    ServerFault,
    TranscriptUpdated,
    UtteranceBegun,
    UtteranceOver,
)
from tests.fakes.rig import THREAD, Rig
from tests.fakes.transport import ScriptedTransport
from tests.fakes.virtual_time import rounds

NOTES, TRAM = "kept/1/notes.md", "kept/2/tram.png"
OTHER, LATER = "kept/3/other.md", "kept/4/later.md"


class Uploads:
    """Takes files into the thread, when the test lets it."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.failures: list[Exception] = []
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(
        self, thread_id: str, path: str, progress: Callable[[int, int], None]
    ) -> None:
        for sent in (0, 50, 50, 100):
            progress(sent, 100)
        await self.may_end.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append((thread_id, path))


async def listening(rig: Rig, *, takes_files: bool = False) -> ScriptedTransport:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    line = await rig.line()
    line.takes_files = takes_files
    return line


async def answered(rig: Rig, line: ScriptedTransport, turn: int = 1) -> None:
    line.say(TranscriptUpdated(turn, "what is in it", is_final=True))
    line.say(ReplyText(turn, "Bridges."), ReplyEnded(turn))
    await rig.phase_is(Phase.LISTENING)


def notices(rig: Rig) -> list[tuple[str, str]]:
    raised = [event.notice for event in rig.told_of(NoticeRaised)]
    return [(one.code, one.facts.get("file", "")) for one in raised]


async def test_a_socket_hears_the_end_of_a_turn_once_its_files_are_in_the_thread():
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        line = await listening(rig)
        rig.engine.carry((NOTES,))
        uploads.may_end.clear()
        await rig.hear()
        await rig.until(lambda: rig.told_of(UploadAdvanced))
        assert line.sent_of(CommitAudio) == []
        uploads.may_end.set()
        await line.expect(CommitAudio(1))
        assert uploads.taken == [(THREAD, NOTES)]
        await rig.until(lambda: rig.told_of(FilesCarried))
        assert rig.told_of(FilesCarried) == [FilesCarried(THREAD, 1, (NOTES,))]
        await answered(rig, line)
        assert rig.questions[0].wishes.files == (NOTES,), "shown with the turn"
        assert notices(rig) == []
        await rig.hear()
        await line.expect(CommitAudio(2))
        assert len(uploads.taken) == 1, "they went along once"


async def test_a_line_with_words_for_files_takes_them_with_the_sound():
    async with Rig(upload=Uploads()) as rig:
        line = await listening(rig, takes_files=True)
        rig.engine.carry((NOTES, TRAM))
        await rig.hear()
        await line.expect(CommitAudio(1, (NOTES, TRAM)))
        await rig.until(lambda: rig.told_of(FilesCarried))
        line.say(TranscriptUpdated(1, "what is it", is_final=True))
        line.say(ServerFault("broken", code="stream.failed", turn=1))
        await rig.phase_is(Phase.LISTENING)
        assert rig.questions[0].wishes.files == (NOTES, TRAM)
        await rig.take(RetryRequested(rig.questions[0].id))
        await line.expect(CommitAudio(2, (NOTES, TRAM)))


async def test_pictures_stay_attached_where_a_line_has_no_words_for_them():
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        line = await listening(rig)
        rig.engine.carry((TRAM, NOTES))
        await rig.hear()
        await line.expect(CommitAudio(1))
        await answered(rig, line)
        assert uploads.taken == [(THREAD, NOTES)]
        assert notices(rig) == [("files.not_spoken", "tram.png")]
        assert rig.told_of(FilesCarried) == [FilesCarried(THREAD, 1, (NOTES,))]


async def test_a_file_that_cannot_be_uploaded_stays_and_the_turn_goes_on():
    for error in (InputError("files.unread", "It is empty."), NetworkError("http.413", "Large.")):
        uploads = Uploads()
        uploads.failures = [error]
        async with Rig(upload=uploads) as rig:
            line = await listening(rig)
            rig.engine.carry((NOTES,))
            await rig.hear()
            await line.expect(CommitAudio(1))
            await answered(rig, line)
            assert notices(rig) == [("files.not_uploaded", "notes.md")]
            assert rig.told_of(FilesCarried) == []
            await rig.hear()
            await line.expect(CommitAudio(2))
            assert uploads.taken == [(THREAD, NOTES)], "the next turn tries it again"


async def test_who_takes_a_file_away_before_speaking_sends_none():
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        line = await listening(rig)
        rig.engine.carry((NOTES,))
        rig.engine.carry(())
        await rig.hear()
        await line.expect(CommitAudio(1))
        assert uploads.taken == []


async def test_a_line_that_is_lost_during_the_upload_leaves_the_files_attached():
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        line = await listening(rig)
        rig.engine.carry((NOTES,))
        uploads.may_end.clear()
        await rig.hear()
        await rig.until(lambda: rig.told_of(UploadAdvanced))
        line.lose()
        await rig.until(lambda: rig.questions)
        assert rig.questions[0].status is MessageStatus.QUEUED
        assert rig.told_of(FilesCarried) == []
        uploads.may_end.set()
        await rig.time.advance(1)
        again = await rig.line(2)
        await again.expect(CommitAudio(1))
        await rounds()
        assert uploads.taken == [(THREAD, NOTES)]
        await answered(rig, again)
        assert rig.questions[0].wishes.files == (NOTES,)


@pytest.mark.parametrize("takes_files", [True, False])
async def test_what_is_said_once_more_after_a_loss_takes_the_same_files_and_no_later_ones(
    takes_files,
):
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        line = await listening(rig, takes_files=takes_files)
        rig.engine.carry((NOTES,))
        await rig.hear()
        await line.expect(CommitAudio)
        await rig.until(lambda: rig.told_of(FilesCarried))
        line.lose()
        rig.voice.is_ready_at_once = False
        await rig.phase_is(Phase.RECONNECTING)
        rig.engine.carry((LATER,))
        await rig.time.advance(1)
        again = await rig.line(2)
        again.takes_files = takes_files
        again.say_ready()
        assert (await again.expect(CommitAudio)).files == ((NOTES,) if takes_files else ())
        await answered(rig, again)
        assert uploads.taken == ([] if takes_files else [(THREAD, NOTES)])
        assert len(rig.told_of(FilesCarried)) == 1
        await rig.hear()
        assert (await again.expect(CommitAudio)).files == ((LATER,) if takes_files else ())


@pytest.mark.parametrize("takes_files", [True, False])
async def test_what_is_attached_by_now_does_not_go_along_with_what_is_said_again(takes_files):
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        line = await listening(rig, takes_files=takes_files)
        await rig.hear()
        await line.expect(CommitAudio(1))
        line.say(ServerFault("broken", code="stream.failed", turn=1))
        await rig.phase_is(Phase.LISTENING)
        rig.engine.carry((NOTES,))
        await rig.take(RetryRequested(rig.questions[0].id))
        assert (await line.expect(CommitAudio)).files == ()
        await answered(rig, line, 2)
        assert (uploads.taken, rig.told_of(FilesCarried)) == ([], [])
        await rig.hear()
        await rig.until(lambda: rig.told_of(FilesCarried))
        assert rig.told_of(FilesCarried) == [FilesCarried(THREAD, 3, (NOTES,))]


async def test_what_was_said_without_a_line_keeps_its_files_for_being_said_again():
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        line = await listening(rig)
        line.lose()
        await rounds()
        rig.engine.carry((NOTES,))
        await rig.hear()
        await rig.take(ReplyStopped())
        await rig.until(lambda: rig.questions)
        rig.engine.carry((NOTES, LATER))
        await rig.time.advance(1)
        again = await rig.line(2)
        await rig.phase_is(Phase.LISTENING)
        await rig.take(RetryRequested(rig.questions[0].id))
        await again.expect(CommitAudio)
        assert uploads.taken == [(THREAD, NOTES)]


async def test_what_waits_without_a_recording_takes_its_own_files_and_no_later_ones():
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        rig.keeps_recordings = False
        line = await listening(rig)
        line.lose()
        await rounds()
        rig.engine.carry((NOTES,))
        await rig.hear()
        await rig.until(lambda: len(rig.questions) == 1)
        rig.engine.carry((NOTES, LATER))
        await rig.hear()
        await rig.until(lambda: len(rig.questions) == 2)
        await rig.time.advance(1)
        again = await rig.line(2)
        await again.expect(CommitAudio(3))
        assert uploads.taken == [(THREAD, NOTES)]
        again.say(TranscriptUpdated(3, "one", is_final=True), ReplyText(3, "Yes."), ReplyEnded(3))
        await again.expect(CommitAudio(4))
        assert uploads.taken == [(THREAD, NOTES), (THREAD, LATER)]


async def test_of_two_files_that_broke_off_only_what_is_still_attached_goes_along_again():
    uploads = Uploads()
    async with Rig(upload=uploads) as rig:
        line = await listening(rig)
        rig.engine.carry((NOTES, OTHER))
        uploads.may_end.clear()
        await rig.hear()
        await rig.until(lambda: rig.told_of(UploadAdvanced))
        line.lose()
        await rig.until(lambda: rig.questions)
        rig.engine.carry((OTHER, LATER))
        uploads.may_end.set()
        await rig.time.advance(1)
        again = await rig.line(2)
        await again.expect(CommitAudio(1))
        await rounds()
        assert uploads.taken == [(THREAD, OTHER)]


async def broken_off(rig: Rig, uploads: Uploads) -> None:
    """Something was said with a file, and the line was lost while it was uploaded."""
    line = await listening(rig)
    rig.engine.carry((NOTES, OTHER))
    uploads.may_end.clear()
    await rig.hear()
    await rig.until(lambda: rig.told_of(UploadAdvanced))
    line.lose()
    await rig.until(lambda: rig.told_of(MessageSaved))
    uploads.may_end.set()


async def said_again_with(rig: Rig, journal: JournalWriter, attached: tuple[str, ...]) -> None:
    """A new engine, which was told only what is attached, delivers the recording again."""
    line = await listening(rig)
    rig.engine.carry(attached)
    [question] = await journal.messages(THREAD)
    await rig.take(RetryRequested(question.id))
    await line.expect(CommitAudio)


async def test_the_next_engine_lets_the_files_go_with_the_recording_that_broke_off(tmp_path):
    uploads, left = Uploads(), tmp_path / "left"
    journal = await JournalWriter.open(tmp_path / "journal")
    async with aclosing(journal), Rig(upload=uploads, journal=journal) as rig:
        await broken_off(rig, uploads)
        shutil.copytree(tmp_path / "journal", left)  # as if the program died now
    again = await JournalWriter.open(left)
    rig = Rig(upload=uploads, journal=again)
    rig.engine.carry((NOTES, LATER))
    async with aclosing(again), rig:
        await (await rig.line()).expect(CommitAudio)  # it waited, and goes by itself
        await rig.until(lambda: rig.told_of(FilesCarried))
        assert rig.told_of(FilesCarried) == [FilesCarried(THREAD, 1, (NOTES,))]
        assert uploads.taken == [(THREAD, NOTES)], "one was taken away, one came later"


async def test_where_nobody_says_what_is_attached_a_recording_takes_what_belonged_to_it(tmp_path):
    uploads, left = Uploads(), tmp_path / "left"
    journal = await JournalWriter.open(tmp_path / "journal")
    async with aclosing(journal), Rig(upload=uploads, journal=journal) as rig:
        await broken_off(rig, uploads)
        shutil.copytree(tmp_path / "journal", left)
    again = await JournalWriter.open(left)
    async with aclosing(again), Rig(upload=uploads, journal=again) as rig:
        line = await rig.line()
        await line.expect(CommitAudio(1))
        await rig.until(lambda: len(rig.told_of(FilesCarried)) == 2)
        assert uploads.taken == [(THREAD, NOTES), (THREAD, OTHER)]
        rig.engine.carry((NOTES, LATER))  # by a window that was not there to hear it
        assert rig.told_of(FilesCarried)[2:] == [FilesCarried(THREAD, 1, (NOTES,))]
        await answered_and_listening(rig, line)
        await rig.hear()
        await line.expect(CommitAudio(2))
        await rig.until(lambda: len(uploads.taken) == 3)
        assert uploads.taken[2] == (THREAD, LATER)


async def answered_and_listening(rig: Rig, line: ScriptedTransport) -> None:
    line.say(TranscriptUpdated(1, "what is in it", is_final=True))
    line.say(ReplyText(1, "Bridges."), ReplyEnded(1))
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)


async def test_files_of_what_was_being_said_when_the_program_died_go_with_it(tmp_path):
    uploads, left = Uploads(), tmp_path / "left"
    journal = await JournalWriter.open(tmp_path / "journal")
    async with aclosing(journal), Rig(upload=uploads, journal=journal) as rig:
        await listening(rig)
        rig.engine.carry((OTHER,))
        await rig.hear("#" * 40)
        rig.engine.carry((NOTES,))  # attached, and the other one taken away, in mid-speech
        await rig.engine._ledger.written()
        shutil.copytree(tmp_path / "journal", left)
    again = await JournalWriter.open(left)
    async with aclosing(again), Rig(upload=uploads, journal=again) as rig:
        await said_again_with(rig, again, (NOTES, OTHER))
        assert uploads.taken == [(THREAD, NOTES)]


async def test_what_has_gone_along_is_not_remembered_for_later(tmp_path):
    journal = await JournalWriter.open(tmp_path)
    async with aclosing(journal), Rig(upload=Uploads(), journal=journal) as rig:
        line = await listening(rig)
        rig.engine.carry((NOTES,))
        await rig.hear()
        await line.expect(CommitAudio(1))
        await answered(rig, line)
        await rig.engine._ledger.written()
        assert set((await journal.settings(FILES_LEFT)).values()) == {""}
    async with aclosing(await JournalWriter.open(tmp_path)) as again:
        assert await again.settings(FILES_LEFT) == {}


async def test_a_peer_that_ends_turns_itself_leaves_them_attached_in_words():
    uploads = Uploads()
    async with Rig(upload=uploads, is_peer_ending=True) as rig:
        line = await listening(rig)
        rig.engine.carry((NOTES,))
        await rig.hear("#" * 20)
        line.say(UtteranceBegun(1))
        await rig.phase_is(Phase.HEARING)
        line.say(UtteranceOver(1))
        await rig.hear("." * 40)
        await rig.until(lambda: notices(rig))
        assert notices(rig) == [("files.came_late", "notes.md")]
        assert uploads.taken == []
