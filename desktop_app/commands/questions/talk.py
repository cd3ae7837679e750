"""Composition root of ``parley talk``: the same engine, no window."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from desktop_app.audio.decoding import decode_speech
from desktop_app.audio.detectors import speech_detector
from desktop_app.audio.recording import read_recording
from desktop_app.audio.wav_devices import WavLoudspeaker, WavMicrophone
from desktop_app.client.api import BackboardApi
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceConnection
from desktop_app.commands.parts import CommandParts, open_parts
from desktop_app.commands.questions.turn_report import (
    JsonLines,
    Printer,
    Prose,
    TurnOutcome,
    watch_turn,
)
from desktop_app.commands.thread_choice import chosen_thread
from desktop_app.engine.engine import Engine
from desktop_app.engine.inputs import ReplyStopped, TalkPressed, TalkReleased
from desktop_app.errors import AppError, InputError
from desktop_app.journal.retention import OFF, kept_for_s
from desktop_app.journal.taking_in import VIDEOS
from desktop_app.logs import start_logging
from desktop_app.paths import Paths, find_paths
from desktop_app.processes.engine_parts import (
    EngineKit,
    SoundParts,
    realtime_terms,
    resample_speech,
)
from desktop_app.processes.service_sound import forgetting
from desktop_app.protocol.commands import Answerer
from desktop_app.tasks import Background

LONGEST_INPUT_S = 110.0
OTHER_WITHIN_S = 15.0
_LOOK_S = 0.1
_FORGET_WITHIN_S = 3.0


NOBODY = Answerer()
"""Nobody in particular: as was chosen for the thread."""


class _Place(NamedTuple):
    """Which conversation, and with whom."""

    thread: str
    profile: str
    who: Answerer


def talk(
    inputs: Sequence[Path],
    output: Path | None,
    *,
    as_json: bool = False,
    thread: str = "",
    profile: str = "",
    who: Answerer = NOBODY,
) -> int:
    """Speak every recording into one conversation and write what was answered.

    Args:
        who: Answers, hears and speaks, where it says something; else as the thread has it.

    Raises:
        AppError: With the sentence for the person; the command line turns it into exit code 2.
    """
    check_names(who.model, who.heard_by, who.spoken_by)
    paths = find_paths(os.environ)
    start_logging(paths.logs, "talk")
    recordings = [read_recording(path, longest_s=LONGEST_INPUT_S) for path in inputs]
    if output is not None:
        check_output(output)
    printer: Printer = JsonLines() if as_json else Prose()
    asyncio.run(_talk(paths, recordings, output, printer, _Place(thread, profile, who)))
    return printed(printer)


def check_names(*names: str) -> None:
    """Refuse what does not say whose model it is.

    Raises:
        InputError: ``model.unnamed``.
    """
    for name in names:
        if name and not all(name.partition("/")):
            raise InputError(
                "model.unnamed",
                f'"{name}" is not PROVIDER/NAME; `parley models list` says what there is.',
            )


def printed(printer: Printer) -> int:
    """0, unless not everything could be printed.

    Raises:
        InputError: ``output.lost``.
    """
    if printer.trouble:
        raise InputError("output.lost", f"The answer cannot be printed: {printer.trouble}.")
    return 0


async def _talk(
    paths: Paths,
    recordings: Sequence[bytes],
    output: Path | None,
    printer: Printer,
    place: _Place,
) -> None:
    sound = microphone, loudspeaker = WavMicrophone(), WavLoudspeaker(pace=0)
    conversation = open_conversation(
        paths, printer, sound, place.thread, profile=place.profile, who=place.who
    )
    async with conversation as engine:
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
        try:
            return await outcome
        except (AppError, asyncio.CancelledError):
            engine.take(ReplyStopped())  # or it would be sent one day, and nobody waits for it
            raise


@asynccontextmanager
async def open_conversation(
    paths: Paths,
    printer: Printer,
    sound: tuple[WavMicrophone, WavLoudspeaker],
    thread: str = "",
    *,
    profile: str = "",
    who: Answerer = NOBODY,
) -> AsyncIterator[Engine]:
    """An engine that runs while the context is open; everything it started ends with it.

    Args:
        thread: An id of ours or of the server, ``last``, ``new`` or empty (new).
        who: Goes before what was chosen for the thread.
    """
    async with AsyncExitStack() as stack:
        background = Background(printer.failed)
        stack.push_async_callback(background.aclose)
        parts = await stack.enter_async_context(
            open_parts(paths, background, printer.publish, profile=profile)
        )
        thread_id = await thread_of(parts, thread)
        yield await stack.enter_async_context(
            run_engine(parts, background, printer, sound, thread_id, who=who)
        )


async def thread_of(parts: CommandParts, words: str, assistant: str = "") -> str:
    """Our id of the thread that is meant; see ``thread_choice``.

    Raises:
        AppError: There is no such thread or assistant, or the service cannot say.
    """
    is_known_here = parts.profile.is_embedded or parts.profile.is_gateway_alone
    if words in ("", "new") and not assistant and is_known_here:
        return str(uuid.uuid4())
    addresses = await parts.find()
    async with BackboardApi(addresses.api) as api:
        if not parts.profile.is_embedded:
            await api.assistants.page(limit=1)  # the conversation would wait for it without end
        threads = RemoteThreads(parts.shelf, parts.profile.key, parts.answerer_of)
        return await chosen_thread(words, assistant, parts, threads, api)


@asynccontextmanager
async def run_engine(
    parts: CommandParts,
    background: Background,
    printer: Printer,
    sound: tuple[WavMicrophone, WavLoudspeaker],
    thread_id: str,
    *,
    answers_tools: bool = False,
    who: Answerer = NOBODY,
) -> AsyncIterator[Engine]:
    """The engine of one thread, on these parts, while the context is open."""

    async def answerer_of(thread_id: str) -> Answerer:
        return who.over(await parts.answerer_of(thread_id))

    threads = RemoteThreads(parts.shelf, parts.profile.key, parts.answerer_of)
    connection = ServiceConnection(
        parts.find,
        threads,
        resample_speech,
        decode_speech,
        realtime_terms(parts.profile),
        answerer_of,
        parts.journal_folder / VIDEOS,
    )
    kit = EngineKit(
        settings=parts.settings,
        journal=parts.journal,
        connection=connection,
        publish=printer.publish,
        open_sound=lambda _voice: SoundParts(*sound),
        detector=speech_detector(),
        profile=parts.profile.key,
        keeps_recordings=lambda: parts.settings.privacy.keep_recordings != OFF,
        answers_tools=answers_tools,
    )
    engine = kit.build(thread_id)
    background.run(engine.run(), name="conversation")
    try:
        yield engine
    finally:
        await engine.aclose()
        await _forget_recordings(parts, connection)
        await connection.aclose()


async def _forget_recordings(parts: CommandParts, connection: ServiceConnection) -> None:
    kept_s = kept_for_s(parts.settings.privacy.keep_recordings)
    if kept_s is None:
        return
    with suppress(AppError, TimeoutError):  # the next start of a window does it
        async with asyncio.timeout(_FORGET_WITHIN_S):
            await forgetting(parts.profile, connection)(kept_s)


def check_output(path: Path, flag: str = "--output") -> None:
    """Refuse before anything is said: what is answered must not be lost."""
    if path.is_dir():
        raise InputError("wav.unwritable", f"{path} is a folder; {flag} names a file.")
    if not path.parent.is_dir():
        raise InputError("wav.unwritable", f"There is no folder {path.parent} for {path.name}.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError("wav.unwritable", f"{path} may not be written.")
