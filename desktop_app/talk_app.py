"""Composition root of ``parley talk`` and ``parley ask``: the same engine, no window."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from desktop_app import settings as settings_file
from desktop_app.audio.detectors import speech_detector
from desktop_app.audio.wav import read_wav
from desktop_app.audio.wav_devices import WavLoudspeaker, WavMicrophone
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.engine.engine import Engine
from desktop_app.engine.inputs import PromptTyped, TalkPressed, TalkReleased
from desktop_app.engine.service_keeper import ServiceAddress, ServiceKeeper
from desktop_app.engine_parts import EngineKit, resample_speech
from desktop_app.errors import InputError, NetworkError, StorageError
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import LinkEvent
from desktop_app.logs import start_logging
from desktop_app.paths import Paths, find_paths
from desktop_app.service_child import both_doors, remove_note, running_service, starter
from desktop_app.settings import Settings
from desktop_app.tasks import Background
from desktop_app.turn_report import JsonLines, Printer, Prose, TurnOutcome, watch_turn

LONGEST_INPUT_S = 110.0
OTHER_WITHIN_S = 15.0
_LOOK_S = 0.1

FindService = Callable[[], Awaitable[ServiceAddress]]


def talk(
    inputs: Sequence[Path], output: Path | None, *, as_json: bool = False, thread_id: str = ""
) -> int:
    """Speak every recording into one conversation and write what was answered.

    Raises:
        AppError: With the sentence for the person; the command line turns it into exit code 2.
    """
    paths = find_paths(os.environ)
    start_logging(paths.logs, "talk")
    recordings = [_recording(path) for path in inputs]
    if output is not None:
        _check_output(output)
    printer: Printer = JsonLines() if as_json else Prose()
    asyncio.run(_talk(paths, recordings, output, printer, thread_id))
    return _printed(printer)


def ask(text: str, *, as_json: bool = False, thread_id: str = "") -> int:
    """Ask one typed question and print the answer as it is written.

    Raises:
        AppError: As for ``talk``.
    """
    if not text.strip():
        raise InputError("ask.empty", "There is no question: the text is empty.")
    if not text.isascii() and text != text.encode(errors="replace").decode():
        raise InputError(
            "ask.not_text", "The question is not valid text in this terminal's coding."
        )
    paths = find_paths(os.environ)
    start_logging(paths.logs, "ask")
    printer: Printer = JsonLines() if as_json else Prose(is_typed=True)
    asyncio.run(_ask(paths, text, printer, thread_id))
    return _printed(printer)


def _printed(printer: Printer) -> int:
    if printer.trouble:
        raise InputError("output.lost", f"The answer cannot be printed: {printer.trouble}.")
    return 0


async def _talk(
    paths: Paths,
    recordings: Sequence[bytes],
    output: Path | None,
    printer: Printer,
    thread_id: str,
) -> None:
    microphone, loudspeaker = WavMicrophone(), WavLoudspeaker(pace=0)
    async with open_conversation(paths, printer, (microphone, loudspeaker), thread_id) as engine:
        for pcm in recordings:
            await say(engine, microphone, pcm, printer)
    if output is not None:
        loudspeaker.save(output)
        printer.wrote(output)


async def say(
    engine: Engine, microphone: WavMicrophone, pcm: bytes, printer: Printer
) -> TurnOutcome:
    """Hold the talk key while one recording is spoken, and wait for the end of its turn.

    Raises:
        AppError: The turn failed, or no words were heard.
    """
    microphone.speak(pcm)
    async with watch_turn(printer) as outcome:
        engine.take(TalkPressed())
        await microphone.spoken()
        engine.take(TalkReleased())
        return await outcome


async def _ask(paths: Paths, text: str, printer: Printer, thread_id: str) -> None:
    silent = (WavMicrophone(), WavLoudspeaker(pace=0))
    async with (
        open_conversation(paths, printer, silent, thread_id) as engine,
        watch_turn(printer) as outcome,
    ):
        engine.take(PromptTyped(str(uuid.uuid4()), text))
        await outcome


@asynccontextmanager
async def open_conversation(
    paths: Paths,
    printer: Printer,
    sound: tuple[WavMicrophone, WavLoudspeaker],
    thread_id: str = "",
) -> AsyncIterator[Engine]:
    """An engine that runs while the context is open; everything it started ends with it."""
    settings = settings_file.load(paths.settings, report=_warn)
    async with AsyncExitStack() as parts:
        background = Background(printer.failed)
        parts.push_async_callback(background.aclose)
        journal, find = await _open_storage(paths, settings, printer.publish, parts, background)

        async def find_both() -> ServiceAddresses:
            return both_doors(await find())

        connection = ServiceConnection(
            find_both, RemoteThreads(journal, settings.profile), resample_speech
        )
        parts.push_async_callback(connection.aclose)
        kit = EngineKit(
            settings=settings,
            journal=journal,
            connection=connection,
            publish=printer.publish,
            open_sound=lambda _voice: sound,
            detector=speech_detector(),
        )
        engine = kit.build(thread_id or str(uuid.uuid4()))
        background.run(engine.run(), name="conversation")
        parts.push_async_callback(engine.aclose)
        yield engine


async def _open_storage(
    paths: Paths,
    settings: Settings,
    publish: Callable[[LinkEvent], None],
    parts: AsyncExitStack,
    background: Background,
) -> tuple[JournalWriter, FindService]:
    """The journal and the service of this folder.

    While a window has them, its service is used too and the turn is kept by that service; the
    journal, which one process may write, is left to the window.
    """
    journal = await _own_journal(paths.data)
    if journal is None:
        return await _borrow(paths.data, parts)
    if journal.set_aside:
        _warn(f"The journal was damaged: a new one was started, the old is {journal.set_aside}.")
    parts.push_async_callback(journal.aclose)
    remove_note(paths.data)  # of a window that was killed
    start = starter(paths.data, lambda: settings.language, is_shared=False)
    keeper = ServiceKeeper(start, publish)
    background.run(keeper.run(), name="service")
    return journal, keeper.address


def _warn(sentence: str) -> None:
    """Tell the person what is odd, and go on."""
    sys.stderr.write(f"parley: {sentence}\n")


async def _own_journal(folder: Path) -> JournalWriter | None:
    """The journal, or None where a window has it and a service that can be shared.

    A window that has just started and a command that will soon end are waited for.
    """
    wait_until_s = time.monotonic() + OTHER_WITHIN_S
    while True:
        try:
            return await JournalWriter.open(folder)
        except StorageError as error:
            if error.code != "journal.in_use":
                raise
            if running_service(folder) is not None:
                return None
            if time.monotonic() > wait_until_s:
                raise
        await asyncio.sleep(_LOOK_S)


async def _borrow(
    folder_of_other: Path, parts: AsyncExitStack
) -> tuple[JournalWriter, FindService]:
    folder = parts.enter_context(tempfile.TemporaryDirectory(prefix="parley"))
    journal = await JournalWriter.open(Path(folder))
    parts.push_async_callback(journal.aclose)

    async def find() -> ServiceAddress:
        found = running_service(folder_of_other)
        if found is None:
            raise NetworkError("service.gone", "The other Parley has ended meanwhile: ask again.")
        return found

    return journal, find


def _check_output(path: Path) -> None:
    """Refuse before anything is said: what is answered must not be lost."""
    if path.is_dir():
        raise InputError("wav.unwritable", f"{path} is a folder; --output names a file.")
    if not path.parent.is_dir():
        raise InputError("wav.unwritable", f"There is no folder {path.parent} for {path.name}.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError("wav.unwritable", f"{path} may not be written.")


def _recording(path: Path) -> bytes:
    pcm = read_wav(path)
    seconds = len(pcm) / 32_000
    if seconds > LONGEST_INPUT_S:
        raise InputError(
            "wav.too_long",
            f"{path} is {seconds:.0f} seconds long; a turn may be {LONGEST_INPUT_S:.0f} at most.",
        )
    return pcm
