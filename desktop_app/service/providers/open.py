"""Opens the providers that a configuration and this computer offer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from desktop_app.errors import AppError
from desktop_app.service.providers.builtin.responder import Responder
from desktop_app.service.providers.builtin.unavailable import NoHearing, NoVoice
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.judge_ports import Judge
from desktop_app.service.providers.languages import Languages
from desktop_app.service.providers.live_ports import LiveSpeechToText
from desktop_app.service.providers.local_servers import find_local_servers
from desktop_app.service.providers.open_judges import open_judges
from desktop_app.service.providers.open_languages import open_languages
from desktop_app.service.providers.open_pictures import (
    open_embedders,
    open_picture_makers,
    open_video_makers,
)
from desktop_app.service.providers.open_speech import (
    open_live_stt,
    open_speakers,
    open_transcribers,
    open_voice_sockets,
    preferred,
)
from desktop_app.service.providers.picture_ports import PictureMaker
from desktop_app.service.providers.ports import (
    BUILT_IN,
    Language,
    Recall,
    SpeechToText,
    TextToSpeech,
)
from desktop_app.service.providers.recording_ports import Speaker, Transcriber
from desktop_app.service.providers.reply_ports import OpensReplySpeech
from desktop_app.service.providers.vector_ports import Embedder
from desktop_app.service.providers.video_ports import VideoMaker

if TYPE_CHECKING:
    from desktop_app.service.providers.builtin.espeak_tts import EspeakTts

_log = logging.getLogger(__name__)


class Providers:
    """What hears, speaks, answers, draws and films."""

    def __init__(
        self,
        stt: SpeechToText,
        tts: TextToSpeech,
        languages: Languages,
        slow_starters: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self.stt = stt
        self.tts = tts
        self.live_stt: Mapping[str, LiveSpeechToText] = {}
        self.preferred_stt = self.preferred_tts = BUILT_IN
        self.transcribers: Mapping[str, Transcriber] = {}
        self.speakers: Mapping[str, Speaker] = {}
        self.voice_sockets: Mapping[str, OpensReplySpeech] = {}
        self.picture_makers: Mapping[str, PictureMaker] = {}
        self.video_makers: Mapping[str, VideoMaker] = {}
        self.embedders: Mapping[str, Embedder] = {}
        self.judges: Mapping[str, Judge] = {}
        self._languages = languages
        self._slow_starters = slow_starters

    @property
    def languages(self) -> Mapping[str, Language]:
        """By provider name; ``builtin`` is always there."""
        return self._languages.by_name

    @property
    def default_language(self) -> Language:
        """A configured server, else OpenAI, else one found on this computer, else built in."""
        return self._languages.default

    async def look_again(self) -> None:
        """Find a language server that was started meanwhile; see ``Languages``."""
        await self._languages.look_again()

    def lost(self, language: Language) -> None:
        """A language server did not answer."""
        self._languages.lost(language)

    async def warm_up(self) -> None:
        """Load what a first spoken turn would wait for, about a second. Idempotent.

        Raises:
            ChildError: A part cannot be loaded; the others are.
        """
        failure: AppError | None = None
        for load in self._slow_starters:
            try:
                await load()
            except AppError as error:
                failure = error
        if failure is not None:
            raise failure

    async def aclose(self) -> None:
        """Close them all."""
        await self.stt.aclose()
        await self.tts.aclose()
        await self._languages.aclose()


async def open_providers(config: ProviderConfig, recall: Recall) -> Providers:
    """Look for language servers, half a second at most; models are loaded on first use.

    Raises:
        InputError: The configured address is none.
    """
    responder, stt, tts = Responder(recall), _hearing(), _voice()
    languages = Languages(
        responder,
        connected=open_languages(config),
        find=None if config.local_models == "off" else partial(find_local_servers, config.ports),
    )
    await languages.look()
    slow_starters = [stt.warm_up, tts.warm_up]
    if languages.default is responder:
        slow_starters.append(responder.warm_up)
    providers = Providers(stt, tts, languages, slow_starters)
    providers.live_stt = open_live_stt(config)
    providers.preferred_stt = preferred(config, config.hearing)
    providers.preferred_tts = preferred(config, config.speaking)
    providers.transcribers = open_transcribers(config, stt)
    providers.speakers = open_speakers(config, tts)
    providers.voice_sockets = open_voice_sockets(config, providers.speakers)
    providers.picture_makers = open_picture_makers(config)
    providers.video_makers = open_video_makers(config)
    providers.embedders = open_embedders(config)
    providers.judges = open_judges(config, providers.embedders)
    return providers


def _hearing() -> SpeechToText:
    try:
        from desktop_app.service.providers.builtin.pocketsphinx_stt import PocketsphinxStt
    except (ImportError, OSError):  # a broken package must not take the answers with it
        _log.exception("The built-in recogniser cannot be loaded")
        return NoHearing()
    return PocketsphinxStt()


def _voice() -> EspeakTts | NoVoice:
    try:
        from desktop_app.service.providers.builtin.espeak_tts import EspeakTts
    except (ImportError, OSError):  # the same
        _log.exception("The built-in voice cannot be loaded")
        return NoVoice()
    return EspeakTts()
