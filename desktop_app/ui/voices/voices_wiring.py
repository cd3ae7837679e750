"""Between the voices of the service, the picker, the settings and the thread that is open."""

from __future__ import annotations

import json
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.errors import AppError
from desktop_app.link.messages import Connection, Notice, NoticeLevel
from desktop_app.profiles import key_of
from desktop_app.prose import mark, tr
from desktop_app.protocol.commands import Answerer
from desktop_app.protocol.service_calls import (
    HearVoice,
    ListModels,
    ListVoices,
    ModelList,
    ModelRow,
    VoiceRow,
    VoiceRows,
)
from desktop_app.sentences import SENTENCES, sentence_of
from desktop_app.settings import Settings
from desktop_app.state.app_state import Conversation, Service
from desktop_app.ui import wording
from desktop_app.ui.chat.next_turn import NextTurn
from desktop_app.ui.models.answering import Answering
from desktop_app.ui.models.choice_browser import Scope
from desktop_app.ui.panels.failure import failure_words
from desktop_app.ui.settings.settings_keeper import SettingsKeeper
from desktop_app.ui.settings.settings_page import SettingsPage
from desktop_app.ui.voices.voice_picker import VoicePicker
from desktop_app.ui.wires import Wires

_LOADING = mark("Looking for voices…")
_NONE = mark("The service names no voices.")
_NAMES = "voice_names"
_HEAR = "hear voice"


