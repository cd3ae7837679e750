"""The pictures of one message: placeholders first, replaced in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath

from desktop_app.journal.records import MessageRecord, MessageStatus
from desktop_app.journal.reply_details import ToolState
from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.chat.picture_shelf import InlinePicture, PictureShelf
from desktop_app.ui.chat.targets import Target
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.gallery.play_sign import paint_length, paint_plate, paint_play_sign
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored
from desktop_app.ui.numbers import file_size

DRAWING_TOOL, FILMING_TOOL = "generate_image", "generate_video"
_PENDING = 240  # px, a square until the picture says how large it is
_APART = 8


def pending_of(message: MessageRecord, known: Sequence[InlinePicture]) -> list[str]:
    """The tools that are making pictures and videos for a reply, beside those that are there."""
    if message.status is not MessageStatus.STREAMING:
        return []
    tools = message.details.tools
    called = [tool.name for tool in tools if tool.state is not ToolState.FAILED]
    filmed = sum(one.record.is_video for one in known)
    counts = {DRAWING_TOOL: len(known) - filmed, FILMING_TOOL: filmed}
    return [tool for tool, count in counts.items() for _ in range(called.count(tool) - count)]


def _facts(video: InlinePicture) -> str:
    """How long it is and how much, as far as that is known."""
    length = picture_words.length(video.duration_s) if video.duration_s else ""
    return wording.listed(length, file_size(video.record.size_bytes))


class PictureStrip:
    """Pictures beside each other at one width."""

    def __init__(self, look: Look, width: int, shelf: PictureShelf) -> None:
        self._look = look
        self._width = width
        self._shelf = shelf
        self._placed: tuple[tuple[InlinePicture | str, QRectF], ...] = ()

    def show(self, message: MessageRecord) -> None:
        """Show what the shelf has of a message, and what is being made."""
        known = self._shelf.of_message(message.id)
        self._placed = tuple(self._place([*known, *pending_of(message, known)]))

    def _place(
        self, pictures: list[InlinePicture | str]
    ) -> Iterator[tuple[InlinePicture | str, QRectF]]:
        x, y, line = 0.0, float(_APART), 0.0
        for picture in pictures:
            wide, high = _PENDING, _PENDING
            if isinstance(picture, InlinePicture):
                wide, high = picture.width, picture.height
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
            if not box.intersects(clip):
                continue
            if isinstance(picture, str):
                words = tr("Making a video") if picture == FILMING_TOOL else tr("Drawing")
                self._paint_place(painter, box, words)
                continue
            image = self._shelf.image(picture)
            if image is not None and not image.isNull():
                self._paint_image(painter, box, image)
            elif picture.record.is_video:
                paint_plate(painter, box, self._look)
            else:
                is_broken = image is not None
                words = tr("This picture cannot be shown.") if is_broken else ""
                self._paint_place(painter, box, words)
            if picture.record.is_video:
                paint_play_sign(painter, box, self._look)
                paint_length(painter, box, self._look, _facts(picture))

    def _paint_image(self, painter: QPainter, box: QRectF, image: QImage) -> None:
        outline = QPainterPath()
        outline.addRoundedRect(box, size.RADIUS, size.RADIUS)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
        painter.drawImage(box, image)
        painter.restore()
        size.edge_picture(painter, box, self._look)

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
            if isinstance(picture, InlinePicture):
                words = tr("Picture: {prompt}")
                if picture.record.is_video:
                    words = tr("Play the video: {prompt}")
                label = words.format(prompt=picture.record.prompt)
                yield Target("picture", picture.record.id, label, box)
