"""The window: three panes, their places, the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.conversation_pane import ConversationPane
from desktop_app.ui.look import Look, fill, stylesheet
from desktop_app.ui.panes import Panes, Widths, lay_out_panes, remembered_widths
from desktop_app.ui.threads.thread_list import ThreadList
from desktop_app.ui.typed_text import typed_text
from desktop_app.ui.voice.talk_key import TalkKey

if TYPE_CHECKING:
    from desktop_app.ui.side.side_panel import SidePanel

REFERENCE = QSize(1280, 800)
LEAST = QSize(760, 520)


class _Handle(QWidget):
    """The invisible edge by which a side is made wider.

    Signals:
        dragged: Horizontal place of the pointer in the window, px.
    """

    dragged = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.SplitHCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.buttons() & Qt.MouseButton.LeftButton:
            place = self.mapTo(self.window(), event.position().toPoint())
            self.dragged.emit(place.x())


class _Scrim(QWidget):
    """Dims the conversation while a side lies over it.

    Signals:
        clicked: The person wants the conversation back.
    """

    clicked = Signal()

    def mousePressEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        self.clicked.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), QColor(0, 0, 0, 70))


class MainWindow(QWidget):
    """Three panes; below 900 px the sides lie over the conversation.

    Signals:
        painted: The first frame is on screen; once.
        focus_toggled: Dock and captions are to be large, or as before.
        close_requested: The person wants to quit; the window waits to be closed from outside.
        escape_pressed, new_requested, mute_requested, voice_toggled: Keys.
        gallery_toggled, settings_requested, keys_requested, models_requested,
            assistants_requested, memories_requested: The page is to be shown or hidden.
        note_requested: A voice note is to be begun or finished.
        model_requested: Another model is to be chosen.
        rebuild_requested: Language or size of letters were chosen: another window is to take over.
    """

    spoken_role = "Window"

    painted = Signal()
    close_requested = Signal()
    escape_pressed = Signal()
    new_requested = Signal()
    mute_requested = Signal()
    note_requested = Signal()
    voice_toggled = Signal()
    gallery_toggled = Signal()
    focus_toggled = Signal()
    settings_requested = Signal()
    keys_requested = Signal()
    model_requested = Signal()
    models_requested = Signal()
    assistants_requested = Signal()
    memories_requested = Signal()
    rebuild_requested = Signal()

    def __init__(self, look: Look, memory: QSettings) -> None:
        super().__init__()
        self._look = look
        self._memory = memory
        self._was_painted = False
        self._widths = Widths()
        self._is_left_open = True
        self._is_right_open = False
        self.is_closing = False
        self.setWindowTitle(wording.NAME)
        self.setMinimumSize(LEAST)
        self.pane = ConversationPane(look, self)
        self._scrim = _Scrim(self)
        self.threads = ThreadList(look, self)
        self.side: SidePanel | None = None
        self._left_handle = _Handle(self)
        self._right_handle = _Handle(self)
        self.talk_key = TalkKey(self, self.pane.composer)
        self._connect()
        self._remember_places()
        self._on_look_changed()
        self.pane.composer.setFocus()

    def _connect(self) -> None:
        self._look.changed.connect(self._on_look_changed)
        self._scrim.clicked.connect(self.close_overlays)
        self._left_handle.dragged.connect(self._on_left_dragged)
        self._right_handle.dragged.connect(self._on_right_dragged)
        self.threads.collapse_requested.connect(self.toggle_left)
        self.threads.new_requested.connect(self.new_requested)
        self.threads.settings_requested.connect(self.settings_requested)
        self.pane.header.left_requested.connect(self.toggle_left)
        self.pane.header.right_requested.connect(self.toggle_right)
        self.pane.header.new_requested.connect(self.new_requested)
        self.pane.header.gallery_requested.connect(self.gallery_toggled)
        for keys, slot in (
            ("Esc", self.escape_pressed.emit),
            ("Ctrl+K", self._on_search),
            ("Ctrl+N", self.new_requested.emit),
            ("F11", self.focus_toggled.emit),
            ("Ctrl+U", self.pane.composer.attach_requested.emit),
            (wording.NOTE_KEY, self.note_requested.emit),
            ("Ctrl+D", self.mute_requested.emit),
            ("Ctrl+Shift+S", self.toggle_left),
            ("Ctrl+Shift+D", self.toggle_right),
            ("Ctrl+Shift+G", self.gallery_toggled.emit),
            ("Ctrl+,", self.settings_requested.emit),
            ("Ctrl+/", self.keys_requested.emit),
            (wording.MODEL_KEY, self.model_requested.emit),
            ("Ctrl+Shift+L", self.models_requested.emit),
            ("Ctrl+Shift+A", self.assistants_requested.emit),
            ("Ctrl+Shift+Y", self.memories_requested.emit),
            (wording.VOICE_KEY, self.voice_toggled.emit),
            ("Ctrl+Q", self.close),
        ):
            QShortcut(QKeySequence(keys), self, slot)

    def furnish(self) -> None:
        """Build what the first paint does not need."""
        from desktop_app.ui.accessible import speak_of_painted
        from desktop_app.ui.side.side_panel import SidePanel

        speak_of_painted()
        self.threads.furnish()
        self.pane.furnish(drops_on=self)
        self.talk_key.watch()
        self.side = SidePanel(self._look, self)
        self.side.collapse_requested.connect(self.toggle_right)
        self.side.setVisible(False)
        self._dress()
        self._arrange()

    def _dress(self) -> None:
        """Menus, tooltips and scroll bars, which Qt paints."""
        letters_px = self._look.scaled(size.SMALL)
        self.setStyleSheet(stylesheet(self._look.tokens, letters_px))

    def use_talk_mode(self, mode: str) -> None:
        """What the talk key does from now on, and what is said of it."""
        self.talk_key.mode = mode
        self.pane.show_talk_mode(mode)

    # ---- places -------------------------------------------------------------------------

    def _remember_places(self) -> None:
        memory = self._memory
        self._widths = remembered_widths(memory)
        self._is_left_open = memory.value("left_open", "true") != "false"
        self._is_right_open = memory.value("right_open", "false") == "true"
        geometry = memory.value("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(REFERENCE)
        self.fit(self.screen().availableGeometry())

    def fit(self, screen: QRect) -> None:
        """Be no larger than the screen, frame included, and wholly on it."""
        room = screen.size() - (self.frameGeometry().size() - self.size())
        self.setMinimumSize(LEAST.boundedTo(room))
        self.resize(self.size().boundedTo(room))
        place = self.frameGeometry()
        if screen.contains(place) or self.isMaximized() or self.isFullScreen():
            return
        x = max(screen.left(), min(place.x(), screen.right() + 1 - place.width()))
        y = max(screen.top(), min(place.y(), screen.bottom() + 1 - place.height()))
        self.move(x, y)

    def keep_places(self) -> None:
        """Write size and sides down for the next start."""
        self._memory.setValue("geometry", self.saveGeometry())
        self._memory.setValue("left", self._widths.left)
        self._memory.setValue("right", self._widths.right)
        self._memory.setValue("left_open", "true" if self._is_left_open else "false")
        self._memory.setValue("right_open", "true" if self._is_right_open else "false")

    def remember(self, name: str, value: str) -> None:
        """Keep a small fact of the window's own for the next start."""
        self._memory.setValue(name, value)

    def recall(self, name: str) -> str:
        """What was kept under that name, or nothing."""
        return str(self._memory.value(name, ""))

    @property
    def memory(self) -> QSettings:
        """What the window keeps from start to start."""
        return self._memory

    def _arrange(self) -> None:
        panes = self._panes(is_left_open=self._is_left_open, is_right_open=self._is_right_open)
        is_narrow = panes.is_overlay
        self.pane.setGeometry(self._turned(panes.centre))
        self.threads.setGeometry(self._turned(panes.left))
        self.threads.setVisible(self._is_left_open)
        self._scrim.setGeometry(self.rect())
        self._scrim.setVisible(is_narrow and (self._is_left_open or self._is_right_open))
        if self.side is not None:
            self.side.setGeometry(self._turned(panes.right))
            self.side.setVisible(panes.right.width() > 0)
            self.side.raise_()
        for handle, place in (
            (self._left_handle, panes.left_handle),
            (self._right_handle, panes.right_handle),
        ):
            handle.setGeometry(self._turned(place))
            handle.setVisible(place.width() > 0 and not is_narrow)
            handle.raise_()
        self.pane.header.show_open_sides(left=self._is_left_open, right=self._is_right_open)

    def _panes(self, *, is_left_open: bool, is_right_open: bool) -> Panes:
        return lay_out_panes(
            self.size(),
            self._widths,
            is_left_open=is_left_open,
            is_right_open=is_right_open,
            text_scale=self._look.text_scale,
        )

    def _turned(self, place: QRect) -> QRect:
        """A place of a window that is read from the left, where this one has it."""
        if self.layoutDirection() is Qt.LayoutDirection.LeftToRight:
            return place
        return place.translated(self.width() - place.width() - 2 * place.x(), 0)

    def _is_narrow(self) -> bool:
        return self._panes(is_left_open=False, is_right_open=False).is_overlay

    def toggle_left(self) -> None:
        """Show or hide the threads."""
        is_open = not self._is_left_open
        is_alone = is_open and self._is_narrow()
        self._open(left=is_open, right=self._is_right_open and not is_alone)

    def toggle_right(self) -> None:
        """Show or hide what belongs to the thread."""
        is_open = not self._is_right_open
        is_alone = is_open and self._is_narrow()
        self._open(left=self._is_left_open and not is_alone, right=is_open)

    def _open(self, *, left: bool, right: bool) -> None:
        """Arrange the sides; one that lies over the conversation has the keyboard until it goes."""
        focus = QApplication.focusWidget() or self
        was_beside = any(one and one.isAncestorOf(focus) for one in (self.threads, self.side))
        self._is_left_open, self._is_right_open = left, right
        self._arrange()
        if self._is_narrow() and left:
            self.threads.list.setFocus()
        elif self._is_narrow() and right and self.side is not None:
            self.side.tabs.setFocus()
        elif was_beside and not focus.isVisible() and not self.pane.page:
            self.pane.composer.setFocus()

    @property
    def look(self) -> Look:
        """Colours and fonts, for what is built later."""
        return self._look

    @property
    def is_right_open(self) -> bool:
        """Whether the right side is shown."""
        return self._is_right_open

    @property
    def is_left_open(self) -> bool:
        """Whether the left side is shown."""
        return self._is_left_open

    def close_overlays(self) -> None:
        """Give the conversation the room back when a side lies over it."""
        if self._is_narrow():
            self._open(left=False, right=False)

    @property
    def has_overlay(self) -> bool:
        """Whether a side lies over the conversation."""
        return self._scrim.isVisible()

    def _on_left_dragged(self, x: int) -> None:
        self._widths = self._widths._replace(left=self._width_of(x))
        self._arrange()

    def _on_right_dragged(self, x: int) -> None:
        self._widths = self._widths._replace(right=self._width_of(self.width() - x))
        self._arrange()

    def _width_of(self, x: int) -> int:
        """How wide a side is that reaches from its edge of the window to ``x``."""
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        return round((self.width() - x if is_mirrored else x) / self._look.text_scale)

    def _on_search(self) -> None:
        if not self._is_left_open:
            self.toggle_left()
        self.threads.focus_search()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if not self._was_painted:
            self.close_overlays()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        was_wide = event.oldSize().width() >= self.minimumWidth()
        is_less = event.oldSize().width() > self.width() and not self.has_overlay
        if was_wide and is_less and self._is_narrow() and self.isVisible():
            self._is_left_open = self._is_right_open = False
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """What is typed where nothing takes it belongs into the message."""
        text = typed_text(event)
        if text and not self.pane.page:
            self.close_overlays()
            self.pane.composer.insert(text)
        else:
            super().keyPressEvent(event)

    # ---- look, first frame, end ---------------------------------------------------------

    def _on_look_changed(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(self._look.palette())
        if self.side is not None:
            self._dress()
            for part in self.findChildren(QWidget):
                part.update()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        fill(QPainter(self), self.rect(), self._look.colour("background"))
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)  # once this frame has been handed over

    def bring_to_front(self) -> None:
        """Show the window over others: a second start asked for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self.is_closing:
            self.keep_places()
            event.accept()
            return
        event.ignore()
        self.setEnabled(False)
        self.close_requested.emit()
