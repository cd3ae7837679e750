"""Scripted speech and language providers: the service's ports without models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.voices import VoiceInfo
from desktop_app.protocol.events import ToolCall, Usage
from desktop_app.service.providers.builtin.responder import Responder
from desktop_app.service.providers.judge_ports import Judge
from desktop_app.service.providers.live_ports import LiveSpeechToText
from desktop_app.service.providers.picture_ports import PictureMaker
from desktop_app.service.providers.ports import (
    BUILT_IN,
    Finished,
    Language,
    LanguageEvent,
    LanguageRequest,
    Recall,
    SpokenWord,
    TextDelta,
    ToolsCalled,
    Transcript,
)
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
    Speaker,
    SpeakingWish,
    Transcriber,
)
from desktop_app.service.providers.reply_ports import OpensReplySpeech
from desktop_app.service.providers.vector_ports import Embedder
from desktop_app.service.providers.video_ports import VideoMaker
from tests.fakes.pausing import Pausing

CHUNK = b"\x01\x00" * 960
"""40 ms at 24 kHz."""


@dataclass
class ScriptedLanguage(Pausing):
    """Says what it is told to; ``pause`` holds the reply after its first piece.

    Attributes:
        rounds: What it says to the next requests, one element each; then ``pieces`` again.
        row: What its catalogue says beside names.
        requests: What it was asked.
        closed: How many replies were closed, finished or not.
    """

    rounds: list[tuple[LanguageEvent, ...]] = field(default_factory=list)
    row: dict[str, Any] = field(default_factory=lambda: {"context_limit": 8_192})
    pieces: tuple[LanguageEvent, ...] = (TextDelta("Hello there. "), TextDelta("How are you?"))
    provider: str = "scripted"
    model: str = "parrot"
    usage: Usage | None = field(default_factory=lambda: Usage(input_tokens=7, output_tokens=5))
    failure: Exception | None = None
    requests: list[LanguageRequest] = field(default_factory=list)
    closed: int = 0

    async def reply(self, request: LanguageRequest) -> AsyncIterator[LanguageEvent]:
        self.requests.append(request)
        self.was_asked.set()
        pieces = self.rounds.pop(0) if self.rounds else self.pieces
        try:
            for piece in pieces:
                yield piece
                await self.may_go_on.wait()
            if self.failure is not None:
                raise self.failure
            yield Finished(self.usage)
        finally:
            self.closed += 1

    async def models(self) -> Sequence[ModelInfo]:
        return [ModelInfo(name=self.model, provider=self.provider, **self.row)]


@dataclass
class ToolCaller(ScriptedLanguage):
    """A model that calls a tool with what the person wrote as its arguments, then speaks."""

    tool: str = ""

    async def reply(self, request: LanguageRequest) -> AsyncIterator[LanguageEvent]:
        self.requests.append(request)
        last = request.history[-1]
        if last.role == "user" and request.tools:
            yield ToolsCalled((ToolCall("c1", self.tool, last.content),))
        else:
            yield TextDelta(f"Done: {last.role}")
        yield Finished(self.usage)


class ScriptedRecognition:
    """An utterance: each piece of sound reveals one more word."""

    def __init__(
        self, words: tuple[str, ...], failure: AppError | None, times: tuple[SpokenWord, ...] = ()
    ) -> None:
        self._words = words
        self._times = times
        self._failure = failure
        self._news: asyncio.Queue[Transcript | None] = asyncio.Queue()
        self.heard = bytearray()
        self.pieces = 0

    @property
    def has_room(self) -> bool:
        return True

    async def room(self) -> None:
        pass

    def feed(self, pcm: bytes) -> None:
        self.heard += pcm
        self.pieces += 1
        if self.pieces <= len(self._words):
            text = " ".join(self._words[: self.pieces])
            self._news.put_nowait(Transcript(text, is_final=False))

    async def finish(self) -> None:
        self._news.put_nowait(Transcript(" ".join(self._words), is_final=True, words=self._times))
        self._news.put_nowait(None)

    async def transcripts(self) -> AsyncIterator[Transcript]:
        while (news := await self._news.get()) is not None:
            if self._failure is not None:
                raise self._failure
            yield news

    async def aclose(self) -> None:
        self._news.put_nowait(None)


@dataclass
class ScriptedStt:
    """Hears ``words`` in whatever it is given.

    Attributes:
        open_failure: Raised by ``open``: something a provider may die of, not an AppError.
    """

    words: tuple[str, ...] = ("what", "time", "is", "it")
    provider: str = "scripted"
    model: str = "ear"
    failure: AppError | None = None
    open_failure: Exception | None = None
    times: tuple[SpokenWord, ...] = ()
    utterances: list[ScriptedRecognition] = field(default_factory=list)

    def open(self, *, language: str = "en") -> ScriptedRecognition:
        if self.open_failure is not None:
            raise self.open_failure
        self.utterances.append(ScriptedRecognition(self.words, self.failure, self.times))
        return self.utterances[-1]

    async def warm_up(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


@dataclass
class ScriptedTts:
    """Speaks two chunks for each sentence; ``is_endless`` never stops by itself.

    Attributes:
        spoken: The sentences, as asked.
        made: How many chunks were taken from it.
    """

    provider: str = "scripted"
    model: str = "mouth"
    failure: Exception | None = None
    is_endless: bool = False
    spoken: list[str] = field(default_factory=list)
    made: int = 0
    closed: int = 0

    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncIterator[bytes]:
        self.spoken.append(text)
        if self.failure is not None:
            raise self.failure
        count = 0
        try:
            while self.is_endless or count < 2:
                count += 1
                self.made += 1
                yield CHUNK
                await asyncio.sleep(0)
        finally:
            self.closed += 1

    async def voices(self) -> Mapping[str, str]:
        return {"en-us": "English (America)"}

    async def aclose(self) -> None:
        pass


@dataclass
class ScriptedTranscriber:
    """Hears ``deltas`` in every recording, or ``text`` where there are none.

    Attributes:
        heard: What it was given: content of the file, its name, and how it was to be heard.
        closed: How many transcriptions ended, finished or not.
    """

    provider: str = "scripted"
    model: str = "ear"
    text: str = "what time is it"
    deltas: tuple[str, ...] = ("what time", " is it")
    failure: Exception | None = None
    heard: list[tuple[bytes, str, HearingWish]] = field(default_factory=list)
    closed: int = 0

    async def transcribe(
        self, recording: Recording, wish: HearingWish
    ) -> AsyncIterator[HeardDelta | HeardAll]:
        self.heard.append((recording.path.read_bytes(), recording.filename, wish))
        try:
            for delta in self.deltas:
                yield HeardDelta(delta)
            if self.failure is not None:
                raise self.failure
            yield HeardAll(self.text, 1.5, {"audio_input_tokens": 15}, {"language": "english"})
        finally:
            self.closed += 1

    async def models(self) -> Sequence[ModelInfo]:
        return [ModelInfo(name=self.model, provider=self.provider, model_type="stt")]

    async def aclose(self) -> None:
        pass


@dataclass
class ScriptedSpeaker:
    """Speaks ``pieces``, whatever the text.

    Attributes:
        spoken: The texts and how they were to be spoken.
        closed: How many utterances ended, finished or not.
    """

    provider: str = "scripted"
    model: str = "mouth"
    pieces: tuple[bytes, ...] = (b"ID3", b"sound")
    failure: Exception | None = None
    spoken: list[tuple[str, SpeakingWish]] = field(default_factory=list)
    closed: int = 0

    def content_type(self, wish: SpeakingWish) -> str:
        if wish.output_format not in ("", "mp3"):
            raise InputError("speech.format", "There is only mp3.")
        return "audio/mpeg"

    async def utter(self, text: str, wish: SpeakingWish) -> AsyncIterator[bytes]:
        self.spoken.append((text, wish))
        try:
            for piece in self.pieces:
                yield piece
            if self.failure is not None:
                raise self.failure
        finally:
            self.closed += 1

    async def models(self) -> Sequence[ModelInfo]:
        return [ModelInfo(name=self.model, provider=self.provider, model_type="tts")]

    async def voices(self) -> Sequence[VoiceInfo]:
        return [VoiceInfo(id="v1", provider=self.provider, name="Vera", languages=["en"])]

    async def aclose(self) -> None:
        pass


@dataclass
class ScriptedProviders:
    """A set of them, and how to open it; ``hold`` keeps the service waiting for them."""

    language: ScriptedLanguage = field(default_factory=ScriptedLanguage)
    stt: ScriptedStt = field(default_factory=ScriptedStt)
    tts: ScriptedTts = field(default_factory=ScriptedTts)
    live_stt: Mapping[str, LiveSpeechToText] = field(default_factory=dict)
    preferred_stt: str = "builtin"
    preferred_tts: str = "builtin"
    transcribers: Mapping[str, Transcriber] = field(default_factory=dict)
    speakers: Mapping[str, Speaker] = field(default_factory=dict)
    voice_sockets: Mapping[str, OpensReplySpeech] = field(default_factory=dict)
    picture_makers: Mapping[str, PictureMaker] = field(default_factory=dict)
    video_makers: Mapping[str, VideoMaker] = field(default_factory=dict)
    embedders: Mapping[str, Embedder] = field(default_factory=dict)
    judges: Mapping[str, Judge] = field(default_factory=dict)
    failure: AppError | None = None
    warm_up_failure: Exception | None = None
    recall: Recall | None = None
    is_warm: bool = False
    looks: int = 0
    lost_languages: list[Language] = field(default_factory=list)
    may_open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_open.set()

    @property
    def default_language(self) -> Language:
        return self.language

    @property
    def languages(self) -> Mapping[str, Language]:
        return {self.language.provider: self.language}

    async def look_again(self) -> None:
        self.looks += 1

    def lost(self, language: Language) -> None:
        self.lost_languages.append(language)

    async def warm_up(self) -> None:
        self.is_warm = True
        if self.warm_up_failure is not None:
            raise self.warm_up_failure

    async def open(self, recall: Recall) -> ScriptedProviders:
        self.recall = recall
        await self.may_open.wait()
        if self.failure is not None:
            raise self.failure
        return self


class WithoutModel(ScriptedProviders):
    """No language model is connected: the built-in responder answers."""

    @property
    def default_language(self) -> Language:
        assert self.recall is not None
        return Responder(self.recall)

    @property
    def languages(self) -> Mapping[str, Language]:
        return {BUILT_IN: self.default_language}
