"""How a voice sounds: a sentence, spoken by the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import open_messages
from desktop_app.client.reply_media import Decode
from desktop_app.errors import NetworkError
from desktop_app.protocol.backboard.voices import SpeechRequest
from desktop_app.protocol.commands import ConfigureSession, PromptText, TurnWishes
from desktop_app.protocol.events import ReplyAudio, ReplyEnded, ServerFault, provider_name
from desktop_app.protocol.gateway_speech import MakeResample
from desktop_app.protocol.sample_words import sample_words

_REPEAT = "Answer with exactly the words of the user, and with nothing else."


@dataclass(frozen=True, slots=True)
class VoiceSampler:
    """Has services speak a sentence.

    Attributes:
        make_resample, decode: See ``MessageTerms``.
    """

    make_resample: MakeResample | None = None
    decode: Decode | None = None

    async def sample(
        self,
        api: BackboardApi,
        own_assistant: Callable[[], Awaitable[str]],
        wish: SpeechRequest,
        language: str,
    ) -> bytes:
        """A sentence in the voice's language, as s16le mono 24 kHz.

        Backboard speaks replies alone: there a model repeats the sentence, in a thread of its own
        that is deleted at once.

        Args:
            own_assistant: Says who repeats it, where the service cannot speak by itself.
            wish: Provider, model and voice; its text is exchanged.
            language: IETF tag; an unknown one is spoken to in English.

        Raises:
            NetworkError, AccessError, ProtocolError, InputError
        """
        text = sample_words(language)
        try:
            return await api.models.speak(
                SpeechRequest(text=text, provider=wish.provider, model=wish.model, voice=wish.voice)
            )
        except NotFoundError:
            thread = await api.threads.create(await own_assistant())
        try:
            return await self._repeated(api, thread.thread_id, text, wish)
        finally:
            api.run_behind(api.threads.delete(thread.thread_id), name="delete sample")

    async def _repeated(
        self, api: BackboardApi, thread_id: str, text: str, wish: SpeechRequest
    ) -> bytes:
        terms = MessageTerms(make_resample=self.make_resample, decode=self.decode)
        wishes = TurnWishes(
            is_spoken=True,
            spoken_by=provider_name(wish.provider, wish.model),
            voice=wish.voice,
            memory="off",
            fields={"system_prompt": _REPEAT},
        )
        transport = await open_messages(api, ConfigureSession(thread_id, None, None), terms)
        pcm = bytearray()
        try:
            await transport.send(PromptText(1, text, wishes))
            async with aclosing(transport.events()) as events:  # type: ignore[type-var]  # a generator
                async for event in events:
                    match event:
                        case ReplyAudio():
                            pcm += event.pcm
                        case ServerFault():
                            raise NetworkError(event.code, event.message)
                        case ReplyEnded():
                            break
        finally:
            await transport.aclose()
        if not pcm:
            raise NetworkError("voice.no_sample", "The service spoke nothing.")
        return bytes(pcm)
