"""Speaks replies over ElevenLabs' input-streaming socket: one for each reply, sound as it is made.

Source: the gateway contract, section 8. Sentences that a lost socket left without a sound are
spoken over HTTP.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection

from desktop_app.credentials import Secret
from desktop_app.errors import NetworkError
from desktop_app.protocol.backboard.voices import elevenlabs_speed
from desktop_app.service.providers.elevenlabs import voice_messages
from desktop_app.service.providers.elevenlabs.elevenlabs_socket import held, open_socket
from desktop_app.service.providers.elevenlabs.elevenlabs_speaker import ElevenLabsSpeaker
from desktop_app.service.providers.elevenlabs.socket_reply import SocketReply
from desktop_app.service.providers.reply_ports import Sentences, TakeSound
from desktop_app.service.providers.spoken_sentences import SAMPLES, SpokenSentences

_log = logging.getLogger(__name__)

_BEGIN_WITHIN_S = 10.0


class ElevenLabsVoiceSocket:
    """A ``ReplySpeech``.

    Args:
        url: Of the API's sockets, without its version.
        key: Of an account.
        speaker: Knows the account's voices, and speaks over HTTP where the socket does not; is
            not closed with it.
        model: Of its models, or empty for its default.
        output_format: Any that can be streamed.
        settings: ``voice_settings`` beside the speed.
    """

    provider = "elevenlabs"

    def __init__(
        self,
        url: str,
        key: Secret,
        speaker: ElevenLabsSpeaker,
        model: str = "",
        *,
        output_format: str = SAMPLES,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._url, self._key, self._speaker = url, key, speaker
        self._format = output_format
        self._settings = dict(settings or {})
        self._over_http = SpokenSentences(
            speaker, model, output_format=output_format, settings=settings
        )
        self.model = self._over_http.model

    async def speak_reply(
        self, sentences: Sentences, take: TakeSound, *, voice: str, speed: float
    ) -> None:
        """Speak until the sentences end; see ``ReplySpeech``."""
        reply = SocketReply(sentences, take, are_samples=self._format == SAMPLES)
        if not await reply.has_words():
            return
        settings = self._settings | ({"speed": elevenlabs_speed(speed)} if speed != 1.0 else {})
        try:
            voice = voice or await self._speaker.first_voice()
            async with held(await self._opened(voice)) as socket:
                await reply.run(socket, settings)
        except NetworkError as error:
            if not error.retryable or reply.is_cut:
                raise
            _log.info("The rest of a reply is spoken over HTTP: %s", error)
            await self._speak_rest(reply, take, voice, speed)

    async def _speak_rest(
        self, reply: SocketReply, take: TakeSound, voice: str, speed: float
    ) -> None:
        first = reply.spoken

        async def take_rest(number: int, sound: bytes) -> None:
            await take(first + number, sound)

        await self._over_http.speak_reply(reply.rest(), take_rest, voice=voice, speed=speed)

    async def _opened(self, voice: str) -> ClientConnection:
        text = "What answers at ElevenLabs' address does not speak."
        return await open_socket(
            voice_messages.address(self._url, voice, self.model, self._format),
            self._key,
            within_s=_BEGIN_WITHIN_S,
            unreadable=NetworkError("tts.unreadable", text),
        )
