"""One sentence that a person should know, with at most one step to take."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.prose import tr
from desktop_app.sentences import sentence_of
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.tips import plain_tip
from desktop_app.ui.wording import RETRY, action_label

_BAR = 3  # px
_BEFORE, _ICON, _AFTER = 14, 18, 10  # px at 1x
_DRESS = {
    NoticeLevel.INFO: ("info", "accent", "accent_soft"),
    NoticeLevel.WARNING: ("warning", "warn", "warn_soft"),
    NoticeLevel.ERROR: ("warning", "danger", "danger_soft"),
}


class NoticeBar(QWidget):
    """The newest of the notices that stand.

    Signals:
        action_chosen: The notice whose step was taken.
        dismissed: Code of the notice that was closed.
    """

    spoken_role = "Notification"

    action_chosen = Signal(object)
    dismissed = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._notice: Notice | None = None
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setFont(look.font(size.SMALL))
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard stays where one writes
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._step = Button(look, self, text="-", tone=Tone.LINK)
        self._step.clicked.connect(self._on_step)
        self._close = Button(look, self, icon="close", says=tr("Dismiss"))
        self._close.clicked.connect(self._on_close)
        row = QHBoxLayout(self)
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self._icon = look.scaled(_ICON)
        before = _BEFORE + self._icon + _AFTER
        row.setContentsMargins(*((6, 6, before, 6) if is_mirrored else (before, 6, 6, 6)))
        row.setSpacing(12)
        for part in (self._words, self._step, self._close):
            row.addWidget(part)
        self.setAccessibleName(tr("Notice"))
        self.hide()

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        """Show the newest, or nothing."""
        notice = notices[-1] if notices else None
        self._notice = notice
        self.setVisible(notice is not None)
        if notice is None:
            return
        label = action_label(notice.action, notice.code, notice.facts)
        has_retry = label == tr(RETRY)
        self._words.setText(sentence_of(notice.code, notice.facts, has_retry=has_retry))
        self.setAccessibleDescription(sentence_of(notice.code, notice.facts))
        told = notice.facts.get("message") or notice.facts.get("reason", "")
        self._words.setToolTip(plain_tip("" if told in self._words.text() else told))
        self._step.setText(label)
        self._step.describe(label)
        self._step.setVisible(bool(label))
        self.update()

    @property
    def sentence(self) -> str:
        """The sentence shown, empty when there is none."""
        return self._words.text() if self._notice is not None else ""

    @property
    def progress(self) -> float | None:
        """How much is done of what the notice tells of, 0 to 1; None where it tells of no work."""
        notice = self._notice
        if notice is None or not notice.code.endswith(".running"):
            return None
        percent = notice.facts.get("number", "")
        return min(100, int(percent)) / 100 if percent.isdecimal() else None

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        taken = (
            _BEFORE
            + self._icon
            + _AFTER
            + 6
            + 12
            + 32
            + (self._step.sizeHint().width() + 12 if self._step.text() else 0)
        )
        return max(44, self._words.heightForWidth(max(80, width - taken)) + 20)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(size.COLUMN, self.heightForWidth(size.COLUMN))

    def _on_step(self) -> None:
        if self._notice is not None:
            self.action_chosen.emit(self._notice)

    def _on_close(self) -> None:
        if self._notice is not None:
            self.dismissed.emit(self._notice.code)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        if self._notice is None:
            return
        icon, ink, ground = _DRESS[self._notice.level]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour(ground))
        painter.drawRoundedRect(QRectF(self.rect()), size.RADIUS, size.RADIUS)
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = self.width() - _BEFORE - self._icon if is_mirrored else _BEFORE
        box = QRectF(left, (self.height() - self._icon) / 2, self._icon, self._icon)
        paint_icon(painter, icon, box, self._look.colour(ink))
        if self.progress is not None:
            self._paint_progress(painter, self.progress, is_mirrored=is_mirrored)

    def _paint_progress(self, painter: QPainter, share: float, *, is_mirrored: bool) -> None:
        """A bar along the lower edge, filled from where reading begins."""
        whole = QRectF(self.rect()).adjusted(size.RADIUS, 0, -size.RADIUS, 0)
        whole.setTop(whole.bottom() - _BAR)
        done = QRectF(whole)
        done.setWidth(whole.width() * share)
        if is_mirrored:
            done.moveRight(whole.right())
        painter.setPen(Qt.PenStyle.NoPen)
        for part, colour in ((whole, "line"), (done, "accent")):
            painter.setBrush(self._look.colour(colour))
            painter.drawRoundedRect(part, _BAR / 2, _BAR / 2)
