"""Connects the parts of the window: what people ask for, and what is shown of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices

from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    Role,
    SearchHit,
    ThreadRecord,
)
from desktop_app.link.messages import (
    CancelTalk,
    DeleteThread,
    Intent,
    Notice,
    NoticeLevel,
    OpenThread,
    PressTalk,
    ReleaseTalk,
    RestoreThread,
    RetryMessage,
    SendText,
    SetMuted,
    StartVoice,
    StopReply,
    StopVoice,
    ToggleTalk,
)
from desktop_app.state import changes
from desktop_app.state.app_state import AppState, Conversation, Service
from desktop_app.ui import wording
from desktop_app.ui.journal_pages import JournalPages, Reader, Worker
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.store import AppStore
from desktop_app.ui.thread_rows import Row, ThreadRows, found_rows, thread_rows

UNDO_MS = 10_000
_SAFE_LINKS = ("http", "https", "mailto")

InBackground = Callable[[Callable[[], Awaitable[None]], str], None]


class Wiring:
    """Between views, store, journal and link; holds no widget's details. Main thread only.

    Args:
        send: Takes intents for the engine.
        on_worker: Runs a blocking call on a worker thread.
        run: Starts a named coroutine; a running one of that name is cancelled.
    """

    def __init__(
        self,
        window: MainWindow,
        store: AppStore,
        reader: Reader,
        send: Callable[[Intent], None],
        *,
        on_worker: Worker,
        run: InBackground,
    ) -> None:
        self._window = window
        self._store = store
        self._send = send
        self._pages = JournalPages(store, reader, on_worker)
        self._run = run
        self._rows = ThreadRows(window)
        self._hits: tuple[SearchHit, ...] = ()
        self._wanted_message = ""
        self._deleted: ThreadRecord | None = None
        self._undo = QTimer(window)
        self._undo.setSingleShot(True)
        self._undo.setInterval(UNDO_MS)
        self._undo.timeout.connect(self._on_undo_over)
        window.threads.use_rows(self._rows)
        self._connect_views()
        self._connect_store()

    def _connect_views(self) -> None:
        window, pane = self._window, self._window.pane
        window.new_requested.connect(self.new_thread)
        window.escape_pressed.connect(self._on_escape)
        window.mute_requested.connect(self._on_mute_key)
        window.voice_toggled.connect(self._on_voice_toggled)
        window.gallery_toggled.connect(self._on_gallery_toggled)
        window.talk_key.begun.connect(self._on_talk_begun)
        window.talk_key.ended.connect(self._on_talk_ended)
        window.talk_key.toggled.connect(self._on_talk_toggled)
        window.threads.thread_chosen.connect(self.open_thread)
        window.threads.delete_requested.connect(self._on_delete)
        window.threads.search_changed.connect(self._on_search)
        self._rows.more_wanted.connect(self._on_more_threads)
        pane.composer.send_requested.connect(self.send_text)
        pane.composer.stop_requested.connect(self._on_stop)
        pane.composer.voice_requested.connect(self._on_voice_toggled)
        assert pane.chat is not None  # the window is furnished as a whole, before this
        assert pane.invitation is not None
        assert pane.dock is not None
        assert pane.notices is not None
        pane.invitation.example_chosen.connect(self.send_text)
        pane.chat.retry_requested.connect(self._on_retry)
        pane.chat.older_wanted.connect(self._on_older_wanted)
        pane.chat.link_chosen.connect(self._on_link)
        pane.dock.mute_requested.connect(self._on_mute)
        pane.dock.end_requested.connect(self._on_end_voice)
        pane.notices.action_chosen.connect(self._on_notice_action)
        pane.notices.dismissed.connect(self._on_dismissed)

    def _connect_store(self) -> None:
        store = self._store
        store.threads_changed.connect(self._show_threads)
        store.conversation_changed.connect(self._show_conversation)
        store.voice_changed.connect(self._show_voice)
        store.service_changed.connect(self._show_service)
        store.levels_changed.connect(self._window.pane.show_levels)
        store.notices_changed.connect(self._show_notices)
        store.engine_came.connect(self._on_engine_came)

    # ---- state -> views -----------------------------------------------------------------

    def _show_threads(self, state: AppState) -> None:
        text = self._window.threads.search.text().strip()
        now = datetime.now()
        rows: tuple[Row, ...]
        if text:
            rows = found_rows(text, state.threads, self._hits, now)
        else:
            rows = thread_rows(state.threads, now)
        if state.are_threads_loaded:
            self._window.threads.show_rows(
                rows,
                has_more=state.has_more_threads and not text,
                open_thread=state.conversation.thread_id,
            )
        title = self._title_of(state.conversation.thread_id)
        self._window.pane.header.show_title(wording.as_written(title) or wording.UNTITLED)

    def _title_of(self, thread_id: str) -> str:
        threads = self._store.state.threads
        return next((thread.title for thread in threads if thread.id == thread_id), "")

    def _show_conversation(self, conversation: Conversation) -> None:
        pane, side = self._window.pane, self._window.side
        pane.show_conversation(conversation)
        if side is not None:
            side.show_messages(conversation.messages)
        reply = next((m for m in reversed(conversation.messages) if m.model), None)
        pane.header.show_model(reply.model if reply else "")
        pane.composer.show_replying(_is_replying(conversation))
        if self._wanted_message and pane.chat is not None:
            pane.chat.show_message(self._wanted_message)
            if any(m.id == self._wanted_message for m in conversation.messages):
                self._wanted_message = ""

    def _show_voice(self, state: AppState) -> None:
        self._window.pane.show_voice(state.voice, state.conversation.partial)

    def _show_service(self, service: Service) -> None:
        self._window.threads.connection.show_connection(
            service.connection, service.profile, service.retry_in_s
        )

    def _show_notices(self, notices: tuple[Notice, ...]) -> None:
        pane = self._window.pane
        if pane.notices is not None:
            pane.notices.show_notices(notices)
            pane.arrange()

    # ---- threads ------------------------------------------------------------------------

    def start(self, *, opens_newest: bool = True) -> None:
        """Read the threads and open the newest."""
        self._run(partial(self._read_threads, opens_newest), "threads")

    async def _read_threads(self, opens_newest: bool) -> None:
        await self._pages.threads()
        state = self._store.state
        if opens_newest and not state.conversation.thread_id:
            if state.threads:
                self.open_thread(state.threads[0].id)
            else:
                self.new_thread()

    def _on_engine_came(self) -> None:
        """It may have settled in the journal what a crash had cut."""
        self._run(self._pages.again, "read again")

    def _on_more_threads(self) -> None:
        self._run(partial(self._read_threads, False), "threads")

    def open_thread(self, thread_id: str, message_id: str = "") -> None:
        """Open a thread, at its end or at one message."""
        self._wanted_message = message_id
        if self._window.pane.is_gallery:
            self._on_gallery_toggled()
        self._window.close_overlays()
        if self._store.state.conversation.thread_id != thread_id:
            self._store.change(partial(changes.with_opened, thread_id=thread_id))
            self._send(OpenThread(thread_id))
            self._run(partial(self._pages.messages, thread_id), "messages")
        elif message_id:
            self._show_conversation(self._store.state.conversation)

    def new_thread(self) -> None:
        """Open an empty thread; the engine creates its row with the first message.

        The engine is told at once: the microphone belongs to the thread on screen alone.
        """
        thread_id = str(uuid.uuid4())
        self._store.change(partial(changes.with_opened, thread_id=thread_id, is_new=True))
        self._send(OpenThread(thread_id))
        self._window.close_overlays()
        self._window.pane.composer.setFocus()

    def _on_older_wanted(self) -> None:
        conversation = self._store.state.conversation
        if conversation.messages:
            before = conversation.messages[0].id
            self._run(partial(self._pages.messages, conversation.thread_id, before), "messages")

    def _on_search(self, text: str) -> None:
        self._run(partial(self._search, text), "search")

    async def _search(self, text: str) -> None:
        self._hits = await self._pages.search(text)
        self._show_threads(self._store.state)

    def _on_delete(self, thread_id: str) -> None:
        title = self._title_of(thread_id) or wording.UNTITLED
        was_open = self._store.state.conversation.thread_id == thread_id
        self._deleted = next((t for t in self._store.state.threads if t.id == thread_id), None)
        self._send(DeleteThread(thread_id))
        self._store.change(partial(changes.without_thread, thread_id=thread_id))
        notice = Notice(NoticeLevel.INFO, "thread.deleted", {"title": title}, "undo", thread_id)
        self._notify(notice)
        self._undo.start()
        if was_open:
            threads = self._store.state.threads
            if threads:
                self.open_thread(threads[0].id)
            else:
                self.new_thread()

    def _restore(self, thread_id: str) -> None:
        self._send(RestoreThread(thread_id))
        if self._deleted is not None and self._deleted.id == thread_id:
            self._store.change(partial(changes.with_thread, thread=self._deleted))
            self.open_thread(thread_id)

    def _on_undo_over(self) -> None:
        self._on_dismissed("thread.deleted")

    # ---- messages and voice -------------------------------------------------------------

    def send_text(self, text: str) -> None:
        """Show a typed message at once and send it."""
        thread_id = self._thread()
        message = MessageRecord(
            id=str(uuid.uuid4()),
            thread_id=thread_id,
            role=Role.USER,
            text=text,
            created_at=time.time(),
            status=MessageStatus.QUEUED,
        )
        self._store.change(partial(changes.with_typed, message=message))
        if self._window.pane.chat is not None:
            self._window.pane.chat.jump_to_latest()
        self._send(OpenThread(thread_id))
        self._send(SendText(thread_id, message.id, text))

    def _thread(self) -> str:
        if not self._store.state.conversation.thread_id:
            self.new_thread()
        return self._store.state.conversation.thread_id

    def _on_retry(self, message_id: str) -> None:
        self._send(RetryMessage(self._thread(), message_id))

    def _on_stop(self) -> None:
        self._send(StopReply())

    def _on_voice_toggled(self) -> None:
        if self._store.state.voice.is_voice_on:
            self._send(StopVoice())
        else:
            self._send(OpenThread(self._thread()))
            self._send(StartVoice(self._thread()))

    def _on_talk_begun(self) -> None:
        self._send(OpenThread(self._thread()))
        self._send(PressTalk(self._thread()))

    def _on_talk_ended(self) -> None:
        self._send(ReleaseTalk())

    def _on_talk_toggled(self) -> None:
        self._send(OpenThread(self._thread()))
        self._send(ToggleTalk(self._thread()))

    def _on_mute_key(self) -> None:
        self._on_mute(not self._store.state.voice.is_muted)

    def _on_mute(self, is_muted: bool) -> None:
        self._send(SetMuted(is_muted))

    def _on_end_voice(self) -> None:
        self._send(StopVoice() if self._store.state.voice.is_voice_on else StopReply())

    def _on_escape(self) -> None:
        state = self._store.state
        if state.voice.phase in ("speaking", "paused", "thinking"):
            self._send(StopReply())
        elif state.voice.is_voice_on:
            self._send(StopVoice())
        elif state.voice.phase == "hearing":
            self._send(CancelTalk())
        elif _is_replying(state.conversation):
            self._send(StopReply())
        elif self._window.pane.is_gallery:
            self._on_gallery_toggled()
        elif self._window.is_right_open:
            self._window.toggle_right()

    # ---- everything else ----------------------------------------------------------------

    def _on_gallery_toggled(self) -> None:
        pane = self._window.pane
        pane.show_gallery(not pane.is_gallery, self._store.state.conversation)

    def _on_link(self, address: str) -> None:
        url = QUrl(address)
        if url.scheme() in _SAFE_LINKS:
            QDesktopServices.openUrl(url)

    def _notify(self, notice: Notice) -> None:
        self._store.change(partial(changes.with_notice, notice=notice))

    def _on_dismissed(self, code: str) -> None:
        self._store.change(partial(changes.without_notice, code=code))

    def _on_notice_action(self, notice: Notice) -> None:
        match notice.action:
            case "undo":
                self._undo.stop()
                self._restore(notice.subject)
            case "retry" if notice.subject:
                self._on_retry(notice.subject)
            case "retry" | "settings" if notice.code.startswith(("device.", "voice.")):
                self._send(StartVoice(self._thread()))
            case "interrupt":
                self._send(StopReply())
        self._on_dismissed(notice.code)


def _is_replying(conversation: Conversation) -> bool:
    newest = conversation.messages[-3:]
    return any(message.status is MessageStatus.STREAMING for message in newest)
