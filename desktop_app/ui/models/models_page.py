"""Every model of the service: what it costs, what it can, and where to use it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import mark, tr
from desktop_app.ui.button import Button
from desktop_app.ui.look import Look
from desktop_app.ui.models.model_browser import ModelBrowser

_KINDS = (
    ("llm", mark("Language")),
    ("image", mark("Pictures")),
    ("video", mark("Videos")),
    ("stt", mark("Hearing")),
    ("tts", mark("Voices")),
    ("embedding", mark("Search by meaning")),
)


class ModelsPage(QWidget):
    """A browser for each kind of model.

    Signals:
        kind_chosen: ``llm``, ``image``, ``video``, ``stt``, ``tts`` or ``embedding``.
    """

    kind_chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Models"))
        self.kind = "llm"
        self.browser = ModelBrowser(look, self)
        self.setFocusProxy(self.browser)
        self._kinds: dict[str, Button] = {}
        top = QHBoxLayout()
        top.setSpacing(4)
        for kind, words in _KINDS:
            button = Button(look, self, text=tr(words))
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.clicked.connect(self._on_kind)
            self._kinds[kind] = button
            top.addWidget(button)
        top.addStretch(1)
        self._kinds[self.kind].setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 10, 20, 14)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.browser, 1)

    def _on_kind(self) -> None:
        self.kind = next(kind for kind, button in self._kinds.items() if button.isChecked())
        self.browser.show_models(())
        self.browser.begin()
        self.kind_chosen.emit(self.kind)
