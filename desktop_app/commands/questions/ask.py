"""Composition root of ``parley ask``: one question with all that may go along."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from asyncio import FIRST_COMPLETED
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desktop_app.audio.wav_devices import WavLoudspeaker, WavMicrophone
from desktop_app.client.api import BackboardApi
from desktop_app.client.message_body import check_extension
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.commands.parts import CommandParts, open_parts, warn
from desktop_app.commands.questions.made_files import MadeFiles
from desktop_app.commands.questions.stopping import Sending, stopped
from desktop_app.commands.questions.talk import (
    check_names,
    check_output,
    printed,
    run_engine,
    thread_of,
)
from desktop_app.commands.questions.tool_prompt import ToolPrompt
from desktop_app.commands.questions.turn_report import JsonLines, Printer, Prose, watch_turn
from desktop_app.commands.questions.typed_questions import words_of
from desktop_app.commands.tool_file import read_tools
from desktop_app.engine.engine import Engine
from desktop_app.engine.inputs import PromptTyped, ToolsAnswered
from desktop_app.errors import InputError
from desktop_app.link.messages import LinkEvent, NoticeRaised, ToolsWanted
from desktop_app.logs import start_logging
from desktop_app.paths import Paths, find_paths
from desktop_app.processes.tool_command import ToolCommand
from desktop_app.protocol.commands import TurnWishes
from desktop_app.tasks import Background

_Answers = ToolCommand | ToolPrompt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked for on the command line.

    Attributes:
        thread: An id of ours or of the server, ``last``, ``new`` or empty (new).
        assistant: Name of the assistant that a new thread shall belong to, or empty.
        recording: A spoken question; the text may then be empty.
        speech, picture, video: Where the spoken reply, a picture and a video go.
        profile: Name of the service; empty for the settings' choice.
        fields: What else the message shall say, see ``message_fields``.
        tools: File with the functions that the model may call.
        tool_command: What answers calls, see ``ToolCommand``; without it a terminal is asked.
    """

    text: str = ""
    thread: str = ""
    assistant: str = ""
    files: tuple[Path, ...] = ()
    recording: Path | None = None
    speech: Path | None = None
    picture: Path | None = None
    video: Path | None = None
    model: str = ""
    heard_by: str = ""
    spoken_by: str = ""
    voice: str = ""
    memory: str = ""
    profile: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
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
            heard_by=self.heard_by,
            spoken_by=self.spoken_by,
            voice=self.voice,
            memory=self.memory,
            draws=self.picture is not None,
            films=self.video is not None,
            tools=tuple(read_tools(self.tools)) if self.tools else (),
            fields=self.fields,
        )


def ask(question: Question, *, as_json: bool = False, tells_reasoning: bool = False) -> int:
    """Ask, print the answer as it is written, and keep what was spoken and drawn.

    Raises:
        AppError: With the sentence for the person; the command line turns it into exit code 2.
    """
    typed = question.fields.get("system_one")
    if typed is not None and not question.text.strip():
        question = replace(question, text=words_of(typed))
    _check(question)
    paths = find_paths(os.environ)
    start_logging(paths.logs, "ask")
    prose = Prose(is_typed=True, tells_reasoning=tells_reasoning, is_table=typed is not None)
    printer: Printer = JsonLines() if as_json else prose
    asyncio.run(_ask(paths, question, printer, _answers(question, printer)))
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
    _check_typed(question)
    check_names(question.model, question.heard_by, question.spoken_by)
    if question.speech is None and (question.spoken_by or question.voice):
        raise InputError(
            "ask.not_spoken", "Nothing is spoken without --speak: say where the answer goes."
        )
    for path in (*question.files, *([question.recording] if question.recording else [])):
        _check_file(path)
    for path in question.files:
        check_extension(path)
    outputs = {"--speak": question.speech, "--image": question.picture, "--video": question.video}
    for flag, output in outputs.items():
        if output is not None:
            check_output(output, flag)
    if question.speech is not None and question.speech.suffix.lower() != ".wav":
        raise InputError("wav.ending", "--speak writes WAV: name a file that ends in .wav.")


def _check_typed(question: Question) -> None:
    """Typed questions are about a text and answered in writing: nothing else would be sent."""
    along = {
        "--file": bool(question.files),
        "--audio": question.recording is not None,
        "--tools": question.tools is not None,
        "--speak": question.speech is not None,
        "--image": question.picture is not None,
        "--video": question.video is not None,
    }
    given = ", ".join(flag for flag, is_given in along.items() if is_given)
    if given and question.fields.get("system_one") is not None:
        raise InputError(
            "ask.typed_alone", f"Typed questions are asked without {given}.", flags=given
        )


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise InputError("file.missing", f"There is no file {path}.", file=str(path))
    if not os.access(path, os.R_OK):
        raise InputError("file.unreadable", f"{path} may not be read.", file=str(path))
    if path.stat().st_size == 0:
        raise InputError("file.empty", f"{path} is empty.", file=str(path))


