"""A conversation over Backboard's messages: each turn is one request, answered by a stream."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from msgspec.structs import replace

from desktop_app.client.api import BackboardApi
from desktop_app.client.cut_reply import CutReply, with_note
from desktop_app.client.errors import NotFoundError
from desktop_app.client.event_queue import EventQueue
from desktop_app.client.http_connection import Delivery
from desktop_app.client.message_failures import failed, is_early_end, is_loss
from desktop_app.client.message_job import MessageJob
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.reach import Reach
from desktop_app.client.reply_media import ReplyMedia
from desktop_app.client.reply_stream import reply_events
from desktop_app.client.resources.messages import ToolRound
from desktop_app.client.session_choice import ready_session
from desktop_app.client.stoppable_stream import StoppableStream
from desktop_app.client.turn_request import (
    TurnRequest,
    judged_by,
    spoken_turn,
    typed_turn,
)
from desktop_app.client.upload_news import UploadNews
from desktop_app.errors import AppError, NetworkError
from desktop_app.protocol.backboard.messages import MessageRequest, SubmittedOutput
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    ClientCommand,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    PromptText,
    SubmitToolOutputs,
)
from desktop_app.protocol.events import (
    ImageReady,
    MediaNamed,
    ReplyEnded,
    ReplySound,
    ReplyStatus,
    ServerEvent,
    ServerFault,
    ToolsRequested,
    TranscriptUpdated,
    UploadProgressed,
)
from desktop_app.protocol.stream_dialect import StreamDialect
from desktop_app.tasks import Background

logger = logging.getLogger(__name__)

MAX_UTTERANCE_BYTES = 600 * 32_000
"""Ten minutes of s16le mono 16 kHz."""


class MessageTransport:
    """Satisfies ``engine.ports.Transport``. Event loop only; see ``open_messages``."""

    takes_files = True

    def __init__(
        self, api: BackboardApi, configuration: ConfigureSession, terms: MessageTerms
    ) -> None:
        self._api = api
        self._terms = terms
        self._configuration = configuration
        self._thread_id = configuration.session_id
        self._waiting: deque[MessageJob] = deque()
        self._running: MessageJob | None = None
        self._asking: MessageJob | None = None  # a turn that waits for the outputs of tools
        self._utterances: dict[int, bytearray] = {}
        self.cut_reply = CutReply()  # shared with a socket of the same thread
        self._reach = Reach(api.reach)
        self._news = EventQueue(ready_session(configuration, terms.voices))
        self._loss: AppError | None = None
        self._is_closed = False
        self._background = Background(self._report)

    @property
    def thread_id(self) -> str:
        """The server's thread: the configured one, or the one that it made."""
        return self._thread_id

    async def send(self, command: ClientCommand) -> None:
        """Say one thing; turns are answered one after the other.

        Raises:
            NetworkError: ``network.lost``: after ``aclose``.
        """
        if self._is_closed:
            raise NetworkError("network.lost", "The conversation was closed.", retryable=True)
        match command:
            case PromptText():
                self._ask_in_turn(self._typed(command))
            case AppendAudio():
                self._utterances.setdefault(command.turn, bytearray()).extend(command.pcm)
            case CommitAudio():
                await self._commit(command)
            case DiscardAudio():
                self._utterances.pop(command.turn, None)
            case SubmitToolOutputs():
                self._go_on(command)
            case CancelReply():
                await self._cancel(command)
            case ConfigureSession():
                self._configuration = command
                self._thread_id = command.session_id
                await self._news.put(ready_session(command, self._terms.voices))

    def send_now(self, command: ClientCommand) -> bool:
        """See ``engine.ports.Transport``: here everything may have to wait."""
        return False

    def hand_speech_to(self, *_: object) -> None:
        """See ``engine.ports.Transport``: here ``events`` tells everything."""

    async def events(self) -> AsyncIterator[ServerEvent]:
        """What the server says, until ``aclose``. One reader at a time.

        A request that fails is a ServerFault of its turn; the conversation goes on.

        Raises:
            NetworkError: The connection that carried an utterance, or was to, is lost: whoever
                said it knows whether to say it again.
        """
        async for event in self._news.events():
            yield event
        if self._loss is not None:
            raise self._loss

    async def sign_of_life(self) -> None:
        """At once, but where a reply has begun: then once the server has answered anything."""
        if self._running is not None and self._running.dialect.has_news:
            await self._reach.felt()

    async def aclose(self) -> None:
        """Stop what runs, and close. Idempotent; the API stays open."""
        self._waiting.clear()
        await self._background.aclose()
        self._is_closed = True
        await self._news.close()

    # ---- what is asked -----------------------------------------------------------------------

    def _typed(self, prompt: PromptText) -> MessageJob:
        spoken, speed = self._configuration.speech_output, self._configuration.speed
        asked = typed_turn(self._terms.request, prompt, self._terms.voices, spoken, speed=speed)
        return self._job(prompt.turn, judged_by(self._terms.judge, asked))

    async def _commit(self, command: CommitAudio) -> None:
        turn = command.turn
        pcm = bytes(self._utterances.pop(turn, b""))
        heard, spoken = self._configuration.speech_input, self._configuration.speech_output
        if not pcm or heard is None:
            await self._news.put(TranscriptUpdated(turn, "", is_final=True))
        elif len(pcm) > MAX_UTTERANCE_BYTES:
            text = "A message cannot be longer than ten minutes."
            await self._news.put(ServerFault(text, code="audio.too_long", turn=turn))
        else:
            asked = spoken_turn(
                self._terms.request, pcm, self._terms.voices, heard, spoken, files=command.files
            )
            self._ask_in_turn(self._job(turn, asked, is_utterance=True))

    def _job(self, turn: int, asked: TurnRequest, *, is_utterance: bool = False) -> MessageJob:
        dialect = StreamDialect(
            turn, is_spoken=asked.is_spoken, make_resample=self._terms.make_resample
        )
        uploads = UploadNews(turn, asked.files, self._tell_progress)

        async def open_stream(thread_id: str, delivery: Delivery) -> AsyncGenerator[bytes, None]:
            message = await self._with_cut(replace(asked.message, thread_id=thread_id or None))
            progress = uploads.note if is_utterance and not asked.files.files else uploads.progress
            stream = self._api.messages.stream(
                message, asked.files, progress=progress, delivery=delivery
            )
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    yield piece

        return MessageJob(turn, asked.message, dialect, open_stream, is_utterance, uploads)

    async def _with_cut(self, message: MessageRequest) -> MessageRequest:
        """The message, telling the model where its last spoken reply was cut."""
        if not self.cut_reply.is_untold or self._terms.own_prompt is None:
            return message
        try:
            prompt = message.system_prompt or await self._terms.own_prompt()
        except NetworkError:  # the turn itself matters more, and says what is wrong
            return message
        return replace(message, system_prompt=with_note(prompt, self.cut_reply.note()))

    def _tell_progress(self, event: UploadProgressed) -> None:
        """The newest alone, where the reader is slow."""
        self._background.run(self._news.put(event), name=f"progress {event.turn}")

    def _go_on(self, command: SubmitToolOutputs) -> None:
        """The outputs go before the next turn: the run stands still until it has them."""
        if self._asking is None or self._asking.turn != command.turn:
            return  # the turn was cancelled meanwhile
        asking, self._asking = self._asking, None
        dialect, asked = asking.dialect, asking.request
        outputs = [
            SubmittedOutput(tool_call_id=one.tool_call_id, output=one.output)
            for one in command.outputs
        ]

        def open_stream(thread_id: str, _delivery: Delivery) -> AsyncGenerator[bytes, None]:
            dialect.resume()  # not before: the stream that asked may not have ended yet
            given = ToolRound(
                thread_id or dialect.thread_id, outputs, command.run_id, asked.tools, asked.thinking
            )
            return self._api.messages.stream_submitted(given)

        job = MessageJob(command.turn, asked, dialect, open_stream, stream=asking.stream)
        self._waiting.appendleft(job)
        self._run_next()

    # ---- one turn ----------------------------------------------------------------------------

    def _ask_in_turn(self, job: MessageJob) -> None:
        self._waiting.append(job)
        self._run_next()

    def _run_next(self) -> None:
        if self._running is None and self._waiting and self._asking is None:
            self._running = job = self._waiting.popleft()
            self._background.run(self._run(job), name=job.name)

    async def _run(self, job: MessageJob) -> None:
        dialect = job.dialect
        try:
            try:
                was_heard = await self._ask_somewhere(job)
                last = dialect.finish() if was_heard else []
                if job.is_utterance and any(map(is_early_end, last)):
                    text = "The server closed the stream of an answer."
                    await self._lose(NetworkError("line.closed", text, retryable=True))
                    return
            except AppError as error:
                if job.is_utterance and is_loss(error) and not dialect.has_ended_once:
                    await self._lose(error)
                    return
                last = failed(job.turn, dialect, error)
            for event in last:
                self.cut_reply.follow(event)
            if dialect.speech.is_whole:
                self.cut_reply.finish(job.turn)
            await self._news.put(*last)
        finally:
            self._thread_id = self._thread_id or dialect.thread_id
            self._leave(job)

    async def _lose(self, error: AppError) -> None:
        """Nobody knows whether an utterance was heard: the conversation over this line is over."""
        self._loss = error
        self._waiting.clear()
        await self._news.finish()

    async def _ask_somewhere(self, job: MessageJob) -> bool:
        """In the thread, or once more in a new one when the server has lost it."""
        try:
            return await self._ask(job)
        except NotFoundError:
            if self._terms.renew_thread is None or job.dialect.has_news:
                raise
            self._thread_id = await self._terms.renew_thread()
            return await self._ask(job)

    async def _ask(self, job: MessageJob) -> bool:
        """Follow one stream; False where no words were heard, which ends the turn."""
        failure: AppError | None = None
        media = ReplyMedia(self._api.media.fetch, self._terms.decode)
        job.stream = StoppableStream(self._api, job.dialect, self._thread_id, job.open)
        async with asyncio.TaskGroup() as fetching:  # a picture does not hold up the text
            try:
                async with (
                    aclosing(job.stream.pieces()) as stream,
                    aclosing(reply_events(stream, job.dialect)) as events,
                ):
                    async for event in events:
                        if isinstance(event, ImageReady):
                            await self._news.put(MediaNamed(event.turn))
                            fetching.create_task(self._show(event, media))
                        elif isinstance(event, ReplySound):
                            await self._play(event, media)
                        else:
                            await self._take(event, job)
                        if job.is_utterance and _is_silence(event):
                            job.stream.stop(is_awaited=False)
                            return False
            except AppError as error:
                failure = error  # raised here it would come out in a group
        if failure is not None:
            raise failure
        return True

    async def _take(self, event: ServerEvent, job: MessageJob) -> None:
        self._reach.heard()
        if isinstance(event, ToolsRequested):
            self._asking = job
        self.cut_reply.follow(event)
        await self._news.put(event)

    async def _show(self, event: ImageReady, media: ReplyMedia) -> None:
        await self._news.put(*await media.picture(event))

    async def _play(self, event: ReplySound, media: ReplyMedia) -> None:
        async with aclosing(media.speech(event)) as speech:
            async for piece in speech:
                self.cut_reply.follow(piece)
                await self._news.put(piece)

    def _leave(self, job: MessageJob) -> None:
        """Make room for the next turn, once."""
        if self._running is job:
            self._running = None
            self._run_next()

    async def _cancel(self, command: CancelReply) -> None:
        turn, running = command.turn, self._running
        is_due = running is not None and running.turn == turn and running.dialect.is_speech_due
        self.cut_reply.cut(turn, command.heard_ms, is_spoken=is_due)
        self._utterances.pop(turn, None)
        self._background.cancel(f"progress {turn}")
        concerned = [job for job in self._waiting if job.turn == turn]
        for job in concerned:
            self._waiting.remove(job)
        if self._running is not None and self._running.turn == turn:
            concerned.append(self._running)
            self._background.cancel(self._running.name)
            self._running.stop_at_the_server()
            self._leave(self._running)  # a task that never began cannot do it
        if self._asking is not None and self._asking.turn == turn:
            concerned.append(self._asking)
            self._asking.stop_at_the_server()
            self._asking = None
            self._run_next()
        if self._terms.leave_unused is not None and any(job.is_partial for job in concerned):
            self._terms.leave_unused()
        if concerned:
            await self._news.cut(turn, ReplyEnded(turn, ReplyStatus.CANCELLED))

    def _report(self, name: str, error: BaseException) -> None:
        if isinstance(error, AppError):
            logger.info("%s failed: %s", name, error)
        else:
            logger.error("%s failed.", name, exc_info=error)


async def open_messages(
    api: BackboardApi, configuration: ConfigureSession, terms: MessageTerms | None = None
) -> MessageTransport:
    """A conversation in the thread ``configuration.session_id`` (empty: the server makes one).

    Args:
        api: Stays open when the transport closes.
        configuration: The thread, and how it is heard and spoken; None for each in text alone.
        terms: Where left out, the assistant may use its memory and everything else is plain.
    """
    return MessageTransport(api, configuration, terms or MessageTerms())


def _is_silence(event: ServerEvent) -> bool:
    """Whether no words were found: a server that goes on would only say so again."""
    return isinstance(event, TranscriptUpdated) and event.is_final and not event.text.strip()
