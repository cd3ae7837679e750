"""Looks through the models by typing and filtering, and chooses one, by keyboard alone."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import mark, tr, tr_n
from desktop_app.protocol.service_calls import ModelRow
from desktop_app.state.model_wish import ModelWish, fitting, providers_of
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.labels import Label, Rule
from desktop_app.ui.look import Look
from desktop_app.ui.models.choice_browser import ChoiceBrowser, Scope
from desktop_app.ui.models.model_filters import ModelFilters
from desktop_app.ui.models.model_rows import ROW, ModelRows
from desktop_app.ui.numbers import whole

NO_MODEL = mark("No model fits. Take a filter away or search for less.")


class ModelBrowser(ChoiceBrowser):
    """Search, filters, list, and what can be done with the model that is marked.

    ``chosen`` brings a ModelRow, None for the service's own choice.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent, tr("Search models"))
        self._models: tuple[ModelRow, ...] = ()
        self._recent: tuple[str, ...] = ()
        self._chosen = ""
        self._wish = ModelWish()
        self.filters = ModelFilters(look, self)
        self.rows = ModelRows()
        self._make_list(self.rows, tr("Models"), tr("For new threads"))
        self.count = Label(look, self, px=size.CAPTION, ink="faint")
        self.automatic = Button(look, self, text=tr("Let the service choose"), tone=Tone.LINK)
        self.search.textChanged.connect(self._on_words)
        self.filters.changed.connect(self._on_filters)
        self.automatic.clicked.connect(self._on_automatic)
        self.marked_changed.connect(self._show_steps)
        self.taken.connect(self._choose)
        self._lay_out()
        self.show_note("")

    def _lay_out(self) -> None:
        beside = QHBoxLayout()
        beside.addWidget(self.retry)
        beside.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        for part in (self.use, self.once, self.always):
            foot.addWidget(part)
        foot.addStretch(1)
        foot.addWidget(self.automatic)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.filters)
        column.addWidget(self.note)
        column.addLayout(beside)
        column.addWidget(self.list, 1)
        column.addWidget(Rule(self._look, self))
        column.addWidget(self.count)
        column.addLayout(foot)

    @property
    def marked(self) -> ModelRow | None:
        """The model that Enter takes."""
        row: ModelRow | None = self.list.currentIndex().data(ROW)
        return row

    def show_models(
        self, models: tuple[ModelRow, ...], chosen: str = "", recent: tuple[str, ...] = ()
    ) -> None:
        """Look through these; ``chosen`` and ``recent`` are full names."""
        is_other = models is not self._models
        self._models, self._chosen, self._recent = models, chosen, recent
        if is_other:
            self.filters.show_providers(providers_of(models))
        self._show()

    def show_note(self, text: str, *, can_retry: bool = False) -> None:
        """Say something in place of models; empty says nothing."""
        self.note.setText(text)
        self.note.setVisible(bool(text))
        self.retry.setVisible(can_retry)

    def begin(self) -> None:
        """Look through all of them anew."""
        self._wish = ModelWish()
        self.filters.show_wish(self._wish)
        self.search.clear()
        self._show()

    def _show(self) -> None:
        found = fitting(self._models, self._wish, self._recent)
        self.rows.show_rows(found, self._chosen, self._recent)
        names = [one.full_name for one in found]
        at = names.index(self._chosen) if self._chosen in names and not self._wish.words else 0
        self.list.setCurrentIndex(self.rows.index(at, 0))
        if self._models:
            self.show_note("" if found else tr(NO_MODEL))
        words = tr_n("{number} model", "{number} models", len(found)).format(
            number=whole(len(found))
        )
        is_priced = any(one.output_usd for one in found)
        prices = tr("prices for a million tokens") if is_priced else ""
        self.count.show_text(" · ".join(filter(None, (words, prices))) if found else "")
        self._show_steps()

    def _show_steps(self) -> None:
        is_usable = self.marked is not None and self.marked.kind == "llm"
        for step in (self.use, self.once, self.always):
            step.setEnabled(is_usable)

    def _on_words(self, words: str) -> None:
        self._wish = replace(self._wish, words=words)
        self._show()

    def _on_filters(self, wish: ModelWish) -> None:
        self._wish = replace(wish, words=self.search.text())
        self._show()

    def _choose(self, scope: Scope) -> None:
        model = self.marked
        if model is not None and model.kind == "llm":
            self.chosen.emit(model, scope)

    def _on_automatic(self) -> None:
        self.chosen.emit(None, Scope.THREAD)