async def _ask(paths: Paths, question: Question, printer: Printer, answers: _Answers) -> None:
    sound = WavMicrophone(), WavLoudspeaker(pace=0)
    async with AsyncExitStack() as stack:
        background = Background(printer.failed)
        stack.push_async_callback(background.aclose)
        parts = await stack.enter_async_context(
            open_parts(paths, background, printer.publish, profile=question.profile)
        )
        thread_id = await thread_of(parts, question.thread, question.assistant)
        made, warnings = MadeFiles(), _Warnings()
        stack.callback(printer.listen(made.take))
        stack.callback(printer.listen(warnings.take))
        running = run_engine(parts, background, printer, sound, thread_id, answers_tools=True)
        async with running as engine:
            answering = _Answering(answers, engine, background)
            stack.callback(printer.listen(answering.take))
            left = await _turn(parts, engine, printer, question, answering)
        if left is not None:
            printer.left_waiting(await _remote_id(parts, thread_id), left)
            return
        if question.files:
            await _tell_unread(parts, thread_id)
        if question.picture is not None:
            for path in made.pictures_at(question.picture, parts.journal_folder):
                printer.wrote(path, "Picture")
        if question.video is not None:
            for path in made.videos_at(question.video, parts.journal_folder):
                printer.wrote(path, "Video")
    if question.speech is not None:
        _, loudspeaker = sound
        if not loudspeaker.heard:
            said = f"The answer was not spoken; it can be read above. {warnings.last}".strip()
            raise InputError("ask.not_spoken", said)
        loudspeaker.save(question.speech)
        printer.wrote(question.speech)


async def _turn(
    parts: CommandParts,
    engine: Engine,
    printer: Printer,
    question: Question,
    answering: _Answering,
) -> ToolsWanted | None:
    """Ask, and return when the turn is over, or what it waits for that nobody here gives.

    Raises:
        AppError: The turn failed.
        StoppedError: A person stopped it.
    """
    asked = PromptTyped(str(uuid.uuid4()), question.text, question.wishes)
    sending = Sending(asked)
    stop_following = printer.listen(sending.take)
    async with watch_turn(printer) as outcome:
        engine.take(asked)
        try:
            await asyncio.wait((outcome, answering.left), return_when=FIRST_COMPLETED)
        except asyncio.CancelledError:
            raise await stopped(engine, printer, parts, sending) from None
        finally:
            stop_following()
        if answering.left.done():
            return answering.left.result()
        await outcome
    return None


def _answers(question: Question, printer: Printer) -> _Answers:
    """Who gives the outputs of functions; None where nobody is there."""
    if question.tool_command:
        return ToolCommand(question.tool_command)
    is_watched = isinstance(printer, Prose) and sys.stdin is not None and sys.stdin.isatty()
    return ToolPrompt() if is_watched else None


async def _remote_id(parts: CommandParts, thread_id: str) -> str:
    async with BackboardApi((await parts.find()).api) as api:
        return await RemoteThreads(parts.shelf, parts.profile.key, parts.answerer_of).remote_id(
            thread_id, api
        )


async def _tell_unread(parts: CommandParts, thread_id: str) -> None:
    """Warn of files in the thread that could not be read: the answer knew nothing of them."""
    remote_id = await _remote_id(parts, thread_id)
    async with BackboardApi((await parts.find()).api) as api:
        for document in await api.documents.of_thread(remote_id):
            if document.is_settled and not document.is_indexed:
                reason = document.status_message or "Nobody says why."
                warn(f"{document.filename} could not be read. {reason}")


class _Answering:
    """Has the calls of the turn answered, and gives the outputs back.

    Attributes:
        left: Set to the calls that nobody here answers.
    """

    def __init__(self, answers: _Answers, engine: Engine, background: Background) -> None:
        self.left: asyncio.Future[ToolsWanted] = asyncio.get_running_loop().create_future()
        self._answers = answers
        self._engine = engine
        self._background = background

    def take(self, event: LinkEvent) -> None:
        """Begin with it where calls came."""
        if not isinstance(event, ToolsWanted):
            return
        if self._answers is None:
            self.left.set_result(event)
        else:
            answer = self._answer(self._answers, event)
            self._background.run(answer, name=f"tools {event.run_id}")

    async def _answer(self, answers: ToolCommand | ToolPrompt, wanted: ToolsWanted) -> None:
        outputs = await answers.outputs(wanted.calls)
        self._engine.take(ToolsAnswered(wanted.turn, wanted.run_id, outputs))


class _Warnings:
    """Remembers what the service said of the turn that did not end it."""

    def __init__(self) -> None:
        self.last = ""

    def take(self, event: LinkEvent) -> None:
        """Remember the words of a notice that has any."""
        if isinstance(event, NoticeRaised):
            self.last = event.notice.facts.get("message", self.last)
