"""A conversation over Backboard's native realtime socket, as the engine holds it (section 9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.late_pictures import LatePictures
from desktop_app.client.realtime_socket import RealtimeSocket, open_realtime_socket
from desktop_app.client.reply_media import ReplyMedia
from desktop_app.client.session_news import SessionNews
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.realtime_socket import (
    TRUNCATE,
    RealtimeConfig,
    RealtimeEvent,
    RealtimeOutput,
    truncation,
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
    ReplyStatus,
    ServerEvent,
    SessionReady,
    provider_name,
)
from desktop_app.protocol.gateway_speech import MakeResample, Resample
from desktop_app.protocol.realtime_dialect import RealtimeDialect, checked_format

CAPTURE_RATE_HZ = 16_000
ACCOUNTED_GRACE_S = 2.0
"""How long a reply that was billed may say nothing more: not every peer says that it is over."""

MakeUpload = Callable[[int], Resample]
"""Starts the conversion of one utterance from 16 kHz to a rate in hertz."""


@dataclass(frozen=True, slots=True)
class RealtimeTerms:
    """Who answers in realtime, and how sound is converted for them.

    Attributes:
        provider, model: As the peer knows them.
        voice: Name of the voice; empty leaves the choice to them.
        make_upload: Converts what is said to the rate that the session names.
        make_resample: Converts what is answered to ours.
    """

    provider: str
    model: str
    voice: str
    make_upload: MakeUpload
    make_resample: MakeResample

    @property
    def name(self) -> str:
        """``provider/model``."""
        return provider_name(self.provider, self.model)


class RealtimeTransport:
    """Satisfies ``engine.ports.Transport``. Event loop only; see ``open_realtime``.

    Args:
        socket: A session that has begun, with explicit commits.
        media: Fetches the pictures of replies.
        terms: Who answers.
        is_spoken: Replies are spoken: what is not heard of one is unknown to who listens.

    Raises:
        ProtocolError: ``session.sound_format``: the session wants or gives no plain samples.
    """

    takes_files = False

    def __init__(
        self, socket: RealtimeSocket, media: ReplyMedia, terms: RealtimeTerms, *, is_spoken: bool
    ) -> None:
        self._input_hz = checked_format(socket.input_format).sample_rate
        output_hz = checked_format(socket.output_format).sample_rate
        self._socket = socket
        self._make_upload = terms.make_upload
        self._upload: Resample | None = None
        self._speaking = 0
        has_word = terms.provider == "openai" or TRUNCATE in socket.extensions
        self._can_truncate = is_spoken and has_word
        name = terms.name
        self._news = SessionNews(
            SessionReady(
                socket.thread_id, heard_by=name, spoken_by=name, lifetime_s=socket.lifetime_s
            )
        )
        self._pictures = LatePictures(self._news, media)
        self._dialect = RealtimeDialect(output_hz, terms.make_resample)
        self._news.run(self._news.read(socket.events(), self._take), name="realtime socket")

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
            case PromptText():
                self._dialect.typed(command.turn)
                await self._socket.send_text(command.text)
            case SubmitToolOutputs():
                await self._give(command)
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
            ProtocolError: What it says cannot be played.
        """
        async for event in self._news.events():
            yield event

    async def sign_of_life(self) -> None:
        """Return when the server's end of the WebSocket has answered a ping.

        Raises:
            NetworkError: ``network.lost``.
        """
        await self._socket.ping()

    async def aclose(self) -> None:
        """Close. Idempotent."""
        await self._news.stop()
        await self._socket.aclose()
        await self._news.aclose()

    # ---- what is said --------------------------------------------------------------------------

    async def _append(self, command: AppendAudio) -> None:
        if self._speaking != command.turn:
            self._speaking, self._upload = command.turn, None
            self._dialect.speaking(command.turn)
        if self._upload is None:
            self._upload = self._make_upload(self._input_hz)
        await self._send_sound(self._upload(command.pcm, is_last=False))

    async def _commit(self, turn: int) -> None:
        upload, self._upload = self._upload, None
        if upload is not None:
            await self._send_sound(upload(b"", is_last=True))
        self._dialect.committed(turn)
        await self._socket.commit()

    async def _send_sound(self, pcm: bytes) -> None:
        if pcm:
            await self._socket.send_sound(pcm)

    async def _discard(self, turn: int) -> None:
        """The socket has no word for it: the utterance is ended, and nobody hears of it."""
        if self._speaking != turn:
            return
        await self._commit(turn)
        self._dialect.cancel(turn)

    async def _cancel(self, command: CancelReply) -> None:
        turn = command.turn
        is_running = self._dialect.cancel(turn)
        if is_running:
            await self._socket.cancel()
        if self._can_truncate:
            for item_id, heard_ms in self._dialect.unheard(turn, command.heard_ms):
                await self._socket.send_provider_event(truncation(item_id, heard_ms))
        if turn in self._dialect.unwanted:
            await self._news.cut(turn, ReplyEnded(turn, ReplyStatus.CANCELLED))

    async def _give(self, command: SubmitToolOutputs) -> None:
        await self._socket.send_tool_outputs(
            [
                RealtimeOutput(
                    tool_call_id=one.tool_call_id,
                    name=self._dialect.name_of(one.tool_call_id),
                    output=one.output,
                )
                for one in command.outputs
            ]
        )

    # ---- what comes ----------------------------------------------------------------------------

    async def _take(self, event: RealtimeEvent) -> None:
        self._news.cancel("end of reply")
        await self._pictures.tell(self._dialect.feed(event))
        if self._dialect.must_cancel:
            self._dialect.must_cancel = False
            await self._socket.cancel()
        if self._dialect.is_accounted:
            self._news.run(self._end_reply(), name="end of reply")

    async def _end_reply(self) -> None:
        await asyncio.sleep(ACCOUNTED_GRACE_S)
        await self._pictures.tell(self._dialect.finish())


async def open_realtime(
    api: BackboardApi,
    address: ApiAddress,
    configuration: ConfigureSession,
    terms: RealtimeTerms,
    request: MessageRequest | None = None,
) -> RealtimeTransport:
    """Begin a session in the thread ``configuration.session_id``.

    Args:
        api: For pictures; stays open when the transport closes.
        address: Of the same API.
        configuration: The thread, and how it is heard and spoken.
        terms: Who answers.
        request: What every turn carries besides.

    Raises:
        NetworkError, AccessError, ProtocolError: The server has no such socket, or refuses.
    """
    config = RealtimeConfig(
        provider=terms.provider,
        model=terms.model,
        provider_options=_options(configuration, terms),
        thread_id=configuration.session_id,
    )
    socket = await open_realtime_socket(address, config, request)
    try:
        media, is_spoken = ReplyMedia(api.media.fetch, None), bool(configuration.speech_output)
        return RealtimeTransport(socket, media, terms, is_spoken=is_spoken)
    except BaseException:
        await socket.aclose()
        raise


def _options(configuration: ConfigureSession, terms: RealtimeTerms) -> dict[str, Any]:
    """What realtime providers have in common; whatever is left out is theirs to choose."""
    heard = configuration.speech_input or SpeechInput()
    spoken = configuration.speech_output
    options: dict[str, Any] = {"turn_detection": None}  # this computer ends utterances
    if heard.language:
        options["language"] = heard.language
    if spoken is None:
        return {**options, "modalities": ["text"]}
    voice = spoken.voice or terms.voice
    if voice:
        options["voice"] = voice
    if spoken.speed != 1.0:
        options["speed"] = spoken.speed
    return options
