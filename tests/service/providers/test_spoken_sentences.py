"""Replies spoken sentence by sentence, the next one asked for while one is heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import pytest

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers import spoken_sentences
from desktop_app.service.providers.recording_ports import SpeakingWish
from desktop_app.service.providers.spoken_sentences import SpokenSentences

LIMIT_S = 5.0


@dataclass
class Speaker:
    """Says each text in two odd pieces; ``failures`` says what becomes of the next ones.

    Attributes:
        failures: The error and after how many pieces it comes.
        asked: Texts in order.
        open: How many are being spoken.
    """

    provider: str = "openai"
    model: str = "voice-1"
    failures: list[tuple[AppError | None, int]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    wishes: list[SpeakingWish] = field(default_factory=list)
    open: int = 0
    is_endless: bool = False

    def content_type(self, wish: SpeakingWish) -> str:
        return "audio/pcm"

    async def utter(self, text: str, wish: SpeakingWish) -> AsyncGenerator[bytes, None]:
        self.asked.append(text)
        self.wishes.append(wish)
        failure, after = self.failures.pop(0) if self.failures else (None, -1)
        self.open += 1
        try:
            for number, piece in enumerate((text[:3].encode(), text[3:].encode())):
                if failure is not None and number == after:
                    raise failure
                yield piece
            if self.is_endless:
                await asyncio.Event().wait()
        finally:
            self.open -= 1

    async def models(self) -> Sequence[ModelInfo]:
        return ()

    async def aclose(self) -> None: ...


class Listener:
    """Hears; ``wait`` holds it up."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, bytes]] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.is_hearing = asyncio.Event()

    async def take(self, number: int, sound: bytes) -> None:
        self.heard.append((number, sound))
        self.is_hearing.set()
        await self.may_go_on.wait()


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> Speaker:
    monkeypatch.setattr(spoken_sentences, "_AGAIN_AFTER_S", 0.0)
    return Speaker()


def queue_of(*sentences: str | None) -> asyncio.Queue[str | None]:
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    for sentence in sentences:
        queue.put_nowait(sentence)
    return queue


async def speak(speaker: Speaker, *sentences: str) -> Listener:
    listener, voice = Listener(), SpokenSentences(speaker)
    async with asyncio.timeout(LIMIT_S):
        await voice.speak_reply(queue_of(*sentences, None), listener.take, voice="v", speed=1.0)
    return listener


async def test_sentences_sound_in_their_order_in_whole_samples(speaker):
    listener = await speak(speaker, "abcde.", "fghij.")
    assert listener.heard == [(0, b"ab"), (0, b"cde."), (1, b"fg"), (1, b"hij.")]


async def test_the_next_sentence_is_asked_for_while_one_is_heard_and_no_more(speaker):
    listener = Listener()
    listener.may_go_on.clear()
    queue = queue_of("one.", "two.", "three.", "four.", None)
    reply = asyncio.create_task(
        SpokenSentences(speaker).speak_reply(queue, listener.take, voice="", speed=1.0)
    )
    async with asyncio.timeout(LIMIT_S):
        await listener.is_hearing.wait()
        for _ in range(100):  # whatever can go on, does
            await asyncio.sleep(0)
        assert speaker.asked == ["one.", "two."]
        listener.may_go_on.set()
        await reply
    assert [number for number, _ in listener.heard] == [0, 0, 1, 1, 2, 2, 3, 3]


async def test_a_sentence_of_which_nothing_was_heard_is_asked_for_again(speaker):
    speaker.failures = [(NetworkError("network.lost", "Gone.", retryable=True), 0)]
    listener = await speak(speaker, "abcd.")
    assert speaker.asked == ["abcd.", "abcd."]
    assert b"".join(sound for _, sound in listener.heard) == b"abcd"


@pytest.mark.parametrize(
    "failures",
    [
        [(NetworkError("network.lost", "Gone.", retryable=True), 1)],
        [(NetworkError("network.lost", "Gone.", retryable=True), 0)] * 2,
        [(NetworkError("http.402", "Gone."), 0)],
        [(InputError("speech.refused", "Gone."), 0)],
    ],
    ids=["in mid-sentence", "twice", "no money", "refused"],
)
async def test_what_a_second_try_does_not_mend_is_told(speaker, failures):
    speaker.failures = list(failures)
    with pytest.raises(AppError, match="Gone"):
        await speak(speaker, "abcd.")
    assert speaker.open == 0


async def test_a_failure_is_told_behind_what_came_before_it(speaker):
    speaker.failures = [(None, -1), (InputError("speech.refused", "No."), 0)]
    listener = Listener()
    with pytest.raises(InputError):
        await SpokenSentences(speaker).speak_reply(
            queue_of("abc.", "def.", "ghi.", None), listener.take, voice="", speed=1.0
        )
    assert listener.heard == [(0, b"ab"), (0, b"c.")]


async def test_a_voice_that_falls_silent_is_not_waited_for(speaker, monkeypatch):
    monkeypatch.setattr(spoken_sentences, "_SILENT_AFTER_S", 0.05)
    speaker.is_endless = True
    with pytest.raises(NetworkError, match="OpenAI stopped speaking"):
        await speak(speaker, "abcd.")
    assert speaker.open == 0


async def test_who_stops_a_reply_leaves_nothing_open(speaker):
    speaker.is_endless = True
    listener = Listener()
    reply = asyncio.create_task(
        SpokenSentences(speaker).speak_reply(
            queue_of("one.", "two.", "three."), listener.take, voice="", speed=1.0
        )
    )
    async with asyncio.timeout(LIMIT_S):
        await listener.is_hearing.wait()
        reply.cancel()
        await asyncio.wait({reply})
    assert speaker.open == 0


async def test_a_speed_and_a_model_are_asked_for(speaker):
    await SpokenSentences(speaker, "voice-2").speak_reply(
        queue_of("a.", None), Listener().take, voice="v", speed=1.5
    )
    (wish,) = speaker.wishes
    assert (wish.model, wish.voice, wish.output_format) == ("voice-2", "v", "pcm_24000")
    assert wish.options == {"response_format": "pcm", "speed": 1.5}


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("elevenlabs", "eleven_flash_v2_5", [None, "One.", "Two."]),
        ("elevenlabs", "eleven_v3", [None, None, None]),
        ("openai", "tts-1", [None, None, None]),
    ],
)
async def test_a_voice_that_can_goes_on_from_the_sentence_before(
    speaker, provider, model, expected
):
    speaker.provider = provider
    await SpokenSentences(speaker, model).speak_reply(
        queue_of("One.", "Two.", "Three.", None), Listener().take, voice="v", speed=1.0
    )
    assert [wish.options.get("previous_text") for wish in speaker.wishes] == expected