class VoicesWiring(QObject):
    """Who hears and who speaks. Main thread only.

    Args:
        answering: Says so for the open thread.
        next_turn: Says so for the next turn.
        keeper: Says so for threads that name nobody.
    """

    def __init__(
        self, wires: Wires, answering: Answering, next_turn: NextTurn, keeper: SettingsKeeper
    ) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._window = wires.window
        self._answering = answering
        self._next_turn = next_turn
        self._keeper = keeper
        self._voices: tuple[VoiceRow, ...] = ()
        self._listening: tuple[ModelRow, ...] = ()
        self._speaking: tuple[ModelRow, ...] = ()
        self._is_for_all = False
        self._is_heard = False
        self._told: set[tuple[str, str]] = set()
        self._page: SettingsPage | None = None
        self.picker = VoicePicker(wires.window.look, wires.window)
        browser = self.picker.browser
        browser.chosen.connect(self._on_chosen)
        browser.hear_requested.connect(self._on_hear)
        browser.retry_requested.connect(self._load)
        wires.window.pane.header.voice_requested.connect(self.open_picker)
        next_turn.changed.connect(self._show_header)
        keeper.changed.connect(self._on_settings)
        wires.store.threads_changed.connect(self._on_threads_changed)
        wires.store.conversation_changed.connect(self._on_conversation)
        wires.store.service_changed.connect(self._on_service)

    # ---- opening ------------------------------------------------------------------------------

    def open_picker(self) -> None:
        """Choose for the open thread or its next turn."""
        self._window.pane.show_page("")
        self._open(self._window.pane.header.voice_chip, is_for_all=False)

    def adopt_page(self, page: SettingsPage) -> None:
        """The settings are shown; their card opens the picker too."""
        if self._page is None:
            page.voices.choose_requested.connect(self._on_choose_for_all)
        self._page = page
        self._on_settings(self._keeper.settings)

    def _on_choose_for_all(self) -> None:
        if self._page is not None:
            self._open(self._page.voices.choose, is_for_all=True)

    def _open(self, anchor: QWidget, *, is_for_all: bool) -> None:
        self._is_for_all = is_for_all
        self.picker.browser.begin(is_for_all=is_for_all)
        self.picker.open_below(anchor)
        if self._voices:
            self._show()
        else:
            self._load()

    # ---- what the service has -----------------------------------------------------------------

    def _on_service(self, service: Service) -> None:
        """Another service, or the same one with other keys, has other voices."""
        if service.connection is Connection.READY:
            self._voices = ()

    def _load(self) -> None:
        browser = self.picker.browser
        browser.show_voices((), (), (), Answerer())
        browser.show_note(tr(_LOADING))
        self._wires.run(self._ask, "list voices")

    async def _ask(self) -> None:
        asks = self._wires.asks
        try:
            listening = await asks.ask(ListModels("stt"))
            speaking = await asks.ask(ListModels("tts"))
            voices = await asks.ask(ListVoices())
        except AppError as error:
            self.picker.browser.show_note(failure_words(error, has_retry=True), can_retry=True)
            return
        if isinstance(listening, ModelList) and isinstance(speaking, ModelList):
            self._listening, self._speaking = listening.models, speaking.models
        if isinstance(voices, VoiceRows):
            self._voices = voices.voices
            self._show()

    def _show(self) -> None:
        browser = self.picker.browser
        browser.show_voices(self._voices, self._listening, self._speaking, self._now())
        if not self._voices:
            browser.show_note(tr(_NONE), can_retry=True)

    def _now(self) -> Answerer:
        """Who hears and speaks, of what is being chosen for."""
        return self._usual() if self._is_for_all else self._answering.who.over(self._usual())

    def _profile(self, settings: Settings) -> str:
        """Whose voices these are: another service may be chosen for the next start."""
        known = self._wires.store.state.service.profile
        return known or key_of(settings, settings.profile)

    def _with_usual(self, who: Answerer, settings: Settings) -> Settings:
        chosen = {"heard_by": who.heard_by, "spoken_by": who.spoken_by, "voice": who.voice}
        return settings.with_speech(self._profile(settings), **chosen)

    def _usual(self) -> Answerer:
        settings = self._keeper.settings
        own = settings.speech_at(self._profile(settings))
        return Answerer(heard_by=own.heard_by, spoken_by=own.spoken_by, voice=own.voice)

    # ---- hearing one --------------------------------------------------------------------------

    def _on_hear(self, voice: VoiceRow, model: str) -> None:
        if self._is_heard:
            self._show_heard(False)
            self._wires.run(_nothing, _HEAR)  # in place of what is heard
            return
        self._show_heard(True)
        wish = HearVoice(voice.provider, voice.id, model, voice.language)
        self._wires.run(partial(self._hear, wish), _HEAR)

    async def _hear(self, wish: HearVoice) -> None:
        self.picker.browser.show_note("")
        try:
            await self._wires.asks.ask(wish)
        except AppError as error:
            is_said = error.code in SENTENCES
            words = sentence_of(error.code, error.facts) if is_said else failure_words(error)
            self.picker.browser.show_note(words)
        self._show_heard(False)

    def _show_heard(self, is_heard: bool) -> None:
        self._is_heard = is_heard
        self.picker.browser.show_hearing(is_heard)

    # ---- choosing -----------------------------------------------------------------------------

    def _on_chosen(self, who: Answerer, scope: Scope) -> None:
        self.picker.close_panel()
        self._remember(who)
        match scope:
            case Scope.THREAD:
                self._next_turn.want_speech(self._answering.thread_id, Answerer())
                self._answering.use_speech(who.heard_by, who.spoken_by, who.voice)
            case Scope.MESSAGE:
                self._next_turn.want_speech(self._answering.opened(), who)
            case Scope.NEW_THREADS:
                self._choose_for_all(who)
        self._show_header()

    def _choose_for_all(self, who: Answerer) -> None:
        self._keeper.replace_as_read(partial(self._with_usual, who))
        if not self._is_for_all:
            facts = {"title": self._voice_words(who)}
            self._wires.notify(Notice(NoticeLevel.INFO, "voice.for_all_threads", facts))

    def _names(self) -> dict[str, str]:
        try:
            known = json.loads(self._window.recall(_NAMES) or "{}")
        except ValueError:
            return {}
        return {str(key): str(name) for key, name in known.items()} if known else {}

    def _remember(self, who: Answerer) -> None:
        """Names, as ids need not say much."""
        name = next((one.label for one in self._voices if one.id == who.voice), "")
        if name and name != who.voice:
            self._window.remember(_NAMES, json.dumps({**self._names(), who.voice: name}))

    def _voice_words(self, who: Answerer) -> str:
        """Whom replies are spoken as."""
        if who.voice:
            return self._names().get(who.voice, who.voice)
        return wording.peer_words(who.spoken_by)

    # ---- showing ------------------------------------------------------------------------------

    def _on_settings(self, _settings: Settings) -> None:
        if self._page is not None:
            usual = self._usual()
            speaks = " · ".join(
                dict.fromkeys(filter(None, (self._voice_words(usual), _model_words(usual))))
            )
            self._page.voices.show_words(
                wording.peer_words(usual.heard_by) or tr("Automatic"),
                speaks or tr("Automatic"),
            )
        self._show_header()

    def _on_threads_changed(self, _state: object) -> None:
        self._show_header()

    def _on_conversation(self, conversation: Conversation) -> None:
        self._show_header()
        self._tell_others(conversation)

    def _show_header(self) -> None:
        """The voice of the next turn, of the thread, or of the settings."""
        once = self._next_turn.speech_of(self._answering.thread_id)
        is_once = once != Answerer()
        who = once if is_once else self._answering.who.over(self._usual())
        self._window.pane.header.show_voice(self._voice_words(who), is_once=is_once)

    def _tell_others(self, conversation: Conversation) -> None:
        """Say it once where the service spoke as somebody else: it has no such choice."""
        wanted = self._answering.who.spoken_by
        last = conversation.messages[-1] if conversation.messages else None
        if not wanted or last is None or not last.spoken_by:
            return
        told = (wanted, last.spoken_by)
        if last.wishes.spoken_by or wanted == last.spoken_by or told in self._told:
            return
        self._told.add(told)
        facts = {"title": wording.peer_words(last.spoken_by), "reason": wording.peer_words(wanted)}
        self._wires.notify(Notice(NoticeLevel.INFO, "voice.other_spoke", facts))


def _model_words(who: Answerer) -> str:
    return wording.peer_words(who.spoken_by)


async def _nothing() -> None:
    """Takes the place of what runs."""
