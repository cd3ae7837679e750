"""The settings: sections of rows in one column, and a search over all of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QHideEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_app.folding import folded
from desktop_app.prose import tr
from desktop_app.settings import Settings
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.clear_mark import ClearMark
from desktop_app.ui.labels import Rule
from desktop_app.ui.look import Look
from desktop_app.ui.page_area import ALL, MARGIN, PageArea
from desktop_app.ui.settings.approvals_card import ApprovalsCard
from desktop_app.ui.settings.key_card import KeyCard
from desktop_app.ui.settings.keys_card import KeysCard
from desktop_app.ui.settings.microphone_card import MicrophoneCard
from desktop_app.ui.settings.own_service_card import OwnServiceCard
from desktop_app.ui.settings.row_widgets import RowWidget, WrappedText
from desktop_app.ui.settings.setting_table import SECTIONS, Section, matching
from desktop_app.ui.settings.storage_card import StorageCard
from desktop_app.ui.settings.voices_card import VoicesCard
from desktop_app.ui.text_field import TextField
from desktop_app.version import __version__


class SectionWidget(QWidget):
    """A heading with its rows, and what else stands in it."""

    def __init__(self, look: Look, parent: QWidget, name: str, title: str) -> None:
        super().__init__(parent)
        self.name = name
        self.title = title
        self.rows: list[RowWidget] = []
        self.others: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 14, 0, 10)
        self._column.setSpacing(0)
        heading = WrappedText(look, self, title, size.TITLE, "text")
        heading.setFont(look.font(size.TITLE, QFont.Weight.DemiBold))
        self._column.addWidget(heading)
        self._column.addSpacing(4)

    def add_row(self, row: RowWidget) -> None:
        """Put a setting last."""
        self.rows.append(row)
        self._column.addWidget(row)

    def add_other(self, other: QWidget, after: str = "") -> None:
        """Put something else last, or after the setting of that path."""
        self.others.append(other)
        row = next((one for one in self.rows if one.row.path == after), None)
        if row is None:
            self._column.addWidget(other)
        else:
            self._column.insertWidget(self._column.indexOf(row) + 1, other)


class SettingsPage(QWidget):
    """Every setting of the table, with cards for what is more than a value.

    Attributes:
        key, own, microphone, voices, approvals, storage, keys: The cards.
        licences: Where the licences of all packages stand, empty until they are read.
    """

    def __init__(self, look: Look, parent: QWidget, settings: Settings) -> None:
        super().__init__(parent)
        self._look = look
        self._wants_key = True
        self.setWindowTitle(tr("Settings"))
        self.search = TextField(look, self, icon="search")
        self.search.setPlaceholderText(tr("Search settings"))
        self.search.setAccessibleName(tr("Search settings"))
        self.search.textChanged.connect(self._on_search)
        ClearMark(look, self.search)
        self._area = PageArea(self._look, self)
        self._rule = Rule(look, self, is_shown=False)
        self._area.verticalScrollBar().valueChanged.connect(self._rule.show_scrolled)
        self._inner = QWidget()
        self._nothing = WrappedText(look, self._inner, "", size.TEXT, "dim")
        self._nothing.setContentsMargins(0, 12, 0, 0)
        self.sections = {one.name: self._section(one, settings) for one in SECTIONS}
        self.key = KeyCard(look, self._inner)
        self.own = OwnServiceCard(look, self._inner)
        self.microphone = MicrophoneCard(look, self._inner)
        self.sections["service"].add_other(self.key, "profile")
        self.sections["service"].add_other(self.own)
        self.approvals = ApprovalsCard(look, self._inner)
        self.sections["tools"].add_other(self.approvals)
        self.sections["voice"].add_other(self.microphone, "voice.output_device_id")
        self.voices = VoicesCard(look, self._inner)
        self.sections["voice"].add_other(self.voices, "voice.talk_mode")
        self.storage = StorageCard(look, self._inner)
        storage = SectionWidget(look, self._inner, "storage", tr("Storage"))
        storage.add_other(self.storage)
        self.sections["storage"] = storage
        self.keys = KeysCard(look, self._inner)
        keys = SectionWidget(look, self._inner, "keys", tr("Keys"))
        keys.add_other(self.keys)
        self.sections["keys"] = keys
        self._about()
        self._lay_out()
        self.setFocusProxy(self.search)

    def _section(self, section: Section, settings: Settings) -> SectionWidget:
        widget = SectionWidget(self._look, self._inner, section.name, tr(section.title))
        for row in section.rows:
            widget.add_row(RowWidget(self._look, widget, row, settings))
        return widget

    def _about(self) -> None:
        about = SectionWidget(self._look, self._inner, "about", tr("About"))
        for words in (
            tr("Parley {version}").format(version=__version__),
            tr("The voices are made by computers. OpenAI's voices are generated by AI."),
        ):
            line = WrappedText(self._look, about, words, size.TEXT, "text")
            line.setContentsMargins(0, 4, 0, 4)
            about.add_other(line)
        self.show_licences = Button(
            self._look, about, text=tr("Licences of all packages"), tone=Tone.LINK
        )
        self.licences = QPlainTextEdit(about)
        self.licences.setReadOnly(True)
        self.licences.setFont(self._look.mono(size.CAPTION))
        self.licences.setAccessibleName(tr("Licences of all packages"))
        self.licences.setMinimumHeight(14 * self.licences.fontMetrics().height())
        self.licences.hide()
        below = QWidget(about)
        row = QHBoxLayout(below)
        row.setContentsMargins(0, 6, 0, 6)
        row.addWidget(self.show_licences)
        row.addStretch(1)
        about.add_other(below)
        about.add_other(self.licences)
        self.sections["about"] = about

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 0, 24)
        column.setSpacing(0)
        column.addWidget(self._nothing)
        for section in self.sections.values():
            column.addWidget(section)
        column.addStretch(1)
        self._nothing.hide()
        self._area.hold(self._inner)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = QHBoxLayout()
        top.setContentsMargins(MARGIN, 12, MARGIN, 10)
        top.setSpacing(0)
        top.addStretch(1)
        top.addWidget(self.search, ALL)
        top.addStretch(1)
        self.search.setMaximumWidth(self._look.scaled(size.COLUMN))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self._rule)
        whole.addWidget(self._area, 1)

    @property
    def rows(self) -> tuple[RowWidget, ...]:
        """Every setting, in order."""
        return tuple(row for section in self.sections.values() for row in section.rows)

    def row(self, path: str) -> RowWidget:
        """The setting of that path."""
        return next(row for row in self.rows if row.row.path == path)

    def show_settings(self, settings: Settings) -> None:
        """Show what the settings say."""
        for row in self.rows:
            row.show_value(settings)

    def show_key(self, *, is_wanted: bool) -> None:
        """Whether the service in use wants a key at all."""
        self._wants_key = is_wanted
        if self.search.text():
            self._on_search(self.search.text())
        else:
            self.key.setVisible(is_wanted)

    def show_row(self, path: str) -> None:
        """Bring a setting into view, and give it the keyboard."""
        self.search.clear()
        row = self.row(path)
        for part in (self, self._area.widget(), self._inner, row.parentWidget()):
            if part is not None and (layout := part.layout()) is not None:
                layout.activate()  # places are known only then
        self._area.ensureWidgetVisible(row, 0, self._area.viewport().height() // 3)
        row.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_section(self, name: str) -> None:
        """Bring a section to the top."""
        self.search.clear()
        self._area.verticalScrollBar().setValue(self.sections[name].y())

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Who comes back finds all settings, not those that were looked for some time ago."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.search.clear()

    def _on_search(self, text: str) -> None:
        found = {section.name: section for section in matching(text)}
        words = folded(text).split()
        for name, widget in self.sections.items():
            paths = {row.path for row in found[name].rows} if name in found else set()
            for row in widget.rows:
                row.setVisible(row.row.path in paths)
            known = _words_of(widget)
            has_others = all(word in known for word in words)
            for other in widget.others:
                is_list = other is self.licences and not self.licences.toPlainText()
                is_idle = other is self.key and not self._wants_key
                other.setVisible(has_others and not is_list and not is_idle)
                if isinstance(other, KeysCard):
                    other.show_fitting(words)
            widget.setVisible(bool(paths) or has_others)
        is_empty = all(widget.isHidden() for widget in self.sections.values())
        self._nothing.show_text(tr("No setting is called “{text}”.").format(text=text))
        self._nothing.setVisible(is_empty)


def _words_of(widget: SectionWidget) -> str:
    """What a section's cards are found by: its title, and the words that stand in them."""
    found = [widget.title]
    found += [label.text() for other in widget.others for label in other.findChildren(WrappedText)]
    found += [other.text() for other in widget.others if isinstance(other, WrappedText)]
    for other in widget.others:
        found += [button.text() for button in other.findChildren(Button)]
        found += [field.accessibleName() for field in other.findChildren(TextField)]
    return folded(" ".join(found))
