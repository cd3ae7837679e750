"""What a screen reader says without being asked: states, finished replies, notices."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.messages import Notice
from desktop_app.sentences import failure_sentence, sentence_of
from desktop_app.state.app_state import AppState, Conversation
from desktop_app.ui import wording
from desktop_app.ui.store import AppStore

STATUS_EVERY_MS = 7_000
_READ_ALOUD = (MessageStatus.COMPLETE, MessageStatus.FAILED)


class Announcer(QObject):
    """Speaks at most one status every 7 s, replies when they are whole, notices at once.

    A reply that is heard as sound is not read a second time.

    Args:
        say: Hands one sentence to the screen reader.
    """

    def __init__(self, store: AppStore, say: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._say = say
        self._phase = ""
        self._thread_id = ""
        self._was_loaded = False
        self._told: set[str] = set()
        self._notices: tuple[Notice, ...] = ()
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(STATUS_EVERY_MS)
        store.voice_changed.connect(self._on_voice)
        store.conversation_changed.connect(self._on_conversation)
        store.notices_changed.connect(self._on_notices)

    def _on_voice(self, state: AppState) -> None:
        phase = state.voice.phase
        if phase == self._phase:
            return
        self._phase = phase
        if phase != "ready" and not self._quiet.isActive():
            self._quiet.start()
            self._say(wording.phase_word(phase, is_muted=state.voice.is_muted))

    def _on_conversation(self, conversation: Conversation) -> None:
        whole = [one for one in conversation.messages[-3:] if _is_whole_reply(one)]
        fresh = [one for one in whole if one.id not in self._told]
        if conversation.thread_id != self._thread_id:
            self._thread_id, self._was_loaded = conversation.thread_id, False
        if not self._was_loaded:
            fresh = []  # what stood there when the thread was opened is no news
        self._was_loaded = conversation.is_loaded
        self._told.update(one.id for one in whole)
        for reply in fresh:
            if not reply.is_spoken:
                self._say(f"{wording.NAME}: {reply.text or failure_sentence(reply.error)}")

    def _on_notices(self, notices: tuple[Notice, ...]) -> None:
        known = {notice.code for notice in self._notices}
        for notice in notices:
            is_progress = notice.code.endswith(".running") and notice.code in known
            if notice not in self._notices and not is_progress:
                self._say(sentence_of(notice.code, notice.facts))
        self._notices = notices


def _is_whole_reply(message: MessageRecord) -> bool:
    return message.role is Role.ASSISTANT and message.status in _READ_ALOUD


def say_through(widget: QWidget) -> Callable[[str], None]:
    """A ``say`` that hands the sentence to the system's screen reader, if one listens."""

    def say(sentence: str) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))

    return say
