"""A conversation over Backboard's voice socket, as the engine holds it (contract section 8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import msgspec
from msgspec.structs import replace

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.held_speech import HeldSpeech
from desktop_app.client.json_socket import Event
from desktop_app.client.late_pictures import LatePictures
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import MessageTransport, open_messages
from desktop_app.client.reply_media import ReplyMedia
from desktop_app.client.session_choice import LIVE_MODEL, ready_session
from desktop_app.client.session_news import SessionNews
from desktop_app.client.turn_request import spoken_choice
from desktop_app.client.voice_socket import VoiceSocket, open_voice_socket
from desktop_app.errors import NetworkError
from desktop_app.protocol.backboard.voice_socket import (
    REPLY_HEARD,
    LiveHearing,
    LiveVoice,
    ReplyHeard,
    VoiceConfig,
)
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    ClientCommand,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    PromptText,
    SpeechInput,
    SubmitToolOutputs,
)
from desktop_app.protocol.events import (
    ReplyEnded,
    ReplySound,
    ReplyStatus,
    ReplyWritten,
    ServerEvent,
    ServerFault,
    SessionReady,
    TranscriptUpdated,
    bare_name,
    provider_name,
)
from desktop_app.protocol.gateway_speech import MakeResample
from desktop_app.protocol.stream_dialect import StreamDialect

MAX_HELD_BYTES = 10 * 60 * 32_000
"""Of what is said while the server does not listen: ten minutes."""

LISTENS_WITHIN_S = 10.0
"""Of silence, where an utterance waits for it: a reply that was stopped has nothing more to say."""


class VoiceSocketTransport:
    """Satisfies ``engine.ports.Transport``. Event loop only; see ``open_voice_transport``.

    The server is half duplex: while it answers, what is said is held here, and sent when it
    listens again. Typed prompts, which the socket has no word for, go as messages to its thread.

    Args:
        socket: A session that has begun, with explicit commits.
        messages: Of the same thread; closed with this.
        is_spoken: Replies are spoken.
        asked: Who hears and speaks, as the session was asked for.
        media: Fetches and decodes what replies name.
        make_resample: Converts speech of other rates than ours.
    """

    takes_files = False

    def __init__(
        self,
        socket: VoiceSocket,
        messages: MessageTransport,
        media: ReplyMedia,
        *,
        is_spoken: bool,
        asked: SessionReady = SessionReady(""),  # noqa: B008 - frozen
        make_resample: MakeResample | None = None,
    ) -> None:
        self._socket = socket
        self._messages = messages
        self._cut_reply = messages.cut_reply
        self._media = media
        self._is_spoken = is_spoken
        self._make_resample = make_resample
        self._news = SessionNews(
            replace(asked, session_id=socket.thread_id, lifetime_s=socket.lifetime_s)
        )
        self._pictures = LatePictures(self._news, media)
        self._speaking = 0  # the turn whose sound goes to the server
        self._committed: list[int] = []
        self._unwanted: set[int] = set()
        self._reply: StreamDialect | None = None
        self._reply_turn = 0
        self._is_paused = False  # the server said so
        self._is_holding = False  # what is said waits, behind what is held already
        self._held = HeldSpeech(MAX_HELD_BYTES)
        self._heard_s = 0.0
        self._news.run(self._news.read(socket.events(), self._take), name="voice socket")
        self._news.run(self._relay(), name="messages")

    async def send(self, command: ClientCommand) -> None:
        """Say one thing.

        Raises:
            NetworkError: ``network.lost``.
        """
        match command:
            case AppendAudio():
                await self._append(command)
            case CommitAudio():
                await self._commit(command.turn)
            case DiscardAudio():
                await self._discard(command.turn)
            case CancelReply():
                await self._cancel(command)
            case PromptText() | SubmitToolOutputs():
                await self._messages.send(command)
            case _:
                pass  # the session was configured when it was opened

    def send_now(self, command: ClientCommand) -> bool:
        """See ``engine.ports.Transport``: here everything may have to wait."""
        return False

    def hand_speech_to(self, *_: object) -> None:
        """See ``engine.ports.Transport``: here ``events`` tells everything."""

    async def events(self) -> AsyncIterator[ServerEvent]:
        """What the server says, until it or we close.

        Raises:
            NetworkError: The connection was lost.
        """
        async for event in self._news.events():
            yield event

    async def sign_of_life(self) -> None:
        """Return when the server has answered a ping, or takes what is said if it never did.

        Raises:
            NetworkError: ``network.lost``.
        """
        await self._socket.sign_of_life()

    async def aclose(self) -> None:
        """Close. Idempotent."""
        await self._news.stop()
        await self._messages.aclose()
        await self._socket.aclose()
        await self._news.aclose()

    # ---- what is said --------------------------------------------------------------------------

    async def _append(self, command: AppendAudio) -> None:
        self._speaking = command.turn
        if self._is_holding:
            self._held.append(command.turn, command.pcm)
        else:
            await self._socket.send_sound(command.pcm)

    async def _commit(self, turn: int) -> None:
        self._committed.append(turn)
        if self._is_holding:
            self._held.commit(turn)
            self._news.run(self._until_listening(), name="until it listens")
        else:
            await self._socket.commit()

    async def _until_listening(self) -> None:
        """Who has something to say has stopped the reply, and is not kept waiting for long.

        Raises:
            NetworkError: ``line.silent``: the server neither says anything nor listens again.
        """
        loop = asyncio.get_running_loop()
        self._heard_s = loop.time()
        while self._held:
            quiet_s = loop.time() - self._heard_s
            if quiet_s >= LISTENS_WITHIN_S:
                text = "The server does not listen any more."
                raise NetworkError("line.silent", text, retryable=True)
            await asyncio.sleep(LISTENS_WITHIN_S - quiet_s)

    async def _discard(self, turn: int) -> None:
        """The socket has no word for it: the utterance is ended, and nobody hears of it."""
        if self._is_holding and self._held.drop(turn):
            return
        if self._speaking == turn and not self._is_paused:
            self._unwanted.add(turn)
            await self._commit(turn)

    async def _cancel(self, command: CancelReply) -> None:
        turn = command.turn
        is_ours = turn in (self._reply_turn, *self._committed)
        if not is_ours:
            await self._messages.send(command)
            await self._tell_cut()
            return
        if turn in self._committed and self._held.drop(turn):
            self._committed.remove(turn)
        else:
            self._unwanted.add(turn)
            self._cut_reply.cut(turn, command.heard_ms, is_spoken=self._is_spoken)
            await self._tell_cut()
            await self._socket.stop()
        await self._news.cut(turn, ReplyEnded(turn, ReplyStatus.CANCELLED))

    async def _tell_cut(self) -> None:
        """Where the server has a word for it; otherwise the next typed question tells it."""
        if REPLY_HEARD not in self._socket.extensions or (cut := self._cut_reply.take()) is None:
            return
        if cut.run_id:
            await self._socket.tell_heard(ReplyHeard(cut.run_id, cut.heard_ms, cut.heard_chars))

    async def _go_on(self) -> None:
        """The server listens: what was held goes out, as far as the end of one utterance.

        What comes behind that waits: the server answers, and would not hear it.
        """
        while self._held:
            while piece := self._held.piece():
                await self._socket.send_sound(piece)
            if self._held.end():
                await self._socket.commit()
                break
        self._is_holding = bool(self._held)

    async def _go_on_unanswered(self) -> None:
        """An utterance had no words: the server listens on, unless it answers another."""
        if self._is_holding and not self._is_paused:
            await self._go_on()

    # ---- what comes ----------------------------------------------------------------------------

    async def _relay(self) -> None:
        """What messages answer; that they are ready is no news."""
        async for event in self._messages.events():
            if not isinstance(event, SessionReady):
                await self._news.put(event)

    async def _take(self, event: Event) -> None:
        self._heard_s = asyncio.get_running_loop().time()
        match event.get("type"):
            case "transcript.partial":
                turn = self._committed[0] if self._committed else self._speaking
                await self._transcript(turn, event, is_final=False)
            case "transcript.final":
                turn = self._committed.pop(0) if self._committed else self._speaking
                await self._transcript(turn, event, is_final=True)
                if not event.get("text"):
                    await self._go_on_unanswered()
            case "input.paused":
                self._is_paused = self._is_holding = True
                if self._reply_turn in self._unwanted:
                    await self._socket.stop()
            case "input.resumed":
                self._is_paused = False
                await self._end_reply()
                await self._go_on()
            case "error" | "run_failed" if self._reply is None:
                await self._failed(event)
            case kind:
                await self._more_of_reply(event)
                if kind in ("error", "run_failed") and self._is_holding and not self._is_paused:
                    await self._end_reply()  # refused before the server paused
                    await self._go_on()

    async def _transcript(self, turn: int, event: Event, *, is_final: bool) -> None:
        text = str(event.get("text") or "")
        if is_final and text:
            self._reply_turn = turn
            self._reply = StreamDialect(
                turn, is_spoken=self._is_spoken, make_resample=self._make_resample
            )
        if turn not in self._unwanted:
            await self._news.put(TranscriptUpdated(turn, text, is_final=is_final))

    async def _failed(self, event: Event) -> None:
        """Nothing comes of the utterance that waits longest; what is behind it is heard."""
        turn = self._committed.pop(0) if self._committed else None
        text = str(event.get("message") or event.get("error") or "The server failed.")
        if turn not in self._unwanted:
            await self._news.put(ServerFault(text, code=str(event.get("code") or ""), turn=turn))
        await self._go_on_unanswered()

    async def _more_of_reply(self, event: Event) -> None:
        if self._reply is None or self._reply_turn in self._unwanted:
            return
        reply, was_written = self._reply, self._reply.awaits_speech
        for told in reply.feed(msgspec.json.encode(event)):
            await self._tell(told)
        if reply.awaits_speech and not was_written:  # of which the end may never be told
            await self._news.put(ReplyWritten(self._reply_turn))
        if reply.speech.is_whole:
            self._cut_reply.finish(self._reply_turn)

    async def _tell(self, told: ServerEvent) -> None:
        self._cut_reply.follow(told)
        if isinstance(told, ReplySound):
            async with aclosing(self._media.speech(told)) as speech:
                await self._play(speech)
        else:
            await self._pictures.tell((told,))

    async def _play(self, speech: AsyncGenerator[ServerEvent, None]) -> None:
        async for piece in speech:
            self._cut_reply.follow(piece)
            await self._news.put(piece)

    async def _end_reply(self) -> None:
        reply, self._reply = self._reply, None
        turn = self._reply_turn
        if reply is not None and turn not in self._unwanted:
            for told in reply.finish():
                await self._tell(told)
        self._unwanted.discard(turn)


async def open_voice_transport(
    api: BackboardApi, address: ApiAddress, configuration: ConfigureSession, terms: MessageTerms
) -> VoiceSocketTransport:
    """Begin a session in the thread ``configuration.session_id``.

    Args:
        api: For typed prompts and media; stays open when the transport closes.
        address: Of the same API.
        configuration: The thread, and how it is heard and spoken.
        terms: What every turn carries, and who hears and speaks.

    Raises:
        NetworkError, AccessError, ProtocolError: The server has no such socket, or refuses.
    """
    heard = configuration.speech_input or SpeechInput()
    spoken = configuration.speech_output
    hearing = LiveHearing(
        model=bare_name(heard.model) or LIVE_MODEL,
        language=heard.language or None,
        commit_strategy="manual",
    )
    config = VoiceConfig(
        thread_id=configuration.session_id,
        send_to_llm=True,
        voice=LiveVoice(stt=hearing, tts=spoken_choice(spoken, terms.voices) if spoken else None),
    )
    socket = await open_voice_socket(address, config, terms.request)
    messages = await open_messages(api, configuration, terms)
    media = ReplyMedia(api.media.fetch, terms.decode)
    return VoiceSocketTransport(
        socket,
        messages,
        media,
        is_spoken=spoken is not None,
        asked=replace(
            ready_session(configuration, terms.voices),
            heard_by=provider_name("elevenlabs", hearing.model),
        ),
        make_resample=terms.make_resample,
    )
