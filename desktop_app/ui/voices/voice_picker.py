"""The voices over the conversation or the settings, out of the way once one is chosen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from desktop_app.prose import tr
from desktop_app.ui.look import Look
from desktop_app.ui.overlay import Overlay
from desktop_app.ui.voices.voice_browser import VoiceBrowser

_WANTED = QSize(620, 540)


class VoicePicker(Overlay):
    """A voice browser at whatever asks for it."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window, _WANTED)
        self.setObjectName("voices")
        self.panel.setAccessibleName(tr("Choose who listens and speaks"))
        self.browser = VoiceBrowser(look, self.panel)
        self.column.addWidget(self.browser)
        self.panel.setFocusProxy(self.browser)
