"""The models of the catalogue as rows of a list."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop_app.prose import mark, tr
from desktop_app.protocol.service_calls import ModelRow
from desktop_app.ui.models.choice_rows import ChoiceRows, Index
from desktop_app.ui.panels.amounts import context_words, price_words
from desktop_app.ui.tips import plain_tip
from desktop_app.ui.wording import apart

ROW = Qt.ItemDataRole.UserRole
IS_CHOSEN = Qt.ItemDataRole.UserRole + 1
IS_RECENT = Qt.ItemDataRole.UserRole + 2
_OWN = mark("Built-in responder")  # as the service calls it


def name_of(row: ModelRow) -> str:
    """How people know it."""
    own = row.provider == "builtin" and row.label == _OWN
    return tr(_OWN) if own else row.label or row.name


def abilities(row: ModelRow) -> tuple[str, ...]:
    """What it can besides words, as far as somebody says so."""
    given = (
        (row.sees, tr("sees pictures")),
        (row.hears, tr("hears")),
        (row.has_tools, tr("uses tools")),
        (row.thinks, tr("thinks")),
    )
    return tuple(words for can, words in given if can)


def caption_of(row: ModelRow) -> str:
    """Where it is, how much it reads and what it can, in one line."""
    facts = (row.full_name, context_words(row.context), *abilities(row))
    return " · ".join(apart(fact) for fact in facts if fact)


class ModelRows(ChoiceRows[ModelRow]):
    """Models, with the one in use and those of late."""

    def __init__(self) -> None:
        super().__init__()
        self._chosen = ""
        self._recent: frozenset[str] = frozenset()

    def show_rows(
        self, rows: tuple[ModelRow, ...], chosen: str, recent: tuple[str, ...] = ()
    ) -> None:
        """Exchange all; ``chosen`` and ``recent`` are full names."""
        self.beginResetModel()
        self._rows, self._chosen, self._recent = rows, chosen, frozenset(recent)
        self.endResetModel()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return name_of(row)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(caption_of(row))
            case Qt.ItemDataRole.AccessibleTextRole:
                is_chosen = row.full_name == self._chosen
                facts = (name_of(row), tr("in use") if is_chosen else "", caption_of(row))
                return ", ".join(fact for fact in (*facts, price_words(row)) if fact)
            case int(role) if role == ROW:
                return row
            case int(role) if role == IS_CHOSEN:
                return row.full_name == self._chosen
            case int(role) if role == IS_RECENT:
                return row.full_name in self._recent
        return None
