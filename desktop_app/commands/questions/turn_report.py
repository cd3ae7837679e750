"""What the command line prints of a turn, and how it learns that the turn is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import msgspec

from desktop_app.commands.questions.typed_questions import aligned
from desktop_app.commands.terminal.progress_bar import ProgressBar, size_of
from desktop_app.commands.terminal.text_sink import TextSink
from desktop_app.errors import AppError, NetworkError
from desktop_app.journal.records import MessageRecord, MessageStatus, Role, TurnTimes
from desktop_app.link.messages import (
    LevelMeasured,
    LinkEvent,
    MessageSaved,
    Notice,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
    ReasoningGrew,
    ReplyGrew,
    SpeechHeard,
    ToolsWanted,
    TurnTimed,
    UploadAdvanced,
)
from desktop_app.prose import tr
from desktop_app.sentences import OF_A_RECORDING, SENTENCES, failure_sentence, sentence_of

logger = logging.getLogger(__name__)

QUIET = (LevelMeasured, SpeechHeard)
_ENDINGS = ("voice.no_speech", "device.no_input", "service.down", "reply.timeout")
_NOTES = ("stt.instead", "wish.unmet")  # of an answer that came all the same
_TRIES = 3  # a command does not wait for a service as a window does
_AWAY_S = 60.0  # nor for a line
_REASON_SAYS_MORE = ("service.down", "conversation.failed")


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """A finished turn: both sides' words and its times."""

    question: str
    reply: str
    times: TurnTimes


class Printer:
    """Takes the engine's news, prints them, and tells who waits for the end of a turn.

    An output that takes no more does not disturb the turn, which is kept in the journal.

    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._sink = TextSink(out)
        self._listeners: list[Callable[[LinkEvent], None]] = []

    @property
    def trouble(self) -> str:
        """Why not everything was printed; empty also where the reader has simply gone."""
        return self._sink.trouble

    def publish(self, event: LinkEvent) -> None:
        """One piece of news."""
        if not isinstance(event, QUIET):
            self.show(event)
        for listener in tuple(self._listeners):
            listener(event)

    def listen(self, listener: Callable[[LinkEvent], None]) -> Callable[[], None]:
        """Tell ``listener`` everything from now on; call the result to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def failed(self, name: str, error: BaseException) -> None:
        """A part of the engine ended: whoever waits for a turn is told."""
        logger.error("%s failed", name, exc_info=error)
        is_known = isinstance(error, AppError)
        reason = str(error) if is_known else sentence_of("something.failed")
        notice = Notice(NoticeLevel.ERROR, "conversation.failed", {"reason": reason})
        self.publish(NoticeRaised(notice))

    def show(self, event: LinkEvent) -> None:
        """Print one piece of news."""
        raise TypeError("a printer decides what it shows")

    def wrote(self, path: Path, what: str = "Reply") -> None:
        """A file was written; ``what`` is in it."""
        raise TypeError("a printer decides what it shows")

    def left_waiting(self, thread_id: str, wanted: ToolsWanted) -> None:
        """The reply waits for outputs that nobody here gives; ``thread_id`` is the server's."""
        raise TypeError("a printer decides what it shows")

    def _print(self, text: str) -> None:
        self._sink.write(text)


class JsonLines(Printer):
    """One event per line; a finished turn also carries its waterfall in milliseconds."""

    def show(self, event: LinkEvent) -> None:
        row: dict[str, Any] = msgspec.to_builtins(event)
        if isinstance(event, TurnTimed):
            row["waterfall_ms"] = waterfall_ms(event.times)
        self._print(msgspec.json.encode(row).decode() + "\n")

    def wrote(self, path: Path, what: str = "Reply") -> None:
        self._print(
            msgspec.json.encode({"type": "file_written", "path": str(path)}).decode() + "\n"
        )

    def left_waiting(self, thread_id: str, wanted: ToolsWanted) -> None:
        row = {
            "type": "reply_waits",
            "thread_id": thread_id,
            "run_id": wanted.run_id,
            "calls": msgspec.to_builtins(wanted.calls),
        }
        self._print(msgspec.json.encode(row).decode() + "\n")


class Prose(Printer):
    """For people: who said what, and how long it took."""

    def __init__(
        self,
        out: TextIO | None = None,
        *,
        is_typed: bool = False,
        tells_reasoning: bool = False,
        is_table: bool = False,
    ) -> None:
        super().__init__(out)
        self._is_typed = is_typed
        self._is_table = is_table
        self._tells_reasoning = tells_reasoning
        self._is_reasoning = False
        self._bar = ProgressBar(self._sink)
        self._shown: set[str] = set()
        self._notes: list[str] = []

    def show(self, event: LinkEvent) -> None:
        match event:
            case UploadAdvanced():
                self._upload(event)
            case ReasoningGrew() if self._tells_reasoning:
                self._print(event.text if self._is_reasoning else f"Thinks  {event.text}")
                self._is_reasoning = True
            case ReplyGrew() if self._is_typed and not event.is_whole:
                self._end_reasoning()
                self._print(aligned(event.text) if self._is_table else event.text)
            case MessageSaved():
                self._message(event.message)
            case ToolsWanted():
                self._end_reasoning()
                for call in event.calls:
                    self._print(f"Calls   {call.name}({call.arguments})  {call.id}\n")
            case TurnTimed():
                self._print(_sentence_of(event.times))
            case NoticeRaised() if event.notice.code in _NOTES:
                self._notes.append(sentence_of(event.notice.code, event.notice.facts))
            case NoticeRaised() if event.notice.level is not NoticeLevel.ERROR:
                reason = event.notice.facts.get("reason", "")
                logger.info("notice %s %s", event.notice.code, reason)

    def _upload(self, event: UploadAdvanced) -> None:
        sent, total = event.sent_bytes, event.total_bytes
        if sent < total:
            self._bar.draw(f"Uploading {event.name}", sent, total, size_of(sent))
        else:
            self._bar.wipe()

    def _end_reasoning(self) -> None:
        if self._is_reasoning:
            self._is_reasoning = False
            self._print("\n\n")

    def wrote(self, path: Path, what: str = "Reply") -> None:
        self._print(f"{what:<7} {path}\n")

    def left_waiting(self, thread_id: str, wanted: ToolsWanted) -> None:
        outputs = " ".join(f"{call.id}=OUTPUT" for call in wanted.calls)
        self._print(f"Next    parley threads answer-tool {thread_id} {outputs}\n")

    def _message(self, message: MessageRecord) -> None:
        if message.id in self._shown:
            return
        if message.role is Role.USER:
            # The words of a recording come after it was sent.
            if message.is_spoken and message.text and message.status is MessageStatus.SENT:
                self._shown.add(message.id)
                self._print(f"You     {message.text}\n")
        elif message.status is MessageStatus.COMPLETE:
            self._shown.add(message.id)
            self._print("\n" if self._is_typed else f"Parley  {message.text}\n")
            self._print("".join(f"Note    {note}\n" for note in self._notes))
            self._notes.clear()


