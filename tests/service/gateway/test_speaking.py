"""How much of a spoken reply was heard, in each format that it is spoken in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desktop_app.service.gateway.session_plan import Voice
from desktop_app.service.gateway.speaking import Speaking

SENTENCES = (
    "The first sentence is about the weather.",
    "The second one tells of the trains tomorrow.",
    "The third warns of the strike on Friday.",
)
TEXT = " ".join(SENTENCES)


class FourSecondVoice:
    """Speaks each sentence in four seconds, in bytes of its format."""

    def __init__(self, bytes_per_s: int) -> None:
        self._sound = bytes(4 * bytes_per_s)

    async def speak_reply(
        self, sentences: asyncio.Queue[str | None], take: Any, **_wishes: object
    ) -> None:
        number = 0
        while await sentences.get() is not None:
            await take(number, self._sound)
            number += 1


async def ignore(_message: object) -> None:
    pass


@pytest.mark.parametrize("form", ["pcm", "wav", "mp3"])
async def test_of_a_reply_without_a_word_to_say_nothing_is_told(form: str):
    told: list[object] = []

    async def tell(message: object) -> None:
        told.append(message)

    speaking = Speaking(FourSecondVoice(48_000), Voice("v", 1.0, 24_000, form), 1, tell)
    speaking.feed("```\ncode\n```")
    speaking.finish()
    await speaking.run()
    assert not speaking.has_words
    assert told == []


@pytest.mark.parametrize(
    ("voice", "bytes_per_s"),
    [
        (Voice("v", 1.0, 24_000), 48_000),
        (Voice("v", 1.0, 8_000), 48_000),  # which is made of the provider's 24 kHz
        (Voice("v", 1.0, 24_000, "wav"), 48_000),
        (Voice("v", 1.0, 8_000, "ulaw"), 8_000),
        (Voice("v", 1.0, 8_000, "alaw"), 8_000),
        (Voice("v", 1.0, 44_100, "mp3", "128"), 16_000),
        (Voice("v", 1.0, 22_050, "mp3", "32"), 4_000),
        (Voice("v", 1.0, 48_000, "opus", "64"), 8_000),
    ],
    ids=lambda value: value.output_format if isinstance(value, Voice) else "",
)
async def test_who_cuts_a_reply_off_has_heard_what_sounded(voice: Voice, bytes_per_s: int):
    speaking = Speaking(FourSecondVoice(bytes_per_s), voice, 1, ignore)
    speaking.feed(TEXT)
    speaking.finish()
    await speaking.run()
    assert TEXT[: speaking.heard_characters(500)] == "The"
    assert TEXT[: speaking.heard_characters(4_000)] == SENTENCES[0]
    assert TEXT[: speaking.heard_characters(6_500)].endswith("The second one tells of the")
    assert speaking.heard_characters(12_000) == len(TEXT)
