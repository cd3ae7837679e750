"""What the first frame needs of the settings, kept by the window so that it need not read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from desktop_app.ui.look import Look

if TYPE_CHECKING:
    from desktop_app.settings import AppearanceSettings


def remember_look(memory: QSettings, appearance: AppearanceSettings) -> bool:
    """Keep it for the next start.

    Returns:
        Whether language or size of letters are others than before: only a new window shows them.
    """
    before = (remembered_language(memory), _kept_percent(memory))
    memory.setValue("theme", appearance.theme)
    memory.setValue("calm", "true" if appearance.reduced_motion else "false")
    memory.setValue("language", appearance.language)
    memory.setValue("text_size", appearance.text_size)
    return before != (remembered_language(memory), _kept_percent(memory))


def remembered_look(memory: QSettings, theme: str) -> Look:
    """The look as it was kept; a ``theme`` of the command line comes before it."""
    return Look(
        theme=theme or str(memory.value("theme", "system")),
        is_calm=memory.value("calm", "false") == "true",
        text_percent=_kept_percent(memory),
    )


def remembered_language(memory: QSettings) -> str:
    """What was chosen as ``appearance.language``."""
    return str(memory.value("language", "system"))


def _kept_percent(memory: QSettings) -> int:
    kept = str(memory.value("text_size", "100"))
    return min(200, max(100, int(kept))) if kept.isdecimal() else 100
