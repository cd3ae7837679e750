"""Connects the parts of the window: what people ask for, and what is shown of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRect, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from desktop_app.credentials import Credentials
from desktop_app.link.device_messages import (
    SwitchMicrophone,
)
from desktop_app.link.keeping import CancelImport
from desktop_app.link.messages import (
    CancelTalk,
    Intent,
    Notice,
    StartVoice,
    StopReply,
    StopVoice,
)
from desktop_app.paths import Paths
from desktop_app.profiles import EMBEDDED
from desktop_app.state.app_state import Service
from desktop_app.ui.assistants.assistants_wiring import AssistantsWiring
from desktop_app.ui.chat.chat_wiring import ChatWiring, is_replying
from desktop_app.ui.chat.find_wiring import FindWiring
from desktop_app.ui.chat.tool_wiring import ToolWiring
from desktop_app.ui.compose.attachment_wiring import AttachmentWiring
from desktop_app.ui.compose.note_wiring import NoteWiring
from desktop_app.ui.gallery.gallery_wiring import GalleryWiring
from desktop_app.ui.journal_pages import JournalPages, Reader, Worker
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.models.answering import Answering
from desktop_app.ui.models.models_wiring import ModelsWiring
from desktop_app.ui.panels.panels_wiring import PanelsWiring
from desktop_app.ui.passing_notices import PassingNotices
from desktop_app.ui.questions.questions_wiring import QuestionsWiring
from desktop_app.ui.service_asks import Asks, ServiceAsks
from desktop_app.ui.settings.settings_wiring import SettingsWiring
from desktop_app.ui.settings.storage_wiring import StorageWiring
from desktop_app.ui.store import AppStore
from desktop_app.ui.threads.thread_wiring import ThreadWiring
from desktop_app.ui.voice.microphone_page import microphone_page
from desktop_app.ui.voice.voice_wiring import VoiceWiring
from desktop_app.ui.voices.voices_wiring import VoicesWiring
from desktop_app.ui.welcome.welcome_wiring import WelcomeWiring
from desktop_app.ui.wires import InBackground, Wires

_SETTINGS = {"tools.no_command": "tools.command"}  # what a notice is about, where not the service


class Wiring:
    """Between views, store, journal and link; holds no widget's details. Main thread only.

    Threads, chat and voice have wirings of their own; here is what concerns them all.

    Args:
        send: Takes intents for the engine.
        on_worker: Runs a blocking call on a worker thread.
        run: Starts a named coroutine; a running one of that name is cancelled.
        asks: Asks the service; through ``send`` where nobody else does.
        folders: Where files are.
        credentials: Keeps keys, or what is known of them where there is no keyring.
    """

    def __init__(  # noqa: PLR0913 - the one place where both ends meet
        self,
        window: MainWindow,
        store: AppStore,
        reader: Reader,
        send: Callable[[Intent], None],
        *,
        on_worker: Worker,
        run: InBackground,
        folders: Paths,
        asks: Asks | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        self._window = window
        self._store = store
        self._send = send
        self._wires = wires = Wires(
            window,
            store,
            JournalPages(store, reader, on_worker),
            send,
            run,
            asks or _asks_through(send, store),
            on_worker,
            folders,
        )
        self.threads = ThreadWiring(wires)
        self.chat = ChatWiring(wires, self.threads)
        self.attachments = AttachmentWiring(wires, self.chat)
        self.notes = NoteWiring(wires, self.attachments)
        self.find = FindWiring(wires, window.look)
        self.gallery = GalleryWiring(wires, self.threads, self.chat)
        self.settings = SettingsWiring(wires, credentials)
        self.storage = StorageWiring(
            wires, self.settings, self.threads.files, self.attachments.cleaning
        )
        self.tools = ToolWiring(wires, self.settings.keeper)
        self.voice = VoiceWiring(wires, self.threads, self.settings.choose_talk_mode)
        self.welcome = WelcomeWiring(wires, self.settings)
        self.chat.pictures.chosen.connect(self.gallery.open_inline)
        self.chat.pictures.menu_wanted.connect(self.gallery.show_menu)
        self.panels = PanelsWiring(wires, self.threads)
        answering = Answering(wires, self.threads)
        self.assistants = AssistantsWiring(wires, answering)
        self.models = ModelsWiring(wires, answering, self.chat.next_turn, self.settings.keeper)
        self.voices = VoicesWiring(wires, answering, self.chat.next_turn, self.settings.keeper)
        self.questions = QuestionsWiring(wires, self.chat)
        self.settings.page_shown.connect(self.voices.adopt_page)
        self._discarding = (self.chat.steps.discarding, self.attachments.discarding)
        self.passing = PassingNotices(wires)
        self._connect()

    def start(self, *, opens_newest: bool = True) -> None:
        """Read the threads and open the newest."""
        self.threads.start(opens_newest=opens_newest)

    def settle(self) -> bool:
        """Begin at once what could still have been undone; whether there was anything."""
        self.threads.deletion.settle()
        discarded = [one.settle() for one in self._discarding]
        return any([self.assistants.settle(), self.panels.settle(), *discarded])

    def _connect(self) -> None:
        pane = self._window.pane
        self._window.escape_pressed.connect(self._on_escape)
        self._window.gallery_toggled.connect(self._on_gallery_toggled)
        QShortcut(QKeySequence("Shift+Esc"), self._window, self._on_write)
        if sys.platform not in ("win32", "darwin"):  # Qt knows the menu key alone elsewhere
            QShortcut(QKeySequence("Shift+F10"), self._window, self._on_menu)
        assert pane.notices is not None  # the window is furnished as a whole, before this
        pane.notices.action_chosen.connect(self._on_notice_action)
        pane.notices.dismissed.connect(self._wires.dismiss)
        self._store.service_changed.connect(self._show_service)
        self._store.notices_changed.connect(self._show_notices)

    def _show_service(self, service: Service) -> None:
        told = (service.connection, service.called, service.retry_in_s)
        self._window.threads.connection.show_connection(*told)
        self._window.pane.header.show_connection(*told)
        if self._window.pane.invitation is not None and service.profile:
            self._window.pane.invitation.show_service(is_embedded=service.profile == EMBEDDED)

    def _show_notices(self, notices: tuple[Notice, ...]) -> None:
        pane = self._window.pane
        if pane.notices is not None:
            pane.notices.show_notices(notices)
            pane.arrange()

    def _on_escape(self) -> None:
        if self.notes.discard():
            return
        ending = self._ending()
        if ending is not None:
            self._send(ending)
        else:
            self._close_one()

    def _ending(self) -> Intent | None:
        """What ends that which is said, heard or written by a model just now."""
        state = self._store.state
        if state.sounding or state.voice.phase in ("speaking", "paused", "thinking"):
            return StopReply()
        if state.voice.is_voice_on:
            return StopVoice()
        if state.voice.phase == "hearing":
            return CancelTalk()
        if is_replying(state.conversation):
            return StopReply()
        return None

    def _close_one(self) -> None:
        """Close what lies over or stands in place of the conversation, the uppermost first."""
        if self.gallery.close_viewer():
            pass
        elif self._window.has_overlay:
            self._window.close_overlays()
        elif self._window.pane.page:
            self._window.pane.show_page("")
        elif self.chat.steps.editing.give_up():
            pass
        elif self._window.is_right_open:
            self._window.toggle_right()

    def _on_write(self) -> None:
        """Put the cursor where messages are written, whatever stands in its place."""
        self._window.pane.show_page("")
        self._window.close_overlays()
        self._window.pane.composer.setFocus()

    def _on_menu(self) -> None:
        """Ask what has the keys for its menu, as the menu key does."""
        focus = QApplication.focusWidget()
        if focus is None:
            return
        cursor: QRect = focus.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
        place = cursor.center()
        by_keyboard = QContextMenuEvent.Reason.Keyboard
        event = QContextMenuEvent(by_keyboard, place, focus.mapToGlobal(place))
        QApplication.sendEvent(focus, event)

    def _on_gallery_toggled(self) -> None:
        pane = self._window.pane
        pane.show_page("" if pane.page == "gallery" else "gallery")

    def _on_notice_action(self, notice: Notice) -> None:
        match notice.action:
            case "undo":
                self._undo(notice)
            case "retry" if notice.subject:
                self.chat.retry(notice.subject)
            case "retry" | "settings":
                self._mend(notice)
            case "switch_microphone":
                self._send(SwitchMicrophone(notice.subject))
            case "stop_export":
                self.threads.files.stop()
            case "stop_import":
                self._send(CancelImport())
            case "show_file":
                folder = Path(notice.facts["file"]).parent
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
            case "interrupt":
                self._send(StopReply())
        self._wires.dismiss(notice.code)

    def _mend(self, notice: Notice) -> None:
        """Try the microphone again, or go where what is amiss can be changed."""
        page = microphone_page(notice.code, notice.facts)
        if page and notice.action == "settings":
            QDesktopServices.openUrl(QUrl(page))
        elif notice.code.startswith(("device.", "voice.")):
            self._send(StartVoice(self.threads.opened()))
        elif notice.action == "settings":
            self.settings.open_at(_SETTINGS.get(notice.code, "profile"))

    def _undo(self, notice: Notice) -> None:
        for one in (*self._discarding, self.gallery.deletion):
            if notice.code in one.codes:
                one.undo()
                return
        self.threads.deletion.undo()


def _asks_through(send: Callable[[Intent], None], store: AppStore) -> ServiceAsks:
    asks = ServiceAsks(send)
    store.answered.connect(asks.on_event)
    store.engine_lost.connect(asks.on_engine_lost)
    return asks
