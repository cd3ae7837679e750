"""Composition root of ``parley ask``: one question with all that may go along."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from desktop_app.audio.wav_devices import WavLoudspeaker, WavMicrophone
from desktop_app.command_parts import open_parts
from desktop_app.engine.inputs import PromptTyped
from desktop_app.errors import AppError, InputError
from desktop_app.journal.records import PictureRecord
from desktop_app.link.messages import LinkEvent, PictureSaved
from desktop_app.logs import start_logging
from desktop_app.paths import Paths, find_paths
from desktop_app.protocol.commands import TurnWishes
from desktop_app.talk_app import check_output, printed, run_engine, thread_of
from desktop_app.tasks import Background
from desktop_app.turn_report import JsonLines, Printer, Prose, watch_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked for on the command line.

    Attributes:
        thread: An id of ours or of the server, ``last``, ``new`` or empty (new).
        assistant: Name of the assistant that a new thread shall belong to, or empty.
        recording: A spoken question; the text may then be empty.
        speech, picture: Where the spoken reply and a picture go.
        profile: Name of the service; empty for the settings' choice.
    """

    text: str = ""
    thread: str = ""
    assistant: str = ""
    files: tuple[Path, ...] = ()
    recording: Path | None = None
    speech: Path | None = None
    picture: Path | None = None
    model: str = ""
    memory: str = ""
    profile: str = ""

    @property
    def wishes(self) -> TurnWishes:
        """What goes along with the words."""
        return TurnWishes(
            files=tuple(str(path.absolute()) for path in self.files),
            recording=str(self.recording.absolute()) if self.recording else "",
            is_spoken=self.speech is not None,
            model=self.model,
            memory=self.memory,
            draws=self.picture is not None,
        )


def ask(question: Question, *, as_json: bool = False) -> int:
    """Ask, print the answer as it is written, and keep what was spoken and drawn.

    Raises:
        AppError: With the sentence for the person; the command line turns it into exit code 2.
    """
    _check(question)
    paths = find_paths(os.environ)
    start_logging(paths.logs, "ask")
    printer: Printer = JsonLines() if as_json else Prose(is_typed=True)
    asyncio.run(_ask(paths, question, printer))
    return printed(printer)


def _check(question: Question) -> None:
    """Refuse before anything is sent: what is answered must not be lost."""
    text = question.text
    if not text.strip() and question.recording is None:
        raise InputError("ask.empty", "There is no question: the text is empty.")
    if not text.isascii() and text != text.encode(errors="replace").decode():
        raise InputError(
            "ask.not_text", "The question is not valid text in this terminal's coding."
        )
    for path in (*question.files, *([question.recording] if question.recording else [])):
        if not path.is_file():
            raise InputError("file.missing", f"There is no file {path}.", file=str(path))
        if not os.access(path, os.R_OK):
            raise InputError("file.unreadable", f"{path} may not be read.", file=str(path))
    for output, flag in ((question.speech, "--speak"), (question.picture, "--image")):
        if output is not None:
            check_output(output, flag)


async def _ask(paths: Paths, question: Question, printer: Printer) -> None:
    sound = WavMicrophone(), WavLoudspeaker(pace=0)
    async with AsyncExitStack() as stack:
        background = Background(printer.failed)
        stack.push_async_callback(background.aclose)
        parts = await stack.enter_async_context(
            open_parts(paths, background, printer.publish, profile=question.profile)
        )
        thread_id = await thread_of(parts, question.thread, question.assistant)
        pictures = _Pictures(printer, parts.journal_folder, question.picture)
        stack.callback(printer.listen(pictures.take))
        engine = await stack.enter_async_context(
            run_engine(parts, background, printer, sound, thread_id)
        )
        async with watch_turn(printer) as outcome:
            engine.take(PromptTyped(str(uuid.uuid4()), question.text, question.wishes))
            await outcome
    if question.speech is not None:
        _, loudspeaker = sound
        if not loudspeaker.heard:
            raise InputError("ask.not_spoken", "The answer was not spoken; it can be read above.")
        loudspeaker.save(question.speech)
        printer.wrote(question.speech)
    if question.picture is not None and not pictures.written:
        raise InputError("ask.no_picture", "No picture was made; the answer above says why.")


class _Pictures:
    """Copies the pictures of the turn to where they were asked for, numbered from the second on."""

    def __init__(self, printer: Printer, folder: Path, target: Path | None) -> None:
        self._printer = printer
        self._folder = folder
        self._target = target
        self.written = 0

    def take(self, event: LinkEvent) -> None:
        if isinstance(event, PictureSaved) and self._target is not None:
            self._copy(event.picture, self._target)

    def _copy(self, picture: PictureRecord, target: Path) -> None:
        number = f"-{self.written + 1}" if self.written else ""
        ending = Path(picture.path).suffix
        is_same_kind = target.suffix.lower().replace("jpeg", "jpg") == ending
        name = target.stem + number + (target.suffix if is_same_kind else ending)
        path = target.with_name(name)
        try:
            shutil.copyfile(self._folder / picture.path, path)
        except OSError as error:
            reason = error.strerror or str(error)
            self._printer.failed("picture", AppError("file.unwritable", f"{path}: {reason}."))
            return
        self.written += 1
        self._printer.wrote(path)
