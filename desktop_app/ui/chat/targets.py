"""What in a message can be pressed."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QRectF


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a click, or Enter, does.

    Attributes:
        kind: What it does, such as ``retry``, ``copy``, ``wrap`` or ``link``.
        value: What it does it with: the text, the address, the id.
        label: What it says, for people who cannot see it.
        box: Where it stands in its message.
    """

    kind: str
    value: str = ""
    label: str = ""
    box: QRectF = field(default_factory=QRectF)
