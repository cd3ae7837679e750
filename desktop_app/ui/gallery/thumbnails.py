"""Pictures from the disk: small ones, kept in the cache, and whole ones. Any worker thread."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPainterPath

from desktop_app.ui.gallery.film import StillReader

logger = logging.getLogger(__name__)

KEPT_SIDE = 400  # px; a cell of 200 on a screen of twice the resolution
MOST_PIXELS = 120_000_000
WHOLE_SIDE = 2560
_QUALITY = 88


def thumbnail(source: Path, cache: Path, side: int, radius: float) -> QImage:
    """The middle of a picture as a square with round corners; null where it is no picture.

    Args:
        source: Named by its content, so that what was made of it once stays true.
        cache: Folder of small pictures; it need not exist.
        side: Width, px of the screen.
        radius: Of the corners, px of the screen.
    """
    kept = cache / f"{source.stem}.thumb"
    image = _read(kept, side)
    if image.isNull():
        image = _middle(_read(source, KEPT_SIDE))
        if image.isNull():
            return image
        _keep(image, kept)
    return _rounded(image, side, radius)


def whole_picture(source: Path) -> QImage:
    """A picture as large as a screen can show it; null where it is no picture."""
    size = picture_size(source)
    if size.isEmpty() or size.width() * size.height() > MOST_PIXELS:
        return QImage()
    reader = StillReader(source)
    if max(size.width(), size.height()) > WHOLE_SIDE:
        reader.setScaledSize(
            size.scaled(WHOLE_SIDE, WHOLE_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
        )
    return reader.read()


def picture_size(source: Path) -> QSize:
    """Width and height as the file says them; empty where it is no picture."""
    return StillReader(source).size()


def _read(path: Path, covering: int) -> QImage:
    """The picture, just large enough to cover a square of that side; none is made larger."""
    reader = StillReader(path)
    size = reader.size()
    if size.isEmpty() or size.width() * size.height() > MOST_PIXELS:
        return QImage()
    if min(size.width(), size.height()) > covering:
        square = QSize(covering, covering)
        reader.setScaledSize(size.scaled(square, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    return reader.read()


def _middle(image: QImage) -> QImage:
    side = min(image.width(), image.height())
    across = QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    square = image.copy(across)
    if side <= KEPT_SIDE:
        return square
    return square.scaled(
        QSize(KEPT_SIDE, KEPT_SIDE), mode=Qt.TransformationMode.SmoothTransformation
    )


def _keep(image: QImage, path: Path) -> None:
    """Write it beside its place first: a half one would be shown for ever."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    kind = "PNG" if image.hasAlphaChannel() else "JPG"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if image.save(str(half), kind, -1 if kind == "PNG" else _QUALITY):  # type: ignore[call-overload]  # the stubs want bytes
            half.replace(path)
    except OSError as error:
        logger.info("a small picture could not be kept: %s", error)


def _rounded(image: QImage, side: int, radius: float) -> QImage:
    fitting = image
    if image.width() != side or image.height() != side:
        square = QSize(side, side)
        fitting = image.scaled(square, mode=Qt.TransformationMode.SmoothTransformation)
    out = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    out.fill(Qt.GlobalColor.transparent)
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(out.rect()), radius, radius)
    painter = QPainter(out)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(fitting))
    painter.drawPath(outline)
    painter.end()
    return out
