"""The first start: who answers, whether the microphone hears, and one real try."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desktop_app.prose import mark, tr
from desktop_app.settings import Settings
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.keys_page import KeyCap
from desktop_app.ui.look import Look
from desktop_app.ui.page_area import ALL, MARGIN, PageArea
from desktop_app.ui.settings.key_card import KeyCard
from desktop_app.ui.settings.microphone_card import MicrophoneCard
from desktop_app.ui.settings.row_widgets import RowWidget, WrappedText
from desktop_app.ui.settings.setting_table import SettingRow

SERVICE, MICROPHONE, TRY = range(3)
_TITLES = (mark("Welcome. Who shall answer?"), mark("Can you be heard?"), mark("Try it"))
_HINTS = (
    mark("You can change this at any time, in the settings."),
    mark("Speak, look at the bar, and play back what was heard. You can type as well."),
    mark("Let go of the key when you have said it, and listen. Esc takes it back."),
)

_TRY_AGAIN = mark("Press the key again when you have said it, and listen. Esc takes it back.")


class WelcomePane(QWidget):
    """Stands where an empty conversation invites; the composer below works all the time.

    Attributes:
        step: Which of the three is shown.
        devices: Microphone and loudspeaker, to be chosen.

    Signals:
        step_changed: The number of the step that is shown now.
        profile_chosen: Name of the service.
        finished: The person has seen it, or wants to see no more of it.
    """

    step_changed = Signal(int)
    profile_chosen = Signal(str)
    finished = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.step = SERVICE
        self._is_held = True
        self.embedded = self._choice(tr("Embedded: works at once, without an account"))
        self.backboard = self._choice(tr("Backboard: with the key of an account"))
        self.key = KeyCard(look, self)
        self.microphone = MicrophoneCard(look, self)
        self.devices = tuple(
            RowWidget(look, self, SettingRow(path, title), Settings())
            for path, title in (
                ("voice.input_device_id", mark("Microphone")),
                ("voice.output_device_id", mark("Loudspeaker")),
            )
        )
        self._press = WrappedText(look, self, tr("Hold"), size.TEXT, "text")
        self.tried = WrappedText(look, self, "", size.TEXT, "text")
        self._title = WrappedText(look, self, "", size.DISPLAY, "text")
        self._title.setFont(look.font(size.DISPLAY, QFont.Weight.DemiBold))
        self._hint = WrappedText(look, self, "", size.TEXT, "dim")
        self._place = WrappedText(look, self, "", size.SMALL, "dim")
        self.skip = Button(look, self, text=tr("Skip all this"), tone=Tone.LINK)
        self.back = Button(look, self, text=tr("Back"))
        self.onward = Button(look, self, text=tr("Next"), tone=Tone.ACCENT)
        self._steps = QStackedLayout()
        self._lay_out()
        self._connect()
        self.show_profile("embedded")
        self.show_step(SERVICE)

    def _choice(self, text: str) -> Button:
        button = Button(self._look, self, text=text, tone=Tone.CHOICE)
        button.setCheckable(True)
        button.setAutoExclusive(True)
        return button

    def _lay_out(self) -> None:
        service, microphone, try_it = QWidget(self), QWidget(self), QWidget(self)
        column = _column(service)
        column.addWidget(self.embedded)
        column.addWidget(self.backboard)
        column.addWidget(self.key)
        column.addStretch(1)
        column = _column(microphone)
        for device in self.devices:
            column.addWidget(device)
        column.addWidget(self.microphone)
        column.addStretch(1)
        column = _column(try_it)
        keys = QHBoxLayout()
        keys.setSpacing(10)
        self._press.setWordWrap(False)
        asks = WrappedText(
            self._look, try_it, tr("and ask: “What time is it in Tokyo?”"), size.TEXT, "text"
        )
        keys.addWidget(self._press)
        keys.addWidget(KeyCap(self._look, try_it, "Space"))
        keys.addWidget(asks, 1)
        column.addLayout(keys)
        column.addWidget(self.tried)
        column.addStretch(1)
        for page in (service, microphone, try_it):
            self._steps.addWidget(page)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._place)
        foot.addStretch(1)
        for part in (self.skip, self.back, self.onward):
            foot.addWidget(part)
        inner = QWidget()
        column = _column(inner)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addSpacing(16)
        column.addLayout(self._steps)
        self._area = _StepArea(self._look, self)
        self._area.hold(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addStretch(2)
        whole.addWidget(self._area, ALL)
        whole.addSpacing(24)
        whole.addLayout(self._in_line(foot))
        whole.addStretch(3)

    def _in_line(self, foot: QHBoxLayout) -> QHBoxLayout:
        """With the composer and what stands above."""
        line = QWidget(self)
        line.setLayout(foot)
        line.setMaximumWidth(self._look.scaled(size.COLUMN))
        foot.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        row.setSpacing(0)
        row.addStretch(1)
        row.addWidget(line, ALL)
        row.addStretch(1)
        return row

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What Tab comes to, in the order in which it is read."""
        first = (self.embedded, self.backboard, self.key.field, self.key.check)
        second = (*(one.control for one in self.devices), *self.microphone.stops)
        return (*first, *second, self.skip, self.back, self.onward)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """What it takes to be seen as a whole."""
        least, area = super().minimumSizeHint(), self._area
        return least + QSize(0, area.sizeHint().height() - area.minimumSizeHint().height())

    def _connect(self) -> None:
        self.embedded.clicked.connect(self._on_embedded)
        self.backboard.clicked.connect(self._on_backboard)
        self.skip.clicked.connect(self.finished)
        self.back.clicked.connect(self._on_back)
        self.onward.clicked.connect(self._on_onward)

    def show_profile(self, profile: str) -> None:
        """Mark who answers."""
        self.embedded.setChecked(profile == "embedded")
        self.backboard.setChecked(profile == "backboard")
        if profile != "backboard":
            _hand_over(self.key, self.embedded)
        self.key.setVisible(profile == "backboard")

    def show_talk_mode(self, mode: str) -> None:
        """Say how the talk key is used, as it may have been chosen already."""
        is_held = mode != "toggle"
        if is_held != self._is_held:
            self._is_held = is_held
            self._press.show_text(tr("Hold") if is_held else tr("Press"))
            self.show_step(self.step)

    def show_step(self, step: int) -> None:
        """Show one of the three."""
        _hand_over(self._steps.currentWidget(), self.onward)
        self.step = max(SERVICE, min(step, TRY))
        self._steps.setCurrentIndex(self.step)
        self._title.show_text(tr(_TITLES[self.step]))
        hint = _HINTS[self.step] if self._is_held or self.step != TRY else _TRY_AGAIN
        self._hint.show_text(tr(hint))
        place = tr("Step {number} of {count}").format(number=self.step + 1, count=TRY + 1)
        self._place.show_text(place)
        self.back.setVisible(self.step > SERVICE)
        self.onward.setText(tr("Done") if self.step == TRY else tr("Next"))
        self.onward.describe(self.onward.text())
        self.tried.show_text("")
        self._area.verticalScrollBar().setValue(0)
        self.setAccessibleName(f"{self._title.text()} {place}")

    def show_pressed(self) -> None:
        """The talk key was found."""
        words = tr("That is the key. You are heard while it is down.")
        if not self._is_held:
            words = tr("That is the key. You are heard until you press it again.")
        self.tried.show_text(words, "accent")

    def _on_embedded(self) -> None:
        self.show_profile("embedded")
        self.profile_chosen.emit("embedded")

    def _on_backboard(self) -> None:
        self.show_profile("backboard")
        self.profile_chosen.emit("backboard")
        self.key.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._area.show_all_of(self.key)

    def _on_back(self) -> None:
        self.show_step(self.step - 1)
        self.step_changed.emit(self.step)

    def _on_onward(self) -> None:
        if self.step == TRY:
            self.finished.emit()
        else:
            self.show_step(self.step + 1)
            self.step_changed.emit(self.step)


class _StepArea(PageArea):
    """As high as what it holds, and scrolled where there is less: letters may be large."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:  # noqa: N802
        held = self.widget()
        return QSize(self.width(), held.heightForWidth(self.width()) if held is not None else 0)

    def show_all_of(self, part: QWidget) -> None:
        """Bring a part that appears into sight."""
        for one in (self.widget(), part.parentWidget()):
            if one is not None and (layout := one.layout()) is not None:
                layout.activate()  # places are known only then
        self.ensureWidgetVisible(part)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def _hand_over(leaving: QWidget | None, heir: QWidget) -> None:
    """The keyboard of what is hidden next; Qt would give it to what skips everything."""
    focus = QApplication.focusWidget()
    if focus is not None and leaving is not None and leaving.isAncestorOf(focus):
        heir.setFocus()


def _column(page: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    return column
