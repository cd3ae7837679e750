"""Keys bound anew: one field for each shortcut, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QKeySequenceEdit, QLineEdit, QWidget

from desktop_app.folding import folded
from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.clear_mark import ClearMark
from desktop_app.ui.key_words import shown_keys
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins
from desktop_app.ui.settings.row_widgets import WrappedText
from desktop_app.ui.shortcuts import TABLE, conflict, keys_of
from desktop_app.ui.text_field import paint_field

_CLEAR = 64  # px around the keys, and of the mark that empties the field


class KeyField(QKeySequenceEdit):
    """Takes a key by its being pressed."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setMaximumSequenceLength(1)
        self.setFont(look.font(size.SMALL))
        line = self.findChild(QLineEdit)
        assert line is not None  # it is made of one
        line.setFrame(False)
        line.setStyleSheet("QLineEdit { background: transparent; border: none; }")
        line.setTextMargins(*mirrored_margins(8, 0, 4, 0))
        self.setMinimumHeight(self.fontMetrics().height() + 14)
        line.setMinimumHeight(self.minimumHeight())
        ClearMark(look, line)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        paint_field(QPainter(self), self._look, self)


class KeysCard(QWidget):
    """A key that is taken is refused in words, and the one before stays.

    Signals:
        bound: Name of the shortcut and its new keys; empty for none.
    """

    bound = Signal(str, str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._chosen: Mapping[str, str] = {}
        self.fields: dict[str, QKeySequenceEdit] = {}
        self._titles: dict[str, WrappedText] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        rows = [one for one in TABLE if not one.is_fixed]
        metrics = QFontMetrics(look.font(size.SMALL))
        widest = max(metrics.horizontalAdvance(shown_keys(one.keys)) for one in rows)
        about = tr("Keyboard shortcuts. Choose a field and press the new keys.")
        grid.addWidget(WrappedText(look, self, about, size.SMALL, "dim"), 0, 0, 1, 2)
        grid.setRowMinimumHeight(1, 1)  # apart from the first key
        self._lines: dict[str, int] = {}  # of the grid; below each there is one for what is wrong
        for number, one in enumerate(rows):
            line = self._lines[one.name] = 2 + 2 * number
            field = KeyField(look, self)
            field.setMinimumWidth(widest + _CLEAR)
            field.setAccessibleName(tr(one.title))
            field.setProperty("name", one.name)
            field.editingFinished.connect(self._on_edited)
            self.fields[one.name] = field
            title = WrappedText(look, self, tr(one.title), size.SMALL, "text")
            self._titles[one.name] = title
            grid.addWidget(title, line, 0)
            grid.addWidget(field, line, 1)
        self._grid = grid
        self.words = WrappedText(look, self, "", size.SMALL, "warn")
        self.words.hide()
        self.show_keys({})

    def show_keys(self, chosen: Mapping[str, str]) -> None:
        """Show what is bound now."""
        self._chosen = chosen
        for name, field in self.fields.items():
            field.blockSignals(True)
            field.setKeySequence(QKeySequence(keys_of(name, chosen)))
            field.blockSignals(False)

    def show_fitting(self, words: Sequence[str]) -> None:
        """Show the keys whose titles hold all of these words, folded; else all."""

        def fits(title: str) -> bool:
            return all(word in folded(title) for word in words)

        fitting = {name for name, title in self._titles.items() if fits(title.text())}
        shows_all = not fitting or fits(tr("Keys"))
        for name, title in self._titles.items():
            for part in (title, self.fields[name]):
                part.setVisible(shows_all or name in fitting)

    def _on_edited(self) -> None:
        field = self.sender()
        assert isinstance(field, QKeySequenceEdit)
        name, keys = str(field.property("name")), field.keySequence().toString()
        if keys == QKeySequence(keys_of(name, self._chosen)).toString():
            return
        fault = conflict(name, keys, self._chosen)
        self.words.show_text(fault)
        self._grid.addWidget(self.words, self._lines[name] + 1, 0, 1, 2)
        self.words.setVisible(bool(fault))
        if fault:
            self.show_keys(self._chosen)
        else:
            self.bound.emit(name, keys)
