"""Pictures in rows: only what is on screen is painted, and only that is read from the disk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QStaticText,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from desktop_app.journal.records import PictureRecord
from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.accessible import SpokenPart, tell_current
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.gallery.grid_places import GridPlaces, grid_places
from desktop_app.ui.gallery.thumbnail_supply import ThumbnailSupply
from desktop_app.ui.gallery.tile_painting import paint_absent, paint_ring, paint_tile
from desktop_app.ui.gallery.tile_words import TileWords
from desktop_app.ui.look import Look

_AHEAD = 1  # screens above and below whose pictures are fetched before they are seen


class PictureGrid(QAbstractScrollArea):
    """A virtual grid on the background of the window; one picture is the current one.

    Args:
        wish: Width of a cell that it aims at, px at 1x.
        has_words: What was asked for stands below each picture.

    Signals:
        opened: The picture that the person wants to see.
        current_changed: The current picture, or None.
        menu_wanted: Place on the screen; it is about the current picture.
        delete_requested, copy_requested, save_requested, drag_requested: The picture.
    """

    spoken_role = "List"

    opened = Signal(object)
    current_changed = Signal(object)
    menu_wanted = Signal(QPoint)
    delete_requested = Signal(object)
    copy_requested = Signal(object)
    save_requested = Signal(object)
    drag_requested = Signal(object)

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        supply: ThumbnailSupply,
        *,
        wish: int = 176,
        margin: int = 20,
        has_words: bool = True,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._supply = supply
        self._wish = wish
        self._margin = margin
        self._has_words = has_words
        self._pictures: tuple[PictureRecord, ...] = ()
        self._total = 0
        self._current = -1
        self._pressed_at: QPoint | None = None
        self._words = TileWords(look)
        self._fetched = range(0)
        self._places = self._placed()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Pictures"))
        self.viewport().setMouseTracking(True)
        supply.arrived.connect(self._on_arrived)

    # ---- what is shown ------------------------------------------------------------------------

    def show_pictures(self, pictures: tuple[PictureRecord, ...], total: int) -> None:
        """Show these, and room for those that are still being read.

        Args:
            pictures: The first ones.
            total: How many there are; at least as many as ``pictures``.
        """
        was = self.current
        self._pictures, self._total = pictures, max(total, len(pictures))
        same = next((n for n, one in enumerate(pictures) if was and one.id == was.id), -1)
        self._current = same if same >= 0 else min(self._current, len(pictures) - 1)
        self._arrange()
        self._describe()

    @property
    def pictures(self) -> tuple[PictureRecord, ...]:
        """Those that are known."""
        return self._pictures

    @property
    def current(self) -> PictureRecord | None:
        """The picture that keys are about."""
        return self._pictures[self._current] if 0 <= self._current < len(self._pictures) else None

    def choose(self, number: int, *, is_shown: bool = True) -> None:
        """Make a picture the current one and bring it on screen."""
        if not self._pictures:
            return
        self._current = max(0, min(number, len(self._pictures) - 1))
        if is_shown:
            self._bring_on_screen(self._places.cell(self._current))
        self.viewport().update()
        self._describe()
        self.current_changed.emit(self.current)

    def choose_picture(self, picture_id: str) -> None:
        """Make the picture with that id the current one, if it is known."""
        for number, one in enumerate(self._pictures):
            if one.id == picture_id:
                self.choose(number)
                return

    @property
    def places(self) -> GridPlaces:
        """Where the pictures stand, from the top of the first."""
        return self._places

    def _bring_on_screen(self, cell: QRect) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if cell.top() < bar.value() + self._margin:
            bar.setValue(cell.top() - self._margin)
        elif cell.bottom() > bar.value() + height - self._margin:
            bar.setValue(cell.bottom() + self._margin - height)

    def _describe(self) -> None:
        picture = self.current
        words = tr("No pictures")
        if picture is not None:
            words = self._spoken(picture, self._current)
        elif self._total:
            words = picture_words.counted(self._pictures, self._total)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            self._tell_current()

    def _tell_current(self) -> None:
        if self.hasFocus() and self.current is not None:
            tell_current(self, self._current)

    def _spoken(self, picture: PictureRecord, number: int) -> str:
        return picture_words.spoken(picture, number, self._total, self._length(picture))

    def spoken_count(self) -> int:
        """How many pictures are known."""
        return len(self._pictures)

    def spoken_part(self, number: int) -> SpokenPart:
        """A picture, for screen readers."""
        words = self._spoken(self._pictures[number], number)
        box = self._places.cell(number).translated(0, -self.verticalScrollBar().value())
        return SpokenPart(words, "ListItem", box, number == self._current, can_press=True)

    def press_part(self, number: int) -> None:
        """Open the picture."""
        self.choose(number)
        self.opened.emit(self.current)

    # ---- places -------------------------------------------------------------------------------

    def _placed(self) -> GridPlaces:
        return grid_places(
            self._total,
            self.viewport().width(),
            wish=self._wish,
            foot=self._words.height + 10 if self._has_words else 0,
            margin=self._margin,
            is_mirrored=self.layoutDirection() == Qt.LayoutDirection.RightToLeft,
        )

    def _arrange(self) -> None:
        self._places = self._placed()
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, self._places.height - height))
        bar.setPageStep(height)
        bar.setSingleStep(max(1, self._places.row_height // 3))
        ratio = self.devicePixelRatioF()
        self._supply.use_size(round(self._places.side * ratio), size.RADIUS * ratio)
        self._fetched = range(0)
        self._words.forget()
        self._fetch()
        self.viewport().update()

    def _fetch(self) -> None:
        """What is seen first, then what is near; nothing new while the same rows are in sight."""
        top, height = self.verticalScrollBar().value(), self.viewport().height()
        seen = self._places.visible(top, height)
        if seen == self._fetched:
            return
        self._fetched = seen
        near = self._near()
        numbers = [*seen, *(number for number in near if number not in seen)]
        known = self._pictures
        paths = [known[number].path for number in numbers if number < len(known)]
        self._supply.want(paths, len(seen))

    def _near(self) -> range:
        top, height = self.verticalScrollBar().value(), self.viewport().height()
        return self._places.visible(top - _AHEAD * height, (1 + 2 * _AHEAD) * height)

    def _on_arrived(self, paths: frozenset[str]) -> None:
        top, near = self.verticalScrollBar().value(), self._near()
        seen = self._places.visible(top, self.viewport().height())
        for number, picture in enumerate(self._pictures[near.start : near.stop], near.start):
            if picture.path in paths:
                self._lines(picture)  # not in the frame that shows it
                if number in seen:
                    self.viewport().update(self._places.cell(number).translated(0, -top))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._arrange()

    def scrollContentsBy(self, _dx: int, dy: int) -> None:  # noqa: N802
        self._fetch()
        if self.devicePixelRatioF().is_integer():
            self.viewport().scroll(0, dy)  # only what comes into sight is painted
        else:
            self.viewport().update()  # pixels cannot be moved by parts of one

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange):
            self._arrange()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(3 * self._wish, 3 * self._wish)

    # ---- painting -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.verticalScrollBar().value()
        dirty = event.rect()
        numbers = self._places.visible(dirty.top() + top, dirty.height())
        boxes = [self._places.picture(number).translated(0, -top) for number in numbers]
        known = self._pictures[numbers.start : numbers.stop]
        for picture, box in zip(known, boxes, strict=False):
            image, length = self._supply.image(picture.path), self._length(picture)
            paint_tile(painter, box, self._look, picture, image, length)
        for box in boxes[len(known) :]:
            paint_absent(painter, box, self._look)
        if self._current in numbers and self.hasFocus():
            paint_ring(painter, boxes[self._current - numbers.start], self._look)
        if self._has_words:
            self._paint_words(painter, known, boxes)

    def _length(self, video: PictureRecord) -> str:
        """In words; empty where it is not known, and of a picture."""
        seconds = self._supply.length_s(video.path) if video.is_video else 0.0
        return picture_words.length(seconds) if seconds else ""

    def _paint_words(
        self, painter: QPainter, pictures: Sequence[PictureRecord], boxes: Sequence[QRect]
    ) -> None:
        painter.setPen(self._look.colour("dim"))
        painter.setFont(self._words.font)
        for picture, box in zip(pictures, boxes, strict=False):
            lines = self._lines(picture)
            self._words.draw(painter, lines, box, is_mirrored=self._places.is_mirrored)

    def _lines(self, picture: PictureRecord) -> tuple[QStaticText, ...]:
        """What was asked for; laid out once."""
        return self._words.lines(picture.id, picture_words.caption(picture), self._places.side)

    # ---- mouse and keys -----------------------------------------------------------------------

    def _at(self, event: QMouseEvent | QContextMenuEvent) -> int:
        point = event.position().toPoint() if isinstance(event, QMouseEvent) else event.pos()
        number = self._places.at(point + QPoint(0, self.verticalScrollBar().value()))
        return number if number < len(self._pictures) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        number = self._at(event)
        self._pressed_at = None
        if number >= 0:
            self.choose(number, is_shown=False)
            if event.button() == Qt.MouseButton.LeftButton:
                self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        is_over = self._at(event) >= 0
        shape = Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        if self._pressed_at is None or self.current is None:
            return
        way = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if way >= QApplication.startDragDistance():
            self._pressed_at = None
            self.drag_requested.emit(self.current)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        was_pressed, self._pressed_at = self._pressed_at is not None, None
        if was_pressed and self._at(event) == self._current:
            self.opened.emit(self.current)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            cell = self._places.picture(max(0, self._current))
            place = cell.center() - QPoint(0, self.verticalScrollBar().value())
            if self.current is not None:
                self.menu_wanted.emit(self.viewport().mapToGlobal(place))
        elif self._at(event) >= 0:
            self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = self._step_of(event)
        if step is not None:
            is_first = self._current < 0 and abs(step) < self._total
            self.choose(0 if is_first else self._current + step)
            return
        picture = self.current
        signal = {
            Qt.Key.Key_Return: self.opened,
            Qt.Key.Key_Enter: self.opened,
            Qt.Key.Key_Delete: self.delete_requested,
        }.get(Qt.Key(event.key()))
        if event.matches(QKeySequence.StandardKey.Copy):
            signal = self.copy_requested
        elif event.matches(QKeySequence.StandardKey.Save):
            signal = self.save_requested
        if signal is not None and picture is not None:
            signal.emit(picture)
        else:
            super().keyPressEvent(event)

    def _step_of(self, event: QKeyEvent) -> int | None:
        onward = -1 if self._places.is_mirrored else 1
        columns = self._places.columns
        rows = max(1, self.viewport().height() // self._places.row_height)
        return {
            Qt.Key.Key_Right: onward,
            Qt.Key.Key_Left: -onward,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_PageDown: rows * columns,
            Qt.Key.Key_PageUp: -rows * columns,
            Qt.Key.Key_Home: -self._total,
            Qt.Key.Key_End: self._total,
        }.get(Qt.Key(event.key()))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if self._current < 0 and event.reason() in by_keys:
            self.choose(0)
        else:
            self._tell_current()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.viewport().update()
