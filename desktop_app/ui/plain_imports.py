"""Imports as Python does them, in a process that has Qt.

PySide6 replaces Python's ``__import__`` by one that reads the source of each module imported after
it, and leaves it in memory, to learn whether that module may ask for other names of Qt's methods
(``from __feature__ import snake_case``). Nothing here does; it would cost a window 9 MiB and 50 ms.
"""

from __future__ import annotations

import builtins


def import_plainly() -> None:
    """Give Python its own ``__import__`` back, if PySide6 took it. After Qt's first import."""
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
