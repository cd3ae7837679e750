"""Sends the files that are attached while a person speaks along with what was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from msgspec.structs import replace

from desktop_app.engine.inputs import Input
from desktop_app.engine.left_files import LeftFiles, unkept
from desktop_app.engine.ports import UploadFile
from desktop_app.errors import AppError
from desktop_app.link.carried_files import FilesCarried
from desktop_app.link.messages import LinkEvent, Notice, NoticeLevel, NoticeRaised
from desktop_app.protocol.backboard.documents import CODE, OFFICE, TEXT
from desktop_app.protocol.commands import CommitAudio
from desktop_app.protocol.events import UploadProgressed
from desktop_app.sentences import sentence_of

_READ = OFFICE | TEXT | CODE
_TURNS_KEPT = 4  # a line that is lost gets what was said in the last of them once more


class FileCarrier:
    """Of one conversation. Loop thread only.

    A line that has words for files takes them with the utterance. For every other one they become
    documents of the thread, before it hears that the utterance is complete.

    Args:
        thread_id: Whose files.
        upload: Puts a document into the thread; None where nobody can.
        tell: Takes inputs for the machine: an upload that moves is waited for.
        publish: Takes news for the window.
        note: Told the turn and its files, once they have gone along.
        left: Remembers which files belong to a recording and have not gone.
    """

    def __init__(
        self,
        thread_id: str,
        upload: UploadFile | None,
        *,
        tell: Callable[[Input], None],
        publish: Callable[[LinkEvent], None],
        note: Callable[[int, tuple[str, ...]], None],
        left: LeftFiles,
    ) -> None:
        self._thread_id = thread_id
        self._upload = upload
        self._tell = tell
        self._publish = publish
        self._note = note
        self._attached: tuple[str, ...] | None = None  # until somebody says so
        self._went_early: dict[str, int] = {}  # before anybody did, and in which turn
        self._recordings: dict[int, str] = {}
        self._again: dict[int, tuple[str, ...]] = {}
        self._left = left
        self._spoken_now = ""  # the recording of what is being said
        self._going: dict[int, str] = {}  # recordings of what is being sent

    def attach(self, files: tuple[str, ...]) -> None:
        """The next spoken turn takes these along, and none that were attached before."""
        early = {one: self._went_early[one] for one in files if one in self._went_early}
        files = tuple(one for one in files if one not in early)
        self._attached = files
        for path, turn in early.items():
            self._publish(FilesCarried(self._thread_id, turn, (path,)))
        if self._spoken_now:
            self._left.keep(self._spoken_now, files)

    def begin(self, turn: int, recording_id: str) -> None:
        """This turn is spoken now, into this recording; empty where none is kept."""
        self._know(turn, recording_id or unkept(turn))
        self._spoken_now = recording_id or unkept(turn)
        self._left.keep(self._spoken_now, self._attached or ())

    def repeat(self, turn: int, recording_id: str, files: tuple[str, ...]) -> None:
        """This turn delivers a recording again that these, if any, went along with.

        What is attached by now belongs to another message, but for files that belonged to this
        one and never left. Where nobody has said what is attached, as after a start, all of
        those go.
        """
        self._know(turn, recording_id)
        self._again[turn] = files

    def recording_of(self, turn: int) -> str:
        """The id of what was said in the turn; empty where it is kept nowhere."""
        known = self._recordings.get(turn, "")
        return "" if known == unkept(turn) else known

    def _know(self, turn: int, recording_id: str) -> None:
        self._recordings[turn] = recording_id
        for of_turns in (self._recordings, self._again):
            of_turns.pop(turn - _TURNS_KEPT, None)

    async def load(self, command: CommitAudio, *, takes_files: bool) -> CommitAudio:
        """The command as it is to be sent; what becomes a document is one when this returns.

        Of a turn that a lost line had already, only what did not go goes along the second time.

        Args:
            takes_files: Whether the line has words for files.
        """
        recording_id = self._recordings.get(command.turn) or unkept(command.turn)
        went = self._again.get(command.turn)
        self._again[command.turn] = went or ()
        going = self._attached or ()
        if went is not None:
            left = await self._left.of(recording_id)
            attached = left if self._attached is None else self._attached
            going = tuple(one for one in attached if one in left and one not in went)
        self._left.keep(recording_id, going)  # until they have gone, or why not was said
        if takes_files:
            self._going[command.turn] = recording_id
            return replace(command, files=(*(went or ()), *going))
        if going:
            await self._put_into_thread(command.turn, going)
        self._left.keep(recording_id, ())
        return command

    def sent(self, command: CommitAudio) -> None:
        """The line has it, with its files."""
        self._again[command.turn] = command.files or self._again.get(command.turn, ())
        if command.turn in self._going:
            self._left.keep(self._going.pop(command.turn), ())
        known = command.files if self._attached is None else self._attached
        self._tell_carried(command.turn, tuple(f for f in command.files if f in known))

    def end(self, turn: int, *, is_late: bool) -> None:
        """The turn is spoken: what is attached by now belongs to it.

        Args:
            is_late: The peer ended it itself, before any file could go: they stay attached.
        """
        self._spoken_now = ""
        if not is_late:
            self._left.keep(self._recordings.get(turn) or unkept(turn), self._attached or ())
        elif self._attached:
            self._say("files.came_late", _names(self._attached))

    async def _put_into_thread(self, turn: int, files: tuple[str, ...]) -> None:
        readable = tuple(one for one in files if _is_read(one))
        unread = tuple(one for one in files if one not in readable)
        if unread or self._upload is None:
            self._say("files.not_spoken", _names(unread if self._upload else files))
        for path in readable if self._upload is not None else ():
            assert self._upload is not None
            try:
                await self._upload(self._thread_id, path, self._progress(turn, path))
            except AppError as error:
                reason = sentence_of(error.code, dict(error.facts))
                self._say("files.not_uploaded", _names((path,)), reason=reason)
            else:
                self._tell_carried(turn, (path,))

    def _progress(self, turn: int, path: str) -> Callable[[int, int], None]:
        name, told = PurePath(path).name, -1

        def progress(sent: int, total: int) -> None:
            nonlocal told
            percent = sent * 100 // max(1, total)
            if percent != told:
                told = percent
                self._tell(UploadProgressed(turn, name, sent, total))

        return progress

    def _tell_carried(self, turn: int, files: tuple[str, ...]) -> None:
        if files:
            if self._attached is None:
                self._went_early |= dict.fromkeys(files, turn)
            else:
                self._attached = tuple(one for one in self._attached if one not in files)
            self._note(turn, files)
            self._publish(FilesCarried(self._thread_id, turn, files))

    def _say(self, code: str, names: str, **facts: str) -> None:
        notice = Notice(NoticeLevel.WARNING, code, {"file": names, **facts})
        self._publish(NoticeRaised(notice))


def _is_read(path: str) -> bool:
    return PurePath(path).suffix.lower() in _READ


def _names(files: tuple[str, ...]) -> str:
    return ", ".join(PurePath(one).name for one in files)
