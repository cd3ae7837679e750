"""Paints the messages that are in sight."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion

from desktop_app.ui.chat.message_stack import MessageStack
from desktop_app.ui.chat.target_walk import Pressable, pressable_in, same_of
from desktop_app.ui.chat.text_selection import Selection
from desktop_app.ui.look import Look


def paint_strips(
    painter: QPainter,
    stack: MessageStack,
    strips: QRegion,
    origin: QPointF,
    selection: Selection | None,
) -> None:
    """Paint each rectangle of a region for itself: what is between them costs nothing."""
    for strip in strips:  # type: ignore[attr-defined]  # its rectangles; the stub lacks it
        painter.save()
        painter.setClipRect(strip)
        paint_rows(painter, stack, QRectF(strip), origin, selection)
        painter.restore()


def paint_rows(
    painter: QPainter,
    stack: MessageStack,
    clip: QRectF,
    origin: QPointF,
    selection: Selection | None,
) -> None:
    """Paint the rows inside of ``clip``; ``origin`` is where the first message begins."""
    number = stack.number_at(int(clip.top() - origin.y()))
    while 0 <= number < len(stack):
        top = stack.top(number) + origin.y()
        if top > clip.bottom():
            break
        painter.save()
        painter.translate(origin.x(), top)
        chosen = selection.within(number, stack) if selection else None
        stack.row(number).paint(painter, clip.translated(-origin.x(), -top), chosen)
        painter.restore()
        number += 1


def paint_ring(
    painter: QPainter,
    look: Look,
    stack: MessageStack,
    origin: QPointF,
    chosen: Pressable,
    height: int,
) -> None:
    """Paint the focus around what was reached by keyboard, where it stands now."""
    now = same_of(pressable_in(stack, int(-origin.y()), height, has_menus=True), chosen)
    if now is None:
        return
    box = now.target.box
    box = box.translated(origin.x(), now.y - box.top() + origin.y())
    painter.setPen(QPen(look.colour("accent"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(-4, -2, 4, 2), 4, 4)
