"""Between the assistants of the service, their page and the thread that is open."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from desktop_app.errors import AppError
from desktop_app.link.messages import Connection, Notice, NoticeLevel
from desktop_app.prose import mark, tr
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.service_calls import (
    AssistantCloned,
    AssistantList,
    AssistantSaved,
    CloneAssistant,
    DeleteAssistant,
    ListAssistants,
    SaveAssistant,
)
from desktop_app.state.app_state import AppState, Service
from desktop_app.ui import wording
from desktop_app.ui.assistants.assistant_form import Written, draft_of, written_of
from desktop_app.ui.assistants.assistants_page import (
    NO_ASSISTANTS,
    AssistantsPage,
    assistant_row,
)
from desktop_app.ui.found_menu import FoundMenu
from desktop_app.ui.models.answering import Answering
from desktop_app.ui.panels.deletions import Deletions
from desktop_app.ui.panels.failure import failure_words
from desktop_app.ui.panels.files_wiring import FilesWiring
from desktop_app.ui.wires import Wires

ASSISTANTS = "assistants"
_LOADING = mark("Looking for assistants…")
_NEW = "new"
_SAVED = "assistant.saved"
_MODEL_OF = "assistant_model/"


class AssistantsWiring(QObject):
    """Lists, changes, copies and deletes assistants, and lets one answer. Main thread only.

    What is written of one and not saved stays while the window is open.

    Args:
        answering: Says who answers in the open thread.
    """

    def __init__(self, wires: Wires, answering: Answering) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._window = wires.window
        self._answering = answering
        self._page: AssistantsPage | None = None
        self._files: FilesWiring | None = None
        self._assistants: tuple[Assistant, ...] = ()
        self._own_id = ""
        self._is_loaded = False
        self._edited = ""
        self._unsaved: dict[str, Written] = {}
        self._menu: FoundMenu | None = None
        self.deletions = Deletions(self)
        self.deletions.changed.connect(self._show)
        pane = wires.window.pane
        pane.add_page(ASSISTANTS, self._make_page)
        pane.page_changed.connect(self._on_page_changed)
        pane.header.assistant_requested.connect(self._on_chip)
        wires.window.assistants_requested.connect(self._toggle_page)
        wires.store.threads_changed.connect(self._on_threads_changed)
        wires.store.service_changed.connect(self._on_service)

    def _make_page(self, parent: QWidget) -> AssistantsPage:
        page = self._page = AssistantsPage(self._window.look, parent)
        page.new_requested.connect(self._on_new)
        page.rows.acted.connect(self._on_acted)
        page.rows.retry_requested.connect(self.load)
        page.form.changed.connect(self._on_written)
        page.form.save_requested.connect(self._on_save)
        page.form.closed.connect(self._on_form_closed)
        self._files = FilesWiring(self._wires, page.documents)
        return page

    def settle(self) -> bool:
        """Do at once what could still have been undone; whether there was anything."""
        has_files = self._files is not None and self._files.deletions.settle()
        return self.deletions.settle() or has_files

    # ---- the list -----------------------------------------------------------------------------

    def load(self) -> None:
        """Ask for the assistants anew."""
        if self._page is not None and not self._assistants:
            self._page.rows.show_note(tr(_LOADING))
        self._wires.run(self._load, "list assistants")

    async def _load(self) -> None:
        try:
            answer = await self._wires.asks.ask(ListAssistants())
        except AppError as error:
            if self._page is not None:
                self._page.rows.show_note(failure_words(error, has_retry=True), can_retry=True)
            return
        if isinstance(answer, AssistantList):
            self._assistants, self._own_id = answer.assistants, answer.own_id
            self._is_loaded = True
            self._show()

    def _on_service(self, service: Service) -> None:
        """Another service has other assistants."""
        if service.connection is Connection.READY:
            self._is_loaded = False
            if self._answering.who.assistant_id or self._is_page_shown():
                self.load()

    def _is_page_shown(self) -> bool:
        return self._window.pane.page == ASSISTANTS

    def _on_page_changed(self, name: str) -> None:
        if name == ASSISTANTS:
            self._window.close_overlays()
            self.load()

    def _toggle_page(self) -> None:
        self._window.pane.show_page("" if self._is_page_shown() else ASSISTANTS)

    def _on_threads_changed(self, _state: AppState) -> None:
        if self._answering.who.assistant_id and not self._is_loaded:
            self.load()
        self._show()

    def _show(self) -> None:
        chosen = self._answering.who.assistant_id or self._own_id
        name = self._name_of(self._answering.who.assistant_id)
        self._window.pane.header.show_assistant(name)
        if self._page is None:
            return
        rows = [
            assistant_row(
                one,
                is_own=one.assistant_id == self._own_id,
                is_chosen=one.assistant_id == chosen,
                is_deleted=self.deletions.is_under_way(one.assistant_id),
            )
            for one in self._assistants
        ]
        self._page.show_assistants(rows)
        if self._is_loaded:
            self._page.rows.show_note("" if rows else tr(NO_ASSISTANTS))

    def _named(self, assistant_id: str) -> Assistant | None:
        return next((one for one in self._assistants if one.assistant_id == assistant_id), None)

    def _name_of(self, assistant_id: str) -> str:
        if not assistant_id:
            return ""
        found = self._named(assistant_id)
        if found is not None:
            return found.name
        return tr("an assistant that is gone") if self._is_loaded else "…"

    # ---- who answers --------------------------------------------------------------------------

    def _on_chip(self) -> None:
        self._wires.run(self._open_menu, "assistants menu")

    async def _open_menu(self) -> None:
        if not self._is_loaded:
            await self._load()
        chip = self._window.pane.header.assistant_chip
        menu = self._menu = FoundMenu(chip)
        chosen = self._answering.who.assistant_id
        others = [one for one in self._assistants if one.assistant_id != self._own_id]
        choices = [("", wording.NAME), *((one.assistant_id, one.name) for one in others)]
        for assistant_id, name in choices:  # typing finds one, and a long menu scrolls
            action = menu.add_name(name)
            action.setCheckable(True)
            action.setChecked(assistant_id == chosen)
            action.triggered.connect(partial(self.use, assistant_id))
            if assistant_id == chosen:
                menu.setActiveAction(action)  # it is in view, however many there are
        menu.addSeparator()
        menu.addAction(tr("All assistants…"), self._toggle_page)
        menu.addAction(tr("All models…"), self._window.models_requested.emit)
        menu.addAction(tr("Everything that is remembered…"), self._window.memories_requested.emit)
        asking = partial(self._window.pane.show_page, "questions")
        menu.addAction(tr("Questions with set answers…"), asking)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(chip.mapToGlobal(QPoint(0, chip.height() + 4)))

    def use(self, assistant_id: str, _is_checked: bool = False) -> None:
        """Let it answer in the open thread, with the model that its threads begin with."""
        if assistant_id == self._own_id:
            assistant_id = ""
        if assistant_id == self._answering.who.assistant_id:
            return
        self._answering.use_assistant(assistant_id, self._model_of(assistant_id))
        if self._wires.store.state.conversation.messages:
            facts = {"title": self._name_of(assistant_id) or wording.NAME}
            self._wires.notify(Notice(NoticeLevel.INFO, "assistant.begins", facts))
        self._show()

    def _model_of(self, assistant_id: str) -> str:
        return self._window.recall(_MODEL_OF + assistant_id) if assistant_id else ""

    # ---- one of them --------------------------------------------------------------------------

    def _on_new(self) -> None:
        self._edit(_NEW, tr("New assistant"), Written())

    def _on_acted(self, assistant_id: str, action: str) -> None:
        found = self._named(assistant_id)
        if found is None:
            return
        match action:
            case "undo":
                self.deletions.undo(assistant_id)
            case "use":
                self.use(assistant_id)
                self._window.pane.show_page("")
            case "edit":
                self._edit(assistant_id, found.name, self._written_of(found))
            case "clone":
                name = tr("{name}, a copy").format(name=found.name)
                asked = CloneAssistant(assistant_id, name)
                self._wires.run(partial(self._clone, asked), f"clone {assistant_id}")
            case "delete":
                self.deletions.begin(assistant_id, partial(self._delete, assistant_id))
                if self._edited == assistant_id:
                    self._on_form_closed()

    def _written_of(self, assistant: Assistant) -> Written:
        return written_of(assistant, self._model_of(assistant.assistant_id))

    def _edit(
        self, assistant_id: str, title: str, written: Written, *, keeps_place: bool = False
    ) -> None:
        if self._page is None or self._files is None:
            return
        self._edited = assistant_id
        self._page.form.show_written(self._unsaved.get(assistant_id, written))
        has_documents = assistant_id != _NEW
        self._page.open_form(title, has_documents=has_documents, keeps_place=keeps_place)
        if assistant_id != _NEW:
            self._files.show_assistant(assistant_id)

    def _on_written(self) -> None:
        if self._page is not None and self._edited:
            self._unsaved[self._edited] = self._page.form.written
            self._wires.dismiss(_SAVED)

    def _on_form_closed(self) -> None:
        edited, self._edited = self._edited, ""
        self._unsaved.pop(edited, None)
        if self._page is not None:
            self._page.close_form(edited)

    def _on_save(self) -> None:
        if self._page is None:
            return
        edited = self._edited
        written = self._page.form.written
        self._wires.run(partial(self._save, edited, written), f"save assistant {edited}")

    async def _save(self, edited: str, written: Written) -> None:
        question = SaveAssistant(draft_of(written), "" if edited == _NEW else edited)
        try:
            answer = await self._wires.asks.ask(question)
        except AppError as error:
            if self._page is not None and self._edited == edited:
                self._page.show_failure(failure_words(error))
            return
        if not isinstance(answer, AssistantSaved):
            return
        saved = answer.assistant
        self._window.remember(_MODEL_OF + saved.assistant_id, written.model)
        self._unsaved.pop(edited, None)
        if self._edited == edited:
            written = self._written_of(saved)
            self._edit(saved.assistant_id, saved.name, written, keeps_place=True)
        self._wires.notify(Notice(NoticeLevel.INFO, _SAVED, {"title": saved.name}))
        await self._load()

    async def _clone(self, asked: CloneAssistant) -> None:
        try:
            answer = await self._wires.asks.ask(asked)
        except AppError as error:
            if self._page is not None:
                self._page.rows.show_note(failure_words(error, has_retry=True), can_retry=True)
            return
        if isinstance(answer, AssistantCloned):
            model = self._model_of(asked.assistant_id)
            self._window.remember(_MODEL_OF + answer.assistant.assistant_id, model)
        await self._load()

    def _delete(self, assistant_id: str) -> None:
        if self._answering.who.assistant_id == assistant_id:
            self._answering.use_assistant("", "")
        self._assistants = tuple(
            one for one in self._assistants if one.assistant_id != assistant_id
        )
        self._wires.run(partial(self._delete_now, assistant_id), f"delete {assistant_id}")

    async def _delete_now(self, assistant_id: str) -> None:
        try:
            await self._wires.asks.ask(DeleteAssistant(assistant_id))
        except AppError as error:
            if error.code != "http.404" and self._page is not None:
                self._page.rows.show_note(failure_words(error, has_retry=True), can_retry=True)
                return
        await self._load()