def waterfall_ms(times: TurnTimes) -> dict[str, int]:
    """The stages in milliseconds after the last voiced sample, or after sending."""
    start = times.speech_end if times.speech_end is not None else times.commit
    if start is None:
        return {}
    stages = msgspec.to_builtins(times)
    return {name: round((at - start) * 1000) for name, at in stages.items()}


def _sentence_of(times: TurnTimes) -> str:
    shown = {
        "transcript": "transcript",
        "first_text": "first word",
        "first_sound": "first sound",
        "reply_end": "end",
    }
    taken = waterfall_ms(times)
    parts = [
        f"{words} {taken[name] / 1000:.2f} s" for name, words in shown.items() if name in taken
    ]
    if not parts:
        return ""
    after = "your last word" if times.speech_end is not None else "sending"
    return f"Times   {', '.join(parts)} after {after}\n"


@asynccontextmanager
async def watch_turn(printer: Printer) -> AsyncIterator[asyncio.Future[TurnOutcome]]:
    """Follow one turn: the value is awaited for how it ended.

    Awaiting raises the AppError of a turn that failed.
    """
    watch = _Watch()
    stop = printer.listen(watch.take)
    try:
        yield watch.outcome
    finally:
        stop()
        watch.line_is(Phase.READY)
        if not watch.outcome.cancel() and not watch.outcome.cancelled():
            watch.outcome.exception()  # seen, also where nobody waits for it any more


class _Watch:
    """Collects a turn's messages until it is over."""

    def __init__(self) -> None:
        self.outcome: asyncio.Future[TurnOutcome] = asyncio.get_running_loop().create_future()
        self._question = ""
        self._reply = ""
        self._tries = 0
        self._fault: AppError | None = None
        self._away: asyncio.TimerHandle | None = None

    def line_is(self, phase: Phase) -> None:
        """Wait for a line that is away, but not without end."""
        is_away = phase is Phase.RECONNECTING
        if is_away and self._away is None:
            loop = asyncio.get_running_loop()
            self._away = loop.call_later(_AWAY_S, self._be_unreachable)
        elif not is_away and self._away is not None:
            self._away.cancel()
            self._away = None

    def take(self, event: LinkEvent) -> None:
        if self.outcome.done():
            return
        match event:
            case MessageSaved():
                self._message(event.message)
            case TurnTimed() if not self._reply:
                self._fail(NetworkError("turn.failed", "There was no answer."))
            case TurnTimed():
                self.outcome.set_result(TurnOutcome(self._question, self._reply, event.times))
            case PhaseChanged():
                self.line_is(event.phase)
            case NoticeRaised() if event.notice.code == "prompt.queued":
                self._tries += 1
                if self._tries == _TRIES:
                    self._be_unreachable()
            case NoticeRaised() if self._ends(event):
                self._fail(AppError(event.notice.code, _plain(event.notice)))
            case NoticeRaised() if event.notice.code == "server.fault":
                self._fault = NetworkError("server.fault", _plain(event.notice))

    def _message(self, message: MessageRecord) -> None:
        if message.is_cut_short:  # nobody waits here to fetch the rest; a window will
            self._fail(NetworkError("line.lost", sentence_of("line.lost")))
        elif message.status is MessageStatus.FAILED:
            why = failure_sentence(message.error) or sentence_of("turn.failed")
            self._fail(NetworkError("turn.failed", why))
        elif message.role is Role.USER:
            self._question = message.text
        else:
            self._reply = message.text

    def _ends(self, event: NoticeRaised) -> bool:
        notice = event.notice
        return notice.level is NoticeLevel.ERROR or notice.code in _ENDINGS

    def _be_unreachable(self) -> None:
        if not self.outcome.done():
            unreachable = "network.unreachable"
            known = self._fault  # what it said itself goes before
            self._fail(known or NetworkError(unreachable, sentence_of(unreachable)))

    def _fail(self, error: AppError) -> None:
        self.outcome.set_exception(error)


def _plain(notice: Notice) -> str:
    """Why the turn ended, for somebody without a window."""
    code, reason = notice.code, notice.facts.get("reason", "")
    if reason and (code in _REASON_SAYS_MORE or code not in SENTENCES):
        return reason
    return tr(OF_A_RECORDING.get(code, "")) or sentence_of(code, notice.facts)
