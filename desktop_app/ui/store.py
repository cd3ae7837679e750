"""The owner of what is on screen: folds events, tells views at most 30 times a second."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace as with_fields
from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.link.asks import Answered, AskAdvanced
from desktop_app.link.carried_files import FilesCarried
from desktop_app.link.messages import LinkEvent, ReasoningGrew, ReplyGrew, Welcome
from desktop_app.link.thread_messages import NextTurnTaken
from desktop_app.state.app_state import AppState
from desktop_app.state.changes import with_engine_lost
from desktop_app.state.with_event import with_event

COALESCE_MS = 33

_Growth = ReplyGrew | ReasoningGrew


class AppStore(QObject):
    """Holds the one ``AppState``. Main thread only.

    Args:
        state: What an earlier store held; ``tell`` tells all of it.

    Signals:
        threads_changed: The new AppState; threads, or the thread that is open, differ.
        conversation_changed: The new Conversation.
        voice_changed: The new AppState; the phase, the device or the live words differ.
        service_changed: The new Service.
        playing_changed: The new Playing, or None: the recording that is being heard.
        levels_changed: The new Levels.
        notices_changed: The notices, oldest first.
        pictures_changed: Pictures were made, removed or brought back.
        devices_changed: The new Devices.
        importing_changed: How far an archive is taken in, or None.
        note_changed: How the voice note stands, a NoteChanged, or None.
        answered: News of a question to the service, at once: ``Answered`` or ``AskAdvanced``.
        next_turn_taken: Id of a thread whose spoken turn had whom was wished for it.
        files_carried: What went along with what was said, at once: ``FilesCarried``.
        engine_came: An engine has started and put the journal in order.
        engine_lost: The engine is gone; what was asked of it is not answered.
    """

    threads_changed = Signal(object)
    conversation_changed = Signal(object)
    voice_changed = Signal(object)
    service_changed = Signal(object)
    playing_changed = Signal(object)
    levels_changed = Signal(object)
    notices_changed = Signal(object)
    pictures_changed = Signal()
    devices_changed = Signal(object)
    importing_changed = Signal(object)
    note_changed = Signal(object)
    answered = Signal(object)
    files_carried = Signal(object)
    next_turn_taken = Signal(str)
    engine_came = Signal()
    engine_lost = Signal()

    def __init__(self, parent: QObject | None = None, state: AppState | None = None) -> None:
        super().__init__(parent)
        self._state = state or AppState()
        self._told = AppState()
        self._growing: list[_Growth] = []  # of one text, not yet folded
        self._repaint = QTimer(self)
        self._repaint.setSingleShot(True)
        self._repaint.setInterval(COALESCE_MS)
        self._repaint.timeout.connect(self.tell)

    @property
    def state(self) -> AppState:
        """Everything that is on screen, or will be with the next telling."""
        self._fold_growth()
        return self._state

    def apply(self, event: LinkEvent) -> None:
        """Fold one event of the engine into the state.

        What a reply or a thought grows by is gathered first: a long text is copied once for each
        picture of it, not once for each word.
        """
        if isinstance(event, Answered | AskAdvanced):
            self.answered.emit(event)
            return
        if isinstance(event, NextTurnTaken):
            self.next_turn_taken.emit(event.thread_id)
            return
        if isinstance(event, FilesCarried):
            self.files_carried.emit(event)
            return
        if isinstance(event, _Growth) and not _is_whole(event):
            self._gather(event)
            return
        self._replace(with_event(self.state, event))
        if isinstance(event, Welcome):
            self.engine_came.emit()

    def lose_engine(self) -> None:
        """Show that the engine is gone."""
        self.change(with_engine_lost)
        self.engine_lost.emit()

    def _gather(self, event: _Growth) -> None:
        if self._growing and _what_grows(self._growing[-1]) != _what_grows(event):
            self._fold_growth()
        self._growing.append(event)
        self._tell_soon()

    def _fold_growth(self) -> None:
        if self._growing:
            growing, self._growing = self._growing, []
            text = "".join(event.text for event in growing)
            self._state = with_event(self._state, with_fields(growing[0], text=text))

    def change(self, change: Callable[[AppState], AppState]) -> None:
        """Apply a change of the window's own and show it at once."""
        self._replace(change(self.state))
        self.tell()

    def _replace(self, state: AppState) -> None:
        if state is not self._state:
            self._state = state
            self._tell_soon()

    def _tell_soon(self) -> None:
        if not self._repaint.isActive():
            self._repaint.start()

    def tell(self) -> None:
        """Tell the views what differs from what they were told last."""
        self._repaint.stop()
        before, now = self._told, self.state
        self._told = now
        opened = before.conversation.thread_id != now.conversation.thread_id
        if opened or _lists_changed(before, now):
            self.threads_changed.emit(now)
        if before.conversation is not now.conversation:
            self.conversation_changed.emit(now.conversation)
        if before.voice is not now.voice or before.conversation.partial != now.conversation.partial:
            self.voice_changed.emit(now)
        if before.picture_news != now.picture_news:
            self.pictures_changed.emit()
        for was, value, changed in (
            (before.playing, now.playing, self.playing_changed),
            (before.service, now.service, self.service_changed),
            (before.levels, now.levels, self.levels_changed),
            (before.notices, now.notices, self.notices_changed),
            (before.devices, now.devices, self.devices_changed),
            (before.importing, now.importing, self.importing_changed),
            (before.note, now.note, self.note_changed),
        ):
            if was is not value:
                changed.emit(value)


def _is_whole(event: _Growth) -> bool:
    return isinstance(event, ReplyGrew) and event.is_whole


def _what_grows(event: _Growth) -> tuple[str, str | int]:
    """The reply, or the turn that is thought about."""
    grows = event.message_id if isinstance(event, ReplyGrew) else event.turn
    return event.thread_id, grows


def _lists_changed(before: AppState, now: AppState) -> bool:
    if before.threads is not now.threads or before.aside is not now.aside:
        return True
    return (before.are_threads_loaded, before.has_more_threads) != (
        now.are_threads_loaded,
        now.has_more_threads,
    )
