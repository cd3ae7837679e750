"""Pictures of the window, kept in a folder with one page that shows them all."""

from __future__ import annotations

import html
import os
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QWidget

_HEAD = """<!doctype html><meta charset="utf-8"><title>The window in pictures</title>
<style>body{font:14px sans-serif;margin:24px;background:#777;color:#fff}
figure{display:inline-block;margin:8px;width:480px;vertical-align:top}img{width:100%}</style>
"""


class Album:
    """A folder of PNG files.

    Attributes:
        folder: ``out/journeys`` of the checkout, or what ``JOURNEY_PICTURES`` names.
    """

    def __init__(self) -> None:
        default = Path(__file__).parents[2] / "out" / "journeys"
        self.folder = Path(os.environ.get("JOURNEY_PICTURES") or default)
        self.folder.mkdir(parents=True, exist_ok=True)

    def take(self, window: QWidget, name: str, *, ratio: float = 1.0) -> QImage:
        """Picture the window and keep it as ``name``.

        Args:
            ratio: Device pixels for each pixel of the window.
        """
        picture = QPixmap(window.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.magenta)  # what nobody paints is seen
        window.render(picture, QPoint())
        assert picture.save(str(self.folder / f"{name}.png"), "PNG")
        return picture.toImage()

    def write_index(self) -> Path:
        """Write the page of all pictures that are in the folder."""
        names = sorted(path.name for path in self.folder.glob("*.png"))
        figures = [
            f'<figure><a href="{name}"><img src="{name}" alt=""></a>'
            f"<figcaption>{html.escape(name[:-4])}</figcaption></figure>"
            for name in names
        ]
        page = self.folder / "index.html"
        page.write_text(_HEAD + "\n".join(figures), encoding="utf-8")
        return page


def colours_of(image: QImage) -> set[int]:
    """The colours of a picture, seen at every sixth pixel."""
    return {
        image.pixel(x, y) for x in range(0, image.width(), 6) for y in range(0, image.height(), 6)
    }
