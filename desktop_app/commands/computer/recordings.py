"""``parley recordings``: what was said, by both sides, as sound."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from desktop_app import settings as settings_file
from desktop_app.audio.wav import write_wav
from desktop_app.audio.wav_devices import WavLoudspeaker, WavMicrophone
from desktop_app.commands.open_window import ask_window, window_of
from desktop_app.commands.terminal.output import Output, printable
from desktop_app.engine.inputs import RetryRequested
from desktop_app.engine.recording_desk import RecordingDesk
from desktop_app.engine.system_time import SystemTime
from desktop_app.errors import InputError
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageRecord, MessageStatus, Role, UtteranceRecord
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import LinkEvent, MessageSaved, Notice, NoticeRaised, RetryMessage
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayUtterance,
    RecordingPlayed,
    RecordingsRemoved,
)
from desktop_app.logs import start_logging
from desktop_app.paths import Paths, find_paths
from desktop_app.processes.engine_parts import resample_speech
from desktop_app.prose import tr
from desktop_app.sentences import sentence_of

_COLUMNS = ("id", "when", "who", "length", "words")
_ANSWER_WITHIN_S = 10.0
_NOTICE_WITHIN_S = 0.2
_SENT_WITHIN_S = 120.0


def list_recordings(*, thread: str = "", limit: int = 50, as_json: bool = False) -> int:
    """Print them, the newest first.

    Raises:
        StorageError
    """
    paths = _paths()
    reader = JournalReader(paths.data)
    out = Output(as_json=as_json)
    rows, values = [], []
    for one in reader.utterances(thread, limit):
        message = reader.message_of(one.id)
        rows.append(_row(one, message))
        values.append(_value(one, message))
    out.rows(_COLUMNS, rows, values)
    out.finish()
    return 0


def save(words: str, to: Path, *, as_json: bool = False) -> int:
    """Write one as a WAV file.

    Raises:
        AppError
    """
    reader = JournalReader(_paths().data)
    found = _found(reader, words)
    write_wav(to, reader.utterance_pcm(found.id), found.rate_hz)
    sentence = sentence_of("recording.saved", {"file": str(to)})
    return _done(sentence, {"id": found.id, "path": str(to)}, as_json=as_json)


def play(words: str, *, from_s: float = 0.0, as_json: bool = False) -> int:
    """Let one be heard: by the engine of an open window, or here.

    Raises:
        AppError
    """
    paths = _paths()
    found = _found(JournalReader(paths.data), words)
    asyncio.run(_play(paths, PlayUtterance(found.id, round(from_s * 1000))))
    return _done(tr("It was played."), {"id": found.id}, as_json=as_json)


def discard(words: str, *, as_json: bool = False) -> int:
    """Delete one for good, and its message where nobody knows its words.

    Raises:
        AppError
    """
    paths = _paths()
    found = _found(JournalReader(paths.data), words)
    asyncio.run(_discard(paths.data, found.id))
    return _done(tr("The recording is gone."), {"id": found.id}, as_json=as_json)


def retry(words: str, *, as_json: bool = False) -> int:
    """Send the message of a recording again, the same bytes.

    Raises:
        AppError
    """
    paths = _paths()
    reader = JournalReader(paths.data)
    found = _found(reader, words)
    message = reader.message_of(found.id)
    if message is None or message.role is not Role.USER:
        raise InputError("recording.no_message", tr("This recording is no question of yours."))
    if asyncio.run(_retry_in_window(paths.data, message)):
        return _done(tr("It was sent."), {"id": found.id}, as_json=as_json)
    return asyncio.run(_retry_here(paths, message, as_json=as_json))


def _paths() -> Paths:
    paths = find_paths(os.environ)
    start_logging(paths.logs, "command")
    return paths


def _done(sentence: str, value: dict[str, str], *, as_json: bool) -> int:
    out = Output(as_json=as_json)
    out.say(sentence, value)
    out.finish()
    return 0


def _found(reader: JournalReader, words: str) -> UtteranceRecord:
    """The recording of that id, or the newest for ``last``."""
    if words == "last":
        found = next(iter(reader.utterances(limit=1)), None)
    else:
        found = reader.utterance(words)
    if found is None:
        sentence = tr("There is no recording {id}; `parley recordings list` says which there are.")
        raise InputError("journal.no_recording", sentence.format(id=words))
    return found


def _row(one: UtteranceRecord, message: MessageRecord | None) -> list[object]:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.created_at))
    who = tr("you") if one.role is Role.USER else tr("assistant")
    words = printable(message.text) if message else ""
    if message and message.status in (MessageStatus.FAILED, MessageStatus.QUEUED):
        words = f"({message.status}) {words}".strip()
    return [one.id, when, who, f"{one.duration_ms / 1000:.1f} s", words]


def _value(one: UtteranceRecord, message: MessageRecord | None) -> dict[str, object]:
    return {
        "id": one.id,
        "thread_id": one.thread_id,
        "message_id": message.id if message else "",
        "role": str(one.role),
        "created_at": one.created_at,
        "duration_ms": one.duration_ms,
        "state": str(one.state),
        "status": str(message.status) if message else "",
        "text": message.text if message else "",
    }


async def _play(paths: Paths, wish: PlayUtterance) -> None:
    is_over: Callable[[LinkEvent], bool] = lambda event: (  # noqa: E731 - said of two ways
        isinstance(event, RecordingPlayed)
        and event.utterance_id == wish.utterance_id
        and event.is_over
    )
    async with window_of(paths.data) as client:
        if client is not None:
            await ask_window(client, wish, is_over, _about(wish.utterance_id))
            return
    await _play_here(paths, wish, is_over)


async def _play_here(
    paths: Paths, wish: PlayUtterance, is_over: Callable[[LinkEvent], bool]
) -> None:
    from desktop_app.audio.devices import DeviceWish
    from desktop_app.audio.loudspeaker import Loudspeaker
    from desktop_app.audio.portaudio import SoundSystem

    voice = settings_file.load(paths.settings).voice
    device = DeviceWish(voice.output_device_id, voice.output_device)
    ended: asyncio.Future[Notice | None] = asyncio.get_running_loop().create_future()

    def publish(event: LinkEvent) -> None:
        if ended.done():
            return
        if isinstance(event, NoticeRaised):
            ended.set_result(event.notice)
        elif is_over(event):
            asyncio.get_running_loop().call_later(_NOTICE_WITHIN_S, _settle, ended)

    system = SoundSystem()
    journal = await JournalWriter.open(paths.data)
    desk = RecordingDesk(
        journal,
        lambda: Loudspeaker(system, device),
        resample_speech,
        floor=tuple,
        publish=publish,
        time=SystemTime(),
    )
    try:
        desk.take(wish)
        notice = await ended
        if notice is not None:
            raise InputError(notice.code, sentence_of(notice.code, notice.facts))
    finally:
        await desk.aclose()
        await journal.aclose()
        await system.aclose()


def _settle(ended: asyncio.Future[Notice | None]) -> None:
    """Unless a notice has said meanwhile why it ended."""
    if not ended.done():
        ended.set_result(None)


async def _discard(folder: Path, utterance_id: str) -> None:
    async with window_of(folder) as client:
        if client is not None:
            await ask_window(
                client,
                DiscardUtterance(utterance_id),
                lambda event: (
                    isinstance(event, RecordingsRemoved) and utterance_id in event.utterance_ids
                ),
                _about(utterance_id),
                within_s=_ANSWER_WITHIN_S,
            )
            return
    journal = await JournalWriter.open(folder)
    try:
        for message in await journal.pending():
            if message.utterance_id == utterance_id:  # nobody is sending it
                await journal.save_message(replace(message, status=MessageStatus.FAILED))
        await journal.discard_utterance(utterance_id)
    finally:
        await journal.aclose()


async def _retry_in_window(folder: Path, message: MessageRecord) -> bool:
    """Whether a window is open; then it was sent by its engine."""
    async with window_of(folder) as client:
        if client is None:
            return False
        failure: list[str] = []

        def is_answer(event: LinkEvent) -> bool:
            if not isinstance(event, MessageSaved) or event.message.id != message.id:
                return False
            if event.message.status is MessageStatus.FAILED:
                failure.append(event.message.error)
                return True
            return event.message.status is MessageStatus.SENT

        await ask_window(
            client,
            RetryMessage(message.thread_id, message.id),
            is_answer,
            lambda notice: notice.code in ("journal.no_recording", "turn.busy"),
            within_s=_SENT_WITHIN_S,
        )
        for code in failure:
            raise InputError(code, sentence_of(code))
        return True


async def _retry_here(paths: Paths, message: MessageRecord, *, as_json: bool) -> int:
    from desktop_app.commands.questions.talk import open_conversation, printed
    from desktop_app.commands.questions.turn_report import JsonLines, Printer, Prose, watch_turn

    printer: Printer = JsonLines() if as_json else Prose()
    sound = WavMicrophone(), WavLoudspeaker(pace=0)
    async with (
        open_conversation(paths, printer, sound, message.thread_id) as engine,
        watch_turn(printer) as outcome,
    ):
        engine.take(RetryRequested(message.id))
        await outcome
    return printed(printer)


def _about(utterance_id: str) -> Callable[[Notice], bool]:
    return lambda notice: notice.subject == utterance_id
