"""Composition root of ``parley demo``: one spoken conversation without screen or microphone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from desktop_app import resources
from desktop_app.audio.wav import read_wav
from desktop_app.audio.wav_devices import WavLoudspeaker, WavMicrophone
from desktop_app.children import own_program
from desktop_app.commands.questions.talk import open_conversation, printed, say
from desktop_app.commands.questions.turn_report import JsonLines, Printer, Prose
from desktop_app.errors import ChildError, StorageError
from desktop_app.logs import start_logging
from desktop_app.paths import find_paths

QUESTION = "demo/ten_miles_in_kilometers.wav"
PICTURE_WITHIN_S = 60.0
PICTURE_SIZE = "1280x800"


def demo(folder: Path, *, as_json: bool = False) -> int:
    """Ask a recorded question aloud; keep the spoken reply and a picture of the window.

    Raises:
        AppError: With the sentence for the person; the command line turns it into exit code 2.
    """
    paths = find_paths(os.environ)
    start_logging(paths.logs, "demo")
    folder = _prepared(folder)
    printer: Printer = JsonLines() if as_json else Prose()
    if not as_json:
        sys.stdout.write("A recorded question is played into the engine.\n\n")
        sys.stdout.flush()
    asyncio.run(_converse(folder / "reply.wav", printer))
    picture = folder / "window.png"
    _take_picture(picture)
    printer.wrote(picture, "Window")
    return printed(printer)


async def _converse(reply: Path, printer: Printer) -> None:
    microphone, loudspeaker = WavMicrophone(), WavLoudspeaker(pace=0)
    question = read_wav(resources.path(QUESTION))
    sound = (microphone, loudspeaker)
    async with open_conversation(find_paths(os.environ), printer, sound) as engine:
        await say(engine, microphone, question, printer)
    loudspeaker.save(reply)
    printer.wrote(reply)


def _take_picture(path: Path) -> None:
    """The real window, drawn off screen, with the conversation just held."""
    command = [*own_program(), "--screenshot", str(path), "--size", PICTURE_SIZE]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PICTURE_WITHIN_S
        )
    except subprocess.TimeoutExpired as error:
        raise ChildError("demo.no_picture", "The window was not drawn in time.") from error
    if done.returncode != 0 or not path.exists():
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1].removeprefix(
            "parley: "
        )
        raise ChildError("demo.no_picture", f"The window cannot be drawn: {reason}")


def _prepared(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            "storage.unwritable", f"{folder} cannot be written: {reason}."
        ) from error
    return folder.absolute()
