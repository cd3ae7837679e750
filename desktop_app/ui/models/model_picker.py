"""The models over the conversation: chosen with a few keys, then out of the way."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from desktop_app.prose import tr
from desktop_app.ui.look import Look
from desktop_app.ui.models.model_browser import ModelBrowser
from desktop_app.ui.overlay import Overlay

_WANTED = QSize(660, 540)


class ModelPicker(Overlay):
    """A model browser at the model's chip."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(look, window, _WANTED)
        self.setObjectName("models")
        self.panel.setAccessibleName(tr("Choose a model"))
        self.browser = ModelBrowser(look, self.panel)
        self.column.addWidget(self.browser)
        self.panel.setFocusProxy(self.browser)

    def open_below(self, anchor: QWidget) -> None:
        """See ``Overlay``; all models are looked through anew."""
        self.browser.begin()
        super().open_below(anchor)
