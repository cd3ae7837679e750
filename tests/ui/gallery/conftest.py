"""Pictures on the disk and rows about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from desktop_app.journal.records import PictureRecord


def record(number: int, **given: object) -> PictureRecord:
    """Picture ``p<number>`` of thread ``a``, made by message ``m<number>``."""
    values: dict[str, object] = {
        "thread_id": "a",
        "message_id": f"m{number}",
        "remote_id": f"d{number}",
        "mime_type": "image/png",
        "path": f"pictures/{number}.png",
        "size_bytes": 2048,
        "created_at": 1000.0 + number,
        "prompt": f"Fox {number}",
        **given,
    }
    return PictureRecord(id=f"p{number}", **values)  # type: ignore[arg-type]


@pytest.fixture
def paint(tmp_path: Path) -> Callable[..., Path]:
    """Writes ``pictures/<number>.png``, of one colour."""

    def write(number: int, colour: str = "#c04020", width: int = 64, height: int = 48) -> Path:
        path = tmp_path / "pictures" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        image = QImage(width, height, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        assert image.save(str(path), "PNG")
        return path

    return write
