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
from desktop_app.client.api import BackboardApi
from desktop_app.client.message_body import check_extension
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.command_parts import CommandParts, open_parts, warn
from desktop_app.engine.engine import Engine
from desktop_app.engine.inputs import PromptTyped, ToolsAnswered
from desktop_app.errors import InputError
from desktop_app.journal.records import PictureRecord
from desktop_app.link.messages import LinkEvent, NoticeRaised, PictureSaved, ToolsWanted
from desktop_app.logs import start_logging
from desktop_app.paths import Paths, find_paths
from desktop_app.protocol.commands import TurnWishes
from desktop_app.talk_app import check_output, printed, run_engine, thread_of
from desktop_app.tasks import Background
from desktop_app.tool_command import ToolCommand
from desktop_app.tool_file import read_tools
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
        effort: How hard the model shall think: low, medium, high or max; empty is its own choice.
        tools: File with the functions that the model may call.
        tool_command: What answers the calls, see ``ToolCommand``.
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
    effort: str = ""
    tools: Path | None = None
    tool_command: str = ""

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
            tools=tuple(read_tools(self.tools)) if self.tools else (),
            fields={"thinking": {"effort": self.effort}} if self.effort else {},
        )


def ask(question: Question, *, as_json: bool = False, tells_reasoning: bool = False) -> int:
    """Ask, print the answer as it is written, and keep what was spoken and drawn.

    Raises:
        AppError: With the sentence for the person; the command line turns it into exit code 2.
    """
    _check(question)
    paths = find_paths(os.environ)
    start_logging(paths.logs, "ask")
    prose = Prose(is_typed=True, tells_reasoning=tells_reasoning)
    printer: Printer = JsonLines() if as_json else prose
    asyncio.run(_ask(paths, question, printer))
    return printed(printer)


def _check(question: Question) -> None:
    """Refuse before anything is sent: what is answered must not be lost."""
    text = question.text
    if bool(question.tools) != bool(question.tool_command):
        raise InputError(
            "tools.half", "--tools says what may be called, --tool-command who answers: give both."
        )
    if not text.strip() and question.recording is None:
        raise InputError("ask.empty", "There is no question: the text is empty.")
    if not text.isascii() and text != text.encode(errors="replace").decode():
        raise InputError(
            "ask.not_text", "The question is not valid text in this terminal's coding."
        )
    if question.model and not all(question.model.partition("/")):
        raise InputError(
            "model.unnamed",
            f'"{question.model}" is not PROVIDER/NAME; `parley models list` says what there is.',
        )
    for path in (*question.files, *([question.recording] if question.recording else [])):
        _check_file(path)
    for path in question.files:
        check_extension(path)
    for output, flag in ((question.speech, "--speak"), (question.picture, "--image")):
        if output is not None:
            check_output(output, flag)
    if question.speech is not None and question.speech.suffix.lower() != ".wav":
        raise InputError("wav.ending", "--speak writes WAV: name a file that ends in .wav.")


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise InputError("file.missing", f"There is no file {path}.", file=str(path))
    if not os.access(path, os.R_OK):
        raise InputError("file.unreadable", f"{path} may not be read.", file=str(path))
    if path.stat().st_size == 0:
        raise InputError("file.empty", f"{path} is empty.", file=str(path))


async def _ask(paths: Paths, question: Question, printer: Printer) -> None:
    sound = WavMicrophone(), WavLoudspeaker(pace=0)
    async with AsyncExitStack() as stack:
        background = Background(printer.failed)
        stack.push_async_callback(background.aclose)
        parts = await stack.enter_async_context(
            open_parts(paths, background, printer.publish, profile=question.profile)
        )
        thread_id = await thread_of(parts, question.thread, question.assistant)
        pictures, warnings = _Pictures(), _Warnings()
        stack.callback(printer.listen(pictures.take))
        stack.callback(printer.listen(warnings.take))
        command = ToolCommand(question.tool_command) if question.tool_command else None
        engine = await stack.enter_async_context(
            run_engine(
                parts, background, printer, sound, thread_id, answers_tools=command is not None
            )
        )
        if command is not None:
            answering = _Answering(command, engine, background)
            stack.callback(printer.listen(answering.take))
        async with watch_turn(printer) as outcome:
            engine.take(PromptTyped(str(uuid.uuid4()), question.text, question.wishes))
            await outcome
        if question.files:
            await _tell_unread(parts, thread_id)
        if question.picture is not None:
            for path in pictures.copied(parts.journal_folder, question.picture):
                printer.wrote(path, "Picture")
    if question.speech is not None:
        _, loudspeaker = sound
        if not loudspeaker.heard:
            said = f"The answer was not spoken; it can be read above. {warnings.last}".strip()
            raise InputError("ask.not_spoken", said)
        loudspeaker.save(question.speech)
        printer.wrote(question.speech)


async def _tell_unread(parts: CommandParts, thread_id: str) -> None:
    """Warn of files in the thread that could not be read: the answer knew nothing of them."""
    threads = RemoteThreads(parts.shelf, parts.profile.name)
    async with BackboardApi((await parts.find()).api) as api:
        remote_id = await threads.remote_id(thread_id, api)
        for document in await api.documents.of_thread(remote_id):
            if document.is_settled and not document.is_indexed:
                reason = document.status_message or "Nobody says why."
                warn(f"{document.filename} could not be read. {reason}")


class _Answering:
    """Has the calls of the turn answered, and gives the outputs back."""

    def __init__(self, command: ToolCommand, engine: Engine, background: Background) -> None:
        self._command = command
        self._engine = engine
        self._background = background

    def take(self, event: LinkEvent) -> None:
        """Begin with it where calls came."""
        if isinstance(event, ToolsWanted):
            self._background.run(self._answer(event), name=f"tools {event.run_id}")

    async def _answer(self, wanted: ToolsWanted) -> None:
        outputs = await self._command.outputs(wanted.calls)
        self._engine.take(ToolsAnswered(wanted.turn, wanted.run_id, outputs))


class _Warnings:
    """Remembers what the service said of the turn that did not end it."""

    def __init__(self) -> None:
        self.last = ""

    def take(self, event: LinkEvent) -> None:
        """Remember the words of a notice that has any."""
        if isinstance(event, NoticeRaised):
            self.last = event.notice.facts.get("message", self.last)


class _Pictures:
    """Collects the pictures of the turn, to copy them where they were asked for."""

    def __init__(self) -> None:
        self._records: list[PictureRecord] = []

    def take(self, event: LinkEvent) -> None:
        """Remember a picture that came."""
        if isinstance(event, PictureSaved):
            self._records.append(event.picture)

    def copied(self, folder: Path, target: Path) -> list[Path]:
        """Where they are now: at ``target``, with a number from the second on.

        Raises:
            InputError: ``file.unwritable``, or ``ask.no_picture`` where none came.
        """
        if not self._records:
            raise InputError("ask.no_picture", "No picture was made; the answer above says why.")
        return [
            _copied(folder / record.path, target, f"-{number}" if number > 1 else "")
            for number, record in enumerate(self._records, 1)
        ]


def _copied(source: Path, target: Path, number: str) -> Path:
    """The ending tells what is in a file, so it is the picture's, not always the target's."""
    is_same_kind = target.suffix.lower().replace("jpeg", "jpg") == source.suffix
    path = target.with_name(target.stem + number + (target.suffix or source.suffix))
    path = path if is_same_kind else path.with_suffix(source.suffix)
    try:
        shutil.copyfile(source, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("file.unwritable", f"{path}: {reason}.") from error
    return path
