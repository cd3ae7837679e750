"""The pictures of one message: placeholders first, replaced in place."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from desktop_app.journal.records import MessageRecord, MessageStatus
from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.chat.picture_shelf import InlinePicture, PictureShelf
from desktop_app.ui.chat.targets import Target
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored

DRAWING_TOOL = "generate_image"
_PENDING = 240  # px, a square until the picture says how large it is
_APART = 8


def pending_of(message: MessageRecord, known: int) -> int:
    """How many pictures are being made for a reply beside the ones that are there."""
    if message.status is not MessageStatus.STREAMING:
        return 0
    drawn = sum(tool.name == DRAWING_TOOL for tool in message.details.tools)
    return max(0, drawn - known)


class PictureStrip:
    """Pictures beside each other at one width."""

    def __init__(self, look: Look, width: int, shelf: PictureShelf) -> None:
        self._look = look
        self._width = width
        self._shelf = shelf
        self._placed: tuple[tuple[InlinePicture | None, QRectF], ...] = ()

    def show(self, message: MessageRecord) -> None:
        """Show what the shelf has of a message, and what is being made."""
        known = self._shelf.of_message(message.id)
        pending = [None] * pending_of(message, len(known))
        self._placed = tuple(self._place([*known, *pending]))

    def _place(
        self, pictures: list[InlinePicture | None]
    ) -> Iterator[tuple[InlinePicture | None, QRectF]]:
        x, y, line = 0.0, float(_APART), 0.0
        for picture in pictures:
            wide, high = (picture.width, picture.height) if picture else (_PENDING, _PENDING)
            share = min(1.0, self._width / wide)
            box = QRectF(0, 0, wide * share, high * share)
            if x and x + box.width() > self._width:
                x, y, line = 0.0, y + line + _APART, 0.0
            yield picture, mirrored(box.translated(x, y), self._width)
            x, line = x + box.width() + _APART, max(line, box.height())

    @property
    def height(self) -> int:
        """px, with the gap to what is above."""
        return int(max((box.bottom() for _, box in self._placed), default=0))

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """Paint at the painter's origin; pictures out of sight are not asked for."""
        for picture, box in self._placed:
            if box.intersects(clip):
                image = self._shelf.image(picture) if picture is not None else None
                if image is not None and not image.isNull():
                    outline = QPainterPath()
                    outline.addRoundedRect(box, size.RADIUS, size.RADIUS)
                    painter.save()
                    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                    painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
                    painter.drawImage(box, image)
                    painter.restore()
                    size.edge_picture(painter, box, self._look)
                else:
                    is_broken = image is not None
                    self._paint_place(painter, box, self._words(picture, is_broken=is_broken))

    def _words(self, picture: InlinePicture | None, *, is_broken: bool) -> str:
        if is_broken:
            return tr("This picture cannot be shown.")
        return "" if picture is not None else tr("Drawing")

    def _paint_place(self, painter: QPainter, box: QRectF, words: str) -> None:
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("code"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), size.RADIUS, size.RADIUS)
        middle = box.center()
        icon = QRectF(middle.x() - 12, middle.y() - 22, 24, 24)
        paint_icon(painter, "image", icon, self._look.colour("faint"))
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("faint"))
        room = QRectF(box.left() + 8, middle.y() + 8, box.width() - 16, box.height() / 2 - 8)
        flags = Qt.AlignmentFlag.AlignHCenter.value | Qt.TextFlag.TextWordWrap.value
        painter.drawText(room, flags, words)

    def targets(self) -> Iterator[Target]:
        """Every picture that is there, by what was asked for."""
        for picture, box in self._placed:
            if picture is not None:
                label = tr("Picture: {prompt}").format(prompt=picture.record.prompt)
                yield Target("picture", picture.record.id, label, box)
