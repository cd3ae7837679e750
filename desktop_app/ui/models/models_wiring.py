"""Between the catalogue of models, the picker, the page and the thread that is open."""

from __future__ import annotations

import json
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.errors import AppError
from desktop_app.journal.records import MessageRecord
from desktop_app.link.messages import Connection, Notice, NoticeLevel
from desktop_app.profiles import key_of
from desktop_app.prose import mark, tr
from desktop_app.protocol.service_calls import ListModels, ModelList, ModelRow
from desktop_app.settings import Settings
from desktop_app.state.app_state import Conversation, Service
from desktop_app.ui import wording
from desktop_app.ui.chat.next_turn import NextTurn
from desktop_app.ui.models.answering import Answering
from desktop_app.ui.models.choice_browser import Scope
from desktop_app.ui.models.model_browser import ModelBrowser
from desktop_app.ui.models.model_picker import ModelPicker
from desktop_app.ui.models.models_page import ModelsPage
from desktop_app.ui.panels.failure import failure_words
from desktop_app.ui.settings.settings_keeper import SettingsKeeper
from desktop_app.ui.wires import Wires

MODELS = "models"
_LOADING = mark("Looking for models…")
_NONE = mark("The service names no models of this kind.")
_RECENT = "recent_models"
_MOST_RECENT = 6


class ModelsWiring(QObject):
    """Which model answers. Main thread only.

    Args:
        answering: Says so for the open thread.
        next_turn: Says so for the next message.
        keeper: Says so for new threads.
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
        self._lists: dict[str, tuple[ModelRow, ...]] = {}
        self._kind = "llm"
        self._reply_model = ""
        self._page: ModelsPage | None = None
        self.picker = ModelPicker(wires.window.look, wires.window)
        self._connect(self.picker.browser)
        pane = wires.window.pane
        pane.add_page(MODELS, self._make_page)
        pane.page_changed.connect(self._on_page_changed)
        pane.header.model_requested.connect(self.open_picker)
        wires.window.model_requested.connect(self.open_picker)
        wires.window.models_requested.connect(self._toggle_page)
        next_turn.changed.connect(self._show_header)
        wires.store.threads_changed.connect(self._on_threads_changed)
        wires.store.conversation_changed.connect(self._on_conversation)
        wires.store.service_changed.connect(self._on_service)

    def _connect(self, browser: ModelBrowser) -> None:
        browser.chosen.connect(self._on_chosen)
        browser.retry_requested.connect(self._load)

    def _make_page(self, parent: QWidget) -> ModelsPage:
        self._page = ModelsPage(self._window.look, parent)
        self._page.kind_chosen.connect(self._on_kind)
        self._connect(self._page.browser)
        return self._page

    # ---- opening ------------------------------------------------------------------------------

    def open_picker(self) -> None:
        """Choose a model for the open thread or its next message."""
        self._window.pane.show_page("")
        self._kind = "llm"
        self.picker.open_below(self._window.pane.header.model_chip)
        self._show_or_load()

    def _toggle_page(self) -> None:
        pane = self._window.pane
        pane.show_page("" if pane.page == MODELS else MODELS)

    def _on_page_changed(self, name: str) -> None:
        if name == MODELS and self._page is not None:
            self._window.close_overlays()
            self._kind = self._page.kind
            self._show_or_load()

    def _on_kind(self, kind: str) -> None:
        self._kind = kind
        self._show_or_load()

    # ---- the catalogue ------------------------------------------------------------------------

    def _on_service(self, service: Service) -> None:
        """Another service, or the same one with other keys, has other models."""
        if service.connection is Connection.READY:
            self._lists.clear()
        self._show_header()

    def _show_or_load(self) -> None:
        if self._kind in self._lists:
            self._show()
        else:
            self._load()

    def _load(self) -> None:
        for browser in self._browsers():
            browser.show_models(())
            browser.show_note(tr(_LOADING))
        self._wires.run(partial(self._ask, self._kind), "list models")

    async def _ask(self, kind: str) -> None:
        try:
            answer = await self._wires.asks.ask(ListModels(kind))
        except AppError as error:
            for browser in self._browsers():
                browser.show_note(failure_words(error, has_retry=True), can_retry=True)
            return
        if isinstance(answer, ModelList):
            self._lists[kind] = answer.models
            self._show()

    def _browsers(self) -> list[ModelBrowser]:
        return [self.picker.browser, *((self._page.browser,) if self._page else ())]

    def _show(self) -> None:
        models = self._lists.get(self._kind, ())
        for browser in self._browsers():
            browser.show_models(models, self._answering.who.model, self._recent())
            if not models:
                browser.show_note(tr(_NONE), can_retry=True)

    # ---- choosing -----------------------------------------------------------------------------

    def _on_chosen(self, model: ModelRow | None, scope: Scope) -> None:
        name = model.full_name if model is not None else ""
        self.picker.close_panel()
        if name:
            self._remember(name)
        match scope:
            case Scope.THREAD:
                self._next_turn.want(self._answering.thread_id, "")
                self._answering.use_model(name)
                self._window.pane.show_page("")
            case Scope.MESSAGE:
                self._next_turn.want(self._answering.opened(), name)
                self._window.pane.show_page("")
            case Scope.NEW_THREADS:
                self._keeper.replace_as_read(partial(self._with_usual, name))
                facts = {"title": wording.peer_words(name)}
                self._wires.notify(Notice(NoticeLevel.INFO, "model.for_new_threads", facts))
        self._show_header()

    def _with_usual(self, name: str, settings: Settings) -> Settings:
        """Of the service whose models these are: another one may be chosen for the next start."""
        profile = self._wires.store.state.service.profile or key_of(settings, settings.profile)
        return settings.with_speech(profile, model=name)

    def _recent(self) -> tuple[str, ...]:
        try:
            known = json.loads(self._window.recall(_RECENT) or "[]")
        except ValueError:
            return ()
        is_list = isinstance(known, list)
        return tuple(one for one in known if isinstance(one, str)) if is_list else ()

    def _remember(self, name: str) -> None:
        others = [one for one in self._recent() if one != name]
        self._window.remember(_RECENT, json.dumps([name, *others][:_MOST_RECENT]))

    # ---- the header ---------------------------------------------------------------------------

    def _on_threads_changed(self, _state: object) -> None:
        self._show_header()

    def _on_conversation(self, conversation: Conversation) -> None:
        self._reply_model = _model_of(conversation.messages)
        self._show_header()

    def _show_header(self) -> None:
        """The model of the next message, of the thread, or else of the last reply."""
        once = self._next_turn.model_of(self._answering.thread_id)
        model = once or self._answering.who.model or self._reply_model
        self._window.pane.header.show_model(model, is_once=bool(once))


def _model_of(messages: tuple[MessageRecord, ...]) -> str:
    """Whose words the last reply was; who judged says nothing of what answers next."""
    written = (one for one in reversed(messages) if one.details.judged is None)
    return next((one.model for one in written if one.model), "")
