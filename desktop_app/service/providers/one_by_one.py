"""Speaks replies with a voice of this computer: it needs no head start, so a sentence at a time."""

from __future__ import annotations

from desktop_app.service.providers.openai.streams import closing
from desktop_app.service.providers.ports import TextToSpeech
from desktop_app.service.providers.reply_ports import Sentences, TakeSound


class OneByOne:
    """A ``ReplySpeech``.

    Args:
        tts: Is not closed with it.
    """

    def __init__(self, tts: TextToSpeech) -> None:
        self._tts = tts
        self.provider = tts.provider
        self.model = tts.model

    async def speak_reply(
        self, sentences: Sentences, take: TakeSound, *, voice: str, speed: float
    ) -> None:
        """Speak until the sentences end; see ``ReplySpeech``."""
        number = 0
        while (sentence := await sentences.get()) is not None:
            async with closing(self._tts.speak(sentence, voice=voice, speed=speed)) as chunks:
                async for chunk in chunks:
                    await take(number, chunk)
            number += 1
