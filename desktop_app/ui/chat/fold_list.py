"""Lines above a reply that open: what the model thought and which tools it called."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath

from desktop_app.journal.records import MessageRecord
from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.chat.fold_body import Thoughts, ToolWords
from desktop_app.ui.chat.folds import Fold, ToolFolds, folds_of
from desktop_app.ui.chat.targets import Target
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import is_mirrored, leading, mirrored
from desktop_app.ui.one_lines import drop_to_line

_LINE = 28
_INDENT = 18  # px at 1x; it grows with the arrow
_BELOW = 8  # px after the last line, and after the text of an open one


class FoldList:
    """Folds at one width; only open ones lay out their text.

    Attributes:
        opened: Keys of the folds that are open.
        stamp: Another one whenever their lines may look different.
    """

    def __init__(self, look: Look, width: int) -> None:
        self._look = look
        self._width = width
        self._line = look.scaled(_LINE)
        self._indent = look.scaled(_INDENT)
        self._folds: tuple[Fold, ...] = ()
        self._followed: MessageRecord | None = None
        self._tool_folds: ToolFolds = {}
        self._bodies: dict[str, Thoughts | ToolWords] = {}
        self.opened: set[str] = set()
        self.stamp = 0

    def follow(self, message: MessageRecord) -> None:
        """Show the folds of a message as it is now; words that grow leave them as they are."""
        before, self._followed = self._followed, message
        if before is None or _differ(before, message):
            self.show(folds_of(message, self._tool_folds))

    def show(self, folds: tuple[Fold, ...]) -> None:
        """Show these folds; open ones stay open."""
        if folds == self._folds:
            return
        if len(folds) != len(self._folds) or not all(map(_look_alike, folds, self._folds)):
            self.stamp += 1
        self._folds = folds
        self._bodies = {
            fold.key: self._body(fold) for fold in folds if fold.key in self.opened and fold.body
        }

    def toggle(self, key: str) -> None:
        """Open a fold, or close it."""
        self.opened ^= {key}
        folds, self._folds = self._folds, ()
        self.show(folds)

    def _body(self, fold: Fold) -> Thoughts | ToolWords:
        known = self._bodies.get(fold.key)
        if known is None:
            kind = ToolWords if fold.is_code else Thoughts
            known = kind(self._look, self._width - self._indent)
        known.show(fold.body)
        return known

    @property
    def height(self) -> int:
        """px, with the gap to the text below."""
        if not self._folds:
            return 0
        return (
            len(self._folds) * self._line
            + sum(body.height + _BELOW for body in self._bodies.values())
            + _BELOW
        )

    def _placed(self) -> Iterator[tuple[Fold, int]]:
        y = 0
        for fold in self._folds:
            yield fold, y
            body = self._bodies.get(fold.key)
            y += self._line + (body.height + _BELOW if body is not None else 0)

    def _open(self, top: float, bottom: float) -> Iterator[tuple[Thoughts | ToolWords, int]]:
        """The texts between two heights, and where each begins."""
        for fold, y in self._placed() if self._bodies else ():
            start = y + self._line
            body = self._bodies.get(fold.key)
            if body is not None and start < bottom and start + body.height > top:
                yield body, start

    def measure(self, top: float, bottom: float) -> None:
        """Lay out what lies between two heights."""
        for body, start in self._open(top, bottom):
            body.measure(top - start, bottom - start)

    def pieces(self, top: float, bottom: float) -> Iterator[tuple[Hashable, int, int]]:
        """What is painted between two heights: the lines, and each part of an open text."""
        at = 0
        for body, start in self._open(top, bottom):
            yield ("lines", at, self.stamp), at, start
            for key, first, last in body.pieces(top - start, bottom - start):
                yield key, start + first, start + last
            at = start + body.height
        yield ("lines", at, self.stamp), at, self.height

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """Paint at the painter's origin; only lines inside ``clip`` cost anything."""
        for fold, y in self._placed():
            body = self._bodies.get(fold.key)
            below = y + self._line + (body.height if body is not None else 0)
            if below < clip.top():
                continue
            if y > clip.bottom():
                break
            self._paint_line(painter, fold, y)
            if body is not None:
                painter.save()
                left = 0 if is_mirrored() else self._indent
                painter.translate(left, y + self._line)
                body.paint(painter, clip.translated(-left, -(y + self._line)))
                painter.restore()

    def _paint_line(self, painter: QPainter, fold: Fold, y: int) -> None:
        place = mirrored(QRectF(0, y, self._look.scaled(10), self._line), self._width)
        if fold.body:
            self._paint_arrow(painter, place.center(), fold.key in self.opened)
        else:
            self._paint_dot(painter, place.center())
        painter.setFont(self._look.font(size.SMALL))
        painter.setPen(self._look.colour("dim"))
        box = QRectF(self._indent, y, self._width - self._indent, self._line)
        painter.drawText(mirrored(box, self._width), leading(), fold.label)
        left = painter.fontMetrics().horizontalAdvance(fold.label) + 10
        small = self._look.font(size.CAPTION)
        drop = drop_to_line(small, painter.font())
        painter.setFont(small)
        painter.setPen(self._look.colour("warn" if fold.actions else "faint"))
        note = mirrored(box.adjusted(left, drop, 0, drop), self._width)
        painter.drawText(note, leading(), fold.note)
        painter.setPen(self._look.colour("accent"))
        for _, word, place in self._actions(fold, y):
            painter.drawText(place.adjusted(-4, 0, 4, 0), Qt.AlignmentFlag.AlignCenter, word)

    def _paint_arrow(self, painter: QPainter, middle: QPointF, is_open: bool) -> None:
        points = ((-3, -2), (3, -2), (0, 3)) if is_open else ((-2, -3), (-2, 3), (3, 0))
        if is_mirrored() and not is_open:
            points = ((2, -3), (2, 3), (-3, 0))
        scale = self._look.text_scale
        path = QPainterPath(middle + QPointF(*points[0]) * scale)
        for point in points[1:]:
            path.lineTo(middle + QPointF(*point) * scale)
        painter.fillPath(path, self._look.colour("dim"))

    def _paint_dot(self, painter: QPainter, middle: QPointF) -> None:
        """Where an arrow would be if there were something to open: all labels stand in one line."""
        radius = 1.5 * self._look.text_scale
        path = QPainterPath()
        path.addEllipse(middle, radius, radius)
        painter.fillPath(path, self._look.colour("faint"))

    def _actions(self, fold: Fold, y: int) -> Iterator[tuple[str, str, QRectF]]:
        metrics = QFontMetricsF(self._look.font(size.CAPTION))
        right = float(self._width)
        for kind, word in fold.actions:
            wide = metrics.horizontalAdvance(word)
            place = QRectF(right - wide, y + 5, wide, self._line - 10)
            yield kind, word, mirrored(place, self._width)
            right -= wide + 16

    def targets(self) -> Iterator[Target]:
        """What can be pressed."""
        metrics = QFontMetricsF(self._look.font(size.SMALL))
        for fold, y in self._placed():
            if fold.body:
                wide = self._indent + metrics.horizontalAdvance(fold.label)
                state = tr("open") if fold.key in self.opened else tr("closed")
                said = ", ".join(word for word in (fold.label, fold.note, state) if word)
                place = mirrored(QRectF(0, y + 3, wide, self._line - 6), self._width)
                yield Target("fold", fold.key, said, place)
            for kind, word, place in self._actions(fold, y):
                yield Target(kind, fold.tool_id, wording.labelled(word, fold.label), place)


def _differ(before: MessageRecord, now: MessageRecord) -> bool:
    """Whether something that folds tell of has changed."""
    return (
        before.details is not now.details
        or before.status is not now.status
        or bool(before.text) != bool(now.text)
    )


def _look_alike(one: Fold, other: Fold) -> bool:
    """Whether their lines do: the texts in them know themselves when they look different."""
    return one is other or (
        bool(one.body) is bool(other.body) and one == replace(other, body=one.body)
    )
