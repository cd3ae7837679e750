"""Parts beside each other, as the viewer lays them out."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget


def inset(part: QWidget, left: int, right: int) -> QHBoxLayout:
    """One part, with so many px before and behind it."""
    line = QHBoxLayout()
    line.setContentsMargins(left, 0, right, 0)
    line.addWidget(part)
    return line


def in_line(*parts: QWidget) -> QHBoxLayout:
    """Some parts close together."""
    line = QHBoxLayout()
    line.setSpacing(2)
    for part in parts:
        line.addWidget(part)
    return line
