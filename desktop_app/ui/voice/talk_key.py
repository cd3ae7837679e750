"""Space to talk: from key presses to what they ask for, repeats filtered out."""

from __future__ import annotations

import time
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop_app.ui.compose.composer import Composer

TAP_S = 0.35  # shorter is a tap, which locks in the mode ``tap_lock``
_REPEAT_MS = 15  # no finger is up for so short a time: the keyboard repeats a held key


@runtime_checkable
class PressedBySpace(Protocol):
    """A painted place in which something may be chosen that Space presses."""

    @property
    def is_pressed_by_space(self) -> bool: ...


class TalkKey(QObject):
    """Watches the keys of one window.

    Attributes:
        mode: ``hold``: it talks while it is down. ``toggle``: each press begins or ends.
            ``tap_lock``: a tap begins or ends, a longer press talks while it is down, also where
            a tap began already: nothing that is said meanwhile is lost.
        is_heard: Whether somebody is being heard, however that began; whoever knows sets it.

    Signals:
        begun: The person begins to talk.
        ended: The person has said it; perhaps told twice.
        toggled: The person begins to talk, or has said it.
    """

    begun = Signal()
    ended = Signal()
    toggled = Signal()

    def __init__(self, window: QWidget, composer: Composer) -> None:
        super().__init__(window)
        self._window = window
        self._composer = composer
        self.mode = "hold"
        self.is_down = self.is_heard = False
        self._down_at_s = 0.0
        self._ends = False  # the press that is down, at its end
        self._coming_up = QTimer(self)
        self._coming_up.setSingleShot(True)
        self._coming_up.setInterval(_REPEAT_MS if _repeats_as_new_presses() else 0)
        self._coming_up.timeout.connect(self._let_go)

    def watch(self) -> None:
        """Begin: keys come to the window and to what has the focus.

        Watching the whole application would take every event of every widget through Python.
        """
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # there is no window without it
        self._window.installEventFilter(self)
        application.focusChanged.connect(self._on_focus_changed)
        self._on_focus_changed(None, QApplication.focusWidget())

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None and before is not self._window:
            before.removeEventFilter(self)
        if now is not None:
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_press(event)
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return self._on_release(event)
        if kind == QEvent.Type.WindowDeactivate and watched is self._window:
            self._let_go()
        return False

    def _on_press(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Space or not self._window.isActiveWindow():
            return False
        if self.is_down:
            self._coming_up.stop()
            return True  # the keyboard repeats a held key
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.isAutoRepeat() or not (control or (plain and self._is_free())):
            return False
        self.is_down = True
        self._down_at_s = time.monotonic()
        self._ends = self.mode == "hold" or (self.mode == "tap_lock" and self.is_heard)
        (self.begun if self._ends else self.toggled).emit()
        return True

    def _on_release(self, event: QKeyEvent) -> bool:
        if not self.is_down or event.key() != Qt.Key.Key_Space:
            return False
        if event.isAutoRepeat():
            return True
        if self._coming_up.interval():
            self._coming_up.start()
        else:
            self._let_go()
        return True

    def _let_go(self) -> None:
        if not self.is_down:
            return
        self._coming_up.stop()
        self.is_down = False
        is_tap = time.monotonic() - self._down_at_s < TAP_S
        if self._ends or (self.mode == "tap_lock" and not is_tap):
            self.ended.emit()

    def _is_free(self) -> bool:
        """Whether Space means nothing else where the cursor is."""
        # their enumerations cost the start
        from PySide6.QtWidgets import QAbstractItemView, QComboBox

        focus = QApplication.focusWidget()
        if focus is self._composer.field:
            return not self._composer.text
        if isinstance(focus, QAbstractItemView):
            # what is edited in a list has a field of its own; an open drop-down keeps the keys
            return focus.window() is self._window
        takes_space = isinstance(focus, QAbstractButton | QComboBox)
        if isinstance(focus, PressedBySpace):
            takes_space = focus.is_pressed_by_space
        return not (focus is not None and (takes_space or _is_written_in(focus)))


def _repeats_as_new_presses() -> bool:
    """Whether a held key may look like one that is let go and pressed again and again.

    X11 says both at the same moment; Qt takes them for a repetition only where it has read the
    second before it told the first.
    """
    return QApplication.platformName() == "xcb"


def _is_written_in(widget: QWidget) -> bool:
    """Whether keys become text there; the conversation, which is only read, is no such place."""
    return widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
