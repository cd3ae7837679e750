"""The widget of one setting, made from its row of the table."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from desktop_app.prose import tr
from desktop_app.settings import Settings
from desktop_app.ui import look as size
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import leading, mirrored
from desktop_app.ui.settings.setting_table import SettingRow, limits_of, value_of
from desktop_app.ui.settings.switch import Switch
from desktop_app.ui.text_field import TextField, paint_field


class Choice(QComboBox):
    """A list that the wheel does not change while the page is scrolled over it.

    Space takes the row that the arrows came to, as Enter does; Qt leaves it without a meaning.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setFont(look.font(size.SMALL))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(self.fontMetrics().height() + 18)
        self.setItemDelegate(QStyledItemDelegate(self))  # the usual one knows no stylesheet

        self.view().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if (
            watched is self.view()
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Space
        ):
            self._take(self.view().currentIndex())
            return True
        return super().eventFilter(watched, event)

    def _take(self, row: QModelIndex) -> None:
        self.hidePopup()
        if row.isValid() and row.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.setCurrentIndex(row.row())
            self.activated.emit(row.row())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        paint_field(painter, self._look, self)
        side = self._look.scaled(16)
        icon = QRectF(self.width() - 10 - side, (self.height() - side) / 2, side, side)
        icon = mirrored(icon, self.width())
        paint_icon(painter, "chevron-down", icon, self._look.colour("dim"))
        painter.setPen(self._look.colour("text"))
        box = mirrored(QRectF(self.rect()).adjusted(12, 0, -16 - side, 0), self.width())
        room = int(box.width())
        words = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, leading(), words)


class Number(QSpinBox):
    """A number; what is typed counts when it is complete. The arrow keys step."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setFont(look.font(size.SMALL))
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrame(False)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lineEdit().setStyleSheet("background: transparent; border: none;")
        self.setMinimumHeight(self.fontMetrics().height() + 18)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("88888 mmm") + 24)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        paint_field(QPainter(self), self._look, self)


Control = Choice | Number | Switch | TextField


class RowWidget(QWidget):
    """Title, hint and control.

    Signals:
        changed: Path of the setting and its new value.
    """

    changed = Signal(str, object)

    def __init__(self, look: Look, parent: QWidget, row: SettingRow, settings: Settings) -> None:
        super().__init__(parent)
        self.row = row
        self.control = self._control_for(look, row, settings)
        self.control.setFont(look.font(size.SMALL))
        self.control.setAccessibleName(tr(row.title))
        self._title = _text(look, self, tr(row.title), size.TEXT)
        self._title.setBuddy(self.control)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        if row.hint:
            words.addWidget(_text(look, self, tr(row.hint), size.SMALL, ink="dim"))
        self._fault = _text(look, self, "", size.SMALL, ink="warn")
        words.addWidget(self._fault)
        self.show_fault("")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 8, 0, 8)
        line.setSpacing(20)
        line.addLayout(words, 3)
        is_wide = isinstance(self.control, TextField | Choice)
        middle = Qt.AlignmentFlag.AlignVCenter
        line.addWidget(self.control, 2 if is_wide else 0, middle)
        self.show_value(settings)

    def _control_for(self, look: Look, row: SettingRow, settings: Settings) -> Control:
        value = value_of(settings, row.path)
        if isinstance(value, bool):
            switch = Switch(look, self)
            switch.toggled.connect(self._on_changed)
            return switch
        if isinstance(value, int):
            number = Number(look, self)
            number.setRange(*limits_of(settings, row.path))
            number.setSingleStep(50 if number.maximum() >= 1000 and row.unit == "ms" else 5)
            number.setSuffix(_after_number(row.unit))
            number.valueChanged.connect(self._on_changed)
            return number
        if row.choices or row.path.endswith("_device_id"):
            choice = Choice(look, self)
            self._fill(choice, {value: tr(words) for value, words in row.choices.items()})
            choice.activated.connect(self._on_activated)
            return choice
        text = TextField(look, self)
        text.setPlaceholderText(row.example)
        text.editingFinished.connect(self._on_edited)
        return text

    @staticmethod
    def _fill(choice: QComboBox, choices: dict[str, str]) -> None:
        choice.clear()
        for value, words in choices.items():
            choice.addItem(words, value)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(12)

    def show_choices(self, choices: dict[str, str], settings: Settings) -> None:
        """Offer other values; what is chosen stays, though it is not among them."""
        if not isinstance(self.control, Choice) or self.control.view().isVisible():
            return
        value = str(value_of(settings, self.row.path))
        if value not in choices:
            choices = {**choices, value: tr("{name} (not here now)").format(name=value)}
        self._fill(self.control, choices)
        self.show_value(settings)

    def show_fault(self, words: str) -> None:
        """Say what is wrong with what stands in the field; nothing takes it back."""
        self._fault.show_text(words)
        self._fault.setVisible(bool(words))
        told = (tr(self.row.hint), words)
        self.control.setAccessibleDescription(" ".join(one for one in told if one))

    def show_value(self, settings: Settings) -> None:
        """Show what the settings say."""
        value = value_of(settings, self.row.path)
        self.control.blockSignals(True)
        try:
            match self.control:
                case Switch():
                    self.control.setChecked(bool(value))
                case Number():
                    self.control.setValue(int(value))
                case Choice():
                    self.control.setCurrentIndex(self.control.findData(value))
                case TextField():
                    if self.control.text().strip() != value:
                        self.control.setText(str(value))
                        self.show_fault("")
        finally:
            self.control.blockSignals(False)

    def _on_changed(self, value: object) -> None:
        self.changed.emit(self.row.path, value)

    def _on_activated(self, _number: int) -> None:
        assert isinstance(self.control, Choice)
        self.changed.emit(self.row.path, self.control.currentData())

    def _on_edited(self) -> None:
        assert isinstance(self.control, TextField)
        text = self.control.text().strip()
        fault = self.row.fault(text)
        self.show_fault(fault)
        if not fault:
            self.changed.emit(self.row.path, text)


class WrappedText(QLabel):
    """Plain words in a token's colour, on as many lines as they need."""

    def __init__(self, look: Look, parent: QWidget, text: str, px: int, ink: str) -> None:
        super().__init__(text, parent)
        self._look = look
        self._ink = ink
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(leading())
        self.setFont(look.font(px))
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        palette = self.palette()
        palette.setColor(self.foregroundRole(), self._look.colour(self._ink))
        self.setPalette(palette)

    def show_text(self, text: str, ink: str = "") -> None:
        """Exchange the words and, if given, the colour's token."""
        self._ink = ink or self._ink
        self.setText(text)
        self._dress()


def _text(look: Look, parent: QWidget, text: str, px: int, ink: str = "text") -> WrappedText:
    return WrappedText(look, parent, text, px, ink)


def _after_number(unit: str) -> str:
    """What stands behind a number, with the space before it that the language wants."""
    return tr("{percent}%").format(percent="") if unit == "%" else f" {tr(unit)}"
