"""Recordings heard before a turn and replies spoken after it: section 7 of the API."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.protocol.backboard.messages import HearingChoice, SpeakingChoice, Voice
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.wav_stream import wav_of_known_length
from desktop_app.service.gateway.spoken_text import SentenceSplitter, spoken
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.media.media_store import MediaStore
from desktop_app.service.provider_failures import of_recogniser, provider_failures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.openai.streams import closing
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.ports import BUILT_IN
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
    Speaker,
    SpeakingWish,
    Transcriber,
)

MAX_SPEECH_BYTES = 64 << 20
_CHUNK_BYTES = 24 << 10  # of sound in one event

_Provider = TypeVar("_Provider", Transcriber, Speaker)


class VoicedMessages:
    """Tells hearing and speaking as the events of a message stream.

    The events ``stt_stream_end``, ``tts_stream_end`` and ``tts_error`` carry ``voice_records``:
    what the reply and the stored message keep of them.
    """

    def __init__(self, source: ProviderSource, media: MediaStore, links: MediaLinks) -> None:
        self._source = source
        self._media = media
        self._links = links

    async def check(self, voice: Voice) -> None:
        """Refuse what cannot be done before anything is stored.

        Raises:
            InputError: ``recording.provider``, ``speech.provider`` or ``speech.format``.
            AppError: The providers could not be opened.
        """
        if voice.stt is not None:
            await self._transcriber(voice.stt)
        if voice.tts is not None:
            (await self._speaker(voice.tts)).content_type(_speaking_wish(voice.tts))

    async def hear(
        self, recording: Recording, choice: HearingChoice
    ) -> AsyncGenerator[StreamEvent, None]:
        """``stt_stream_start``, ``stt_text_delta`` as there are any, ``stt_stream_end``.

        Where nobody is named and the preferred provider fails before its first word, the
        built-in recogniser hears instead: ``stt_notice`` says so, and the record's ``notice``.

        Raises:
            InputError: ``recording.*``
            AppError: The provider failed.
        """
        transcriber = await self._transcriber(choice)
        wish = HearingWish(choice.model, choice.language or "", _settings(choice.provider_options))
        yield StreamEvent(type="stt_stream_start")
        has_words = False
        try:
            async with closing(_heard_by(transcriber, recording, wish, choice)) as events:
                async for event in events:
                    has_words = True
                    yield event
            return
        except NetworkError as error:
            builtin = (await self._source.get()).transcribers.get(BUILT_IN)
            failure = of_recogniser(error)
            if choice.provider or has_words or builtin in (None, transcriber):
                raise failure from error
        assert builtin is not None
        async with closing(_heard_instead(builtin, failure, recording, wish)) as events:
            async for event in events:
                yield event

    async def speak(
        self, text: str, choice: SpeakingChoice, *, thread_id: str, message_id: str = ""
    ) -> AsyncGenerator[StreamEvent, None]:
        """``tts_stream_start``, ``tts_audio_chunk``, ``tts_stream_end`` with a link to the whole.

        Never fails: what goes wrong is told as ``tts_error``, and the text stands.

        Args:
            text: The reply, perhaps Markdown.
            choice: Who speaks, and how.
            thread_id: Whose media the speech becomes.
            message_id: The reply's.
        """
        record: dict[str, Any] = {"provider": choice.provider, "model": choice.model}
        try:
            sentence = "The answer cannot be spoken: the voice failed."
            with provider_failures("tts.broken", sentence):
                utterance = _Utterance(text, choice, await self._speaker(choice))
                record = utterance.record
                async with closing(utterance.events()) as events:
                    async for event in events:
                        yield event
            yield await self._keep(utterance, thread_id, message_id)
        except AppError as error:
            failure = str(error)
            yield StreamEvent(
                type="tts_error", error=failure, voice_records={"tts": record | {"error": failure}}
            )

    async def _keep(self, utterance: _Utterance, thread_id: str, message_id: str) -> StreamEvent:
        kept = await self._media.add(
            thread_id,
            "speech",
            Picture(wav_of_known_length(bytes(utterance.sound)), utterance.content_type),
            message_id=message_id,
            metadata=utterance.record,
        )
        url = self._links.url(kept.id)
        place = {"audio_url": url, "document_id": kept.id}
        return StreamEvent(
            type="tts_stream_end",
            audio_url=url,
            document_id=kept.id,
            content_type=utterance.content_type,
            voice_records={"tts": utterance.record | place},
        )

    async def _transcriber(self, choice: HearingChoice) -> Transcriber:
        offered = (await self._source.get()).transcribers
        return _chosen(offered, choice.provider, "hears recordings")

    async def _speaker(self, choice: SpeakingChoice) -> Speaker:
        offered = (await self._source.get()).speakers
        return _chosen(offered, choice.provider, "speaks")


class _Utterance:
    """A reply being spoken.

    Attributes:
        sound: What came so far.
        record: What is known about it.
    """

    def __init__(self, text: str, choice: SpeakingChoice, speaker: Speaker) -> None:
        self._wish = _speaking_wish(choice)
        self._speaker = speaker
        self._words = _spoken_words(text)
        self.content_type = speaker.content_type(self._wish)
        self.sound = bytearray()
        self.record: dict[str, Any] = {
            "provider": speaker.provider,
            "model": choice.model or speaker.model,
            "content_type": self.content_type,
            "characters": len(self._words),
        }
        if choice.voice:
            self.record["voice"] = choice.voice

    async def events(self) -> AsyncIterator[StreamEvent]:
        if not self._words:
            raise InputError("speech.empty", "The reply has no words that could be spoken.")
        async with closing(self._speaker.utter(self._words, self._wish)) as pieces:
            async for piece in pieces:
                if piece and not self.sound:
                    yield StreamEvent(type="tts_stream_start", content_type=self.content_type)
                self._take(piece)
                for part in _parts(piece):
                    data = base64.b64encode(part).decode()
                    yield StreamEvent(type="tts_audio_chunk", data=data)
        if not self.sound:
            raise AppError("speech.silent", "The voice gave no sound.")

    def _take(self, piece: bytes) -> None:
        self.sound += piece
        self.record["size_bytes"] = len(self.sound)
        if len(self.sound) > MAX_SPEECH_BYTES:
            raise InputError(
                "speech.too_long", f"The speech is larger than {MAX_SPEECH_BYTES >> 20} MiB."
            )


async def _heard_by(
    transcriber: Transcriber, recording: Recording, wish: HearingWish, choice: HearingChoice
) -> AsyncGenerator[StreamEvent, None]:
    sentence = "The recording cannot be heard: speech to text failed."
    with provider_failures("stt.broken", sentence):
        async with closing(transcriber.transcribe(recording, wish)) as events:
            async for event in events:
                match event:
                    case HeardDelta(text):
                        yield StreamEvent(type="stt_text_delta", delta=text)
                    case HeardAll():
                        record = _hearing_record(event, transcriber, choice)
                        yield StreamEvent(
                            type="stt_stream_end",
                            transcript=event.text,
                            voice_records={"stt": record},
                        )


async def _heard_instead(
    builtin: Transcriber, failure: AppError, recording: Recording, wish: HearingWish
) -> AsyncGenerator[StreamEvent, None]:
    """What the built-in recogniser hears, in place of a provider that failed.

    Raises:
        AppError: ``failure``, where it cannot hear this recording either.
    """
    notice = f"{failure} The built-in recogniser heard the recording instead."
    is_told = False
    choice = HearingChoice(language=wish.language or None)
    try:
        async with closing(
            _heard_by(builtin, recording, HearingWish("", wish.language), choice)
        ) as events:
            async for event in events:
                if not is_told:
                    is_told = True
                    yield StreamEvent(type="stt_notice", message=notice)
                if event.voice_records:
                    record = event.voice_records["stt"] | {"notice": notice}
                    event = msgspec.structs.replace(event, voice_records={"stt": record})
                yield event
    except InputError as error:
        raise failure from error


def _hearing_record(
    heard: HeardAll, transcriber: Transcriber, choice: HearingChoice
) -> dict[str, Any]:
    known = {
        "transcript": heard.text,
        "provider": transcriber.provider,
        "model": choice.model or transcriber.model,
        "language": choice.language,
        "duration_seconds": heard.duration_s,
        **heard.usage,
        "provider_output": heard.provider_output,
    }
    return {name: value for name, value in known.items() if value is not None}


def _speaking_wish(choice: SpeakingChoice) -> SpeakingWish:
    return SpeakingWish(
        choice.model,
        choice.voice,
        choice.output_format or "",
        _settings(choice.provider_options),
    )


def _settings(options: dict[str, Any] | None) -> dict[str, Any]:
    """What was set: null is as good as absent."""
    return {name: value for name, value in (options or {}).items() if value is not None}


def _chosen(offered: Mapping[str, _Provider], name: str, what: str) -> _Provider:
    found = offered.get(name) if name else next(iter(offered.values()), None)
    if found is None:
        known = ", ".join(offered) or "none at all"
        sentence = f"There is no provider “{name}” here that {what}, only: {known}."
        raise InputError("provider.bad_choice", sentence)
    return found


def _spoken_words(text: str) -> str:
    """What is said of a reply, one sentence a line."""
    splitter = SentenceSplitter()
    sentences = (*splitter.feed(text), *splitter.finish())
    return "\n".join(filter(None, map(spoken, sentences)))


def _parts(piece: bytes) -> Iterator[bytes]:
    for at in range(0, len(piece), _CHUNK_BYTES):
        yield piece[at : at + _CHUNK_BYTES]
