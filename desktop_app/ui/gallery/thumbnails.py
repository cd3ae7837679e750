"""Pictures from the disk: small ones, kept in the cache, and whole ones. Any worker thread."""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from math import ceil, log2
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QImageWriter, QPainter

from desktop_app.ui.gallery.film import first_frame, picture_reader

logger = logging.getLogger(__name__)

KEPT_SIDES = (200, 400)  # px; a cell of 200, and on a screen of twice the resolution
MOST_PIXELS = 120_000_000
WHOLE_SIDE = 2560
_QUALITY = 88
_QUICK = 40  # Qt's JPEG below 50: colours, coarser than light there, are not made smooth anew


def thumbnail(source: Path, cache: Path, side: int, radius: float) -> QImage:
    """The middle of a picture as a square with round corners; null where it is no picture.

    Args:
        source: Named by its content, so that what was made of it once stays true.
        cache: Folder of small pictures; it need not exist.
        side: Width, px of the screen.
        radius: Of the corners, px of the screen.
    """
    kept_side = next((one for one in KEPT_SIDES if side <= one), KEPT_SIDES[-1])
    kept = cache / f"{source.stem}.{kept_side}.thumb"
    image = _read(_kept_reader(kept), side)
    if image.isNull():
        image = _middle(_still(source, kept_side), kept_side)
        if image.isNull():
            return image
        _keep(image, kept)
    return _rounded(image, side, radius)


def whole_picture(source: Path) -> QImage:
    """A picture as large as a screen can show it; null where it is no picture."""
    frame = first_frame(source)
    if frame is not None:
        return frame
    size = picture_size(source)
    if size.isEmpty() or size.width() * size.height() > MOST_PIXELS:
        return QImage()
    reader = picture_reader(source)
    if max(size.width(), size.height()) > WHOLE_SIDE:
        reader.setScaledSize(
            size.scaled(WHOLE_SIDE, WHOLE_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
        )
    return reader.read()


def picture_size(source: Path) -> QSize:
    """Width and height as the file says them; empty where it is no picture."""
    return picture_reader(source).size()


def _still(source: Path, covering: int) -> QImage:
    frame = first_frame(source)
    return _read(picture_reader(source), covering) if frame is None else frame


def _kept_reader(path: Path) -> QImageReader:
    """Of what was made here: it is upright, and its name need not be mistrusted."""
    reader = QImageReader(str(path))
    reader.setQuality(_QUICK)
    return reader


def _read(reader: QImageReader, covering: int) -> QImage:
    """The picture, at least as large as a square of that side where it is, and little larger."""
    size = reader.size()
    if size.isEmpty() or size.width() * size.height() > MOST_PIXELS:
        return QImage()
    times = min(size.width(), size.height()) / covering
    if times > 1 and reader.format() == b"jpeg":
        halvings = min(3, int(log2(times)))  # its decoder halves for nothing, and scales for much
        reader.setScaledSize(QSize(size.width() >> halvings, size.height() >> halvings))
    elif times > 1:
        square = QSize(covering, covering)
        reader.setScaledSize(size.scaled(square, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    return reader.read()


def _middle(image: QImage, most: int) -> QImage:
    side = min(image.width(), image.height())
    across = QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    square = image.copy(across)
    if side <= most:
        return square
    return square.scaled(QSize(most, most), mode=Qt.TransformationMode.SmoothTransformation)


def _keep(image: QImage, path: Path) -> None:
    """Write it beside its place first: a half one would be shown for ever."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    kind = b"PNG" if image.hasAlphaChannel() else b"JPG"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        writer = QImageWriter(str(half), kind)
        writer.setOptimizedWrite(True)  # a fifth less to read
        writer.setQuality(-1 if kind == b"PNG" else _QUALITY)
        if writer.write(image):
            half.replace(path)
    except OSError as error:
        logger.info("a small picture could not be kept: %s", error)


def _rounded(image: QImage, side: int, radius: float) -> QImage:
    """It, that large; only its corners are cut, as a mask of the whole costs as much as reading."""
    out = _square(image, side)
    painter = QPainter(out)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    outline, corner = _outline(side, radius), min(ceil(radius), side // 2)
    for x in (0, side - corner):
        for y in (0, side - corner):
            place = QRect(x, y, corner, corner)
            painter.drawImage(place, outline, place)
    painter.end()
    return out


def _square(image: QImage, side: int) -> QImage:
    kind = QImage.Format.Format_ARGB32_Premultiplied
    if image.size() == QSize(side, side):
        return image.convertToFormat(kind)
    out = QImage(side, side, kind)
    painter = QPainter(out)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.drawImage(out.rect(), image)
    painter.end()
    return out


@lru_cache(maxsize=8)
def _outline(side: int, radius: float) -> QImage:
    """A square with round corners, whose inside covers."""
    out = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    out.fill(Qt.GlobalColor.transparent)
    painter = QPainter(out)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawRoundedRect(QRectF(out.rect()), radius, radius)
    painter.end()
    return out
