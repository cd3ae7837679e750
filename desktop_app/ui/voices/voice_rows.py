"""Voices as rows of a list, the service's own choice first."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QLocale, Qt

from desktop_app.folding import folded
from desktop_app.prose import tr
from desktop_app.protocol.service_calls import VoiceRow
from desktop_app.ui.models.choice_rows import ChoiceRows, Index
from desktop_app.ui.models.model_delegate import RowWords
from desktop_app.ui.models.model_rows import IS_CHOSEN, ROW
from desktop_app.ui.tips import plain_tip
from desktop_app.ui.wording import apart, provider_word

AUTOMATIC = VoiceRow("", "")
"""Whoever the service takes."""


def words_of_voice(row: VoiceRow) -> RowWords:
    """Name and language above, where it is and what it is like below."""
    if row == AUTOMATIC:
        return RowWords(tr("Automatic"), "", tr("The service chooses who speaks."))
    is_ai = row.provider == "openai"
    facts = (provider_word(row.provider), tr("made by AI") if is_ai else "", row.description)
    caption = " · ".join(apart(fact) for fact in facts if fact)
    return RowWords(_name(row), row.language, caption)


def _name(row: VoiceRow) -> str:
    """The built-in voices are called by their languages: as who speaks them calls them."""
    if row.provider != "builtin" or row.language.count("-") > 1:
        return row.label
    return _own_name(row.language) or row.label


@lru_cache(maxsize=256)
def _own_name(language: str) -> str:
    """Empty where it is not known."""
    wanted = language.replace("-", "_")
    own = QLocale(wanted)
    if not own.name().casefold().startswith(wanted.casefold()):
        return ""  # it is another land's
    name = own.nativeLanguageName()
    if "_" in wanted and _is_called_so_elsewhere(own):
        name = f"{name} ({own.nativeTerritoryName()})"
    return name[:1].upper() + name[1:]


def _is_called_so_elsewhere(own: QLocale) -> bool:
    """Whether the name of its language says nothing of the land."""
    script, land = QLocale.Script.AnyScript, QLocale.Country.AnyCountry
    return any(
        one.nativeLanguageName() == own.nativeLanguageName() and one.territory() != own.territory()
        for one in QLocale.matchingLocales(own.language(), script, land)
    )


def fitting(voices: tuple[VoiceRow, ...], words: str) -> tuple[VoiceRow, ...]:
    """Those that hold every word."""
    wanted = folded(words).split()

    def text(row: VoiceRow) -> str:
        said = " ".join(words_of_voice(row)[:3])
        return folded(f"{row.provider} {row.id} {row.label} {said}")

    return tuple(row for row in voices if all(word in text(row) for word in wanted))


def own_language_first(voices: tuple[VoiceRow, ...]) -> tuple[VoiceRow, ...]:
    """Those that speak the window's language or any, then the others, each in their order."""
    own = QLocale().name().partition("_")[0]

    def is_foreign(row: VoiceRow) -> bool:
        return row.language.partition("-")[0].casefold() not in ("", own)

    return tuple(sorted(voices, key=is_foreign))


class VoiceRows(ChoiceRows[VoiceRow]):
    """Voices, with the one in use."""

    def __init__(self) -> None:
        super().__init__()
        self._chosen = AUTOMATIC

    def show_rows(self, rows: tuple[VoiceRow, ...], chosen: VoiceRow) -> None:
        """Exchange all."""
        self.beginResetModel()
        self._rows, self._chosen = rows, chosen
        self.endResetModel()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        said = words_of_voice(row)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return said.name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(said.caption)
            case Qt.ItemDataRole.AccessibleTextRole:
                is_chosen = tr("in use") if row == self._chosen else ""
                return ", ".join(filter(None, (said.name, is_chosen, said.end, said.caption)))
            case int(role) if role == ROW:
                return row
            case int(role) if role == IS_CHOSEN:
                return row == self._chosen
        return None
