"""The quiet line below a message: what became of it, how long it took, one step to take."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.prose import tr
from desktop_app.sentences import failure_sentence
from desktop_app.state.waterfall import Bar, bars_of, to_first_word_s
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.chat.mirroring import leading, within
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look

FOOTER_HEIGHT = 26
_BAR_WIDTH = 200
_INKS = ("edge", "dim", "accent", "accent_soft")


@dataclass(frozen=True, slots=True)
class Footer:
    """What the line says."""

    text: str
    icon: str = ""
    ink: str = "faint"
    action: str = ""
    bars: tuple[Bar, ...] = ()

    def action_box(self, look: Look, box: QRectF, *, is_right: bool) -> QRectF:
        """Where the word of the step stands."""
        return within(self._unturned_box(look, box, is_right=is_right), box)

    def _unturned_box(self, look: Look, box: QRectF, *, is_right: bool) -> QRectF:
        """Where the word stands in a window that is read from the left."""
        start, width = self._measure(look)
        left = box.right() - start - width if is_right else box.left()
        return QRectF(left + start, box.top(), width, box.height())

    def _measure(self, look: Look) -> tuple[float, float]:
        metrics = QFontMetricsF(look.font(size.CAPTION))
        icon = 20 if self.icon else 0
        start = icon + metrics.horizontalAdvance(self.text) + 12
        word = wording.action_label(self.action) if self.action else ""
        return (start, metrics.horizontalAdvance(word)) if word else (start - 12, 0.0)


def footer_of(message: MessageRecord, *, is_uploading: bool = False) -> Footer | None:
    """The line of a message, or None when there is nothing to say."""
    match message.status:
        case MessageStatus.QUEUED if is_uploading:
            return Footer(tr("Being sent"), "clock")
        case MessageStatus.QUEUED:
            return Footer(tr(wording.QUEUED), "clock")
        case MessageStatus.FAILED:
            return Footer(
                failure_sentence(message.error) or tr(wording.NOT_SENT),
                "warning",
                "danger",
                "retry",
            )
        case MessageStatus.STREAMING if not message.text:
            return Footer(tr(wording.THINKING))
        case MessageStatus.INTERRUPTED:
            cut = message.heard_chars is not None
            return Footer(tr(wording.INTERRUPTED if cut else wording.CUT_OFF))
    if message.role is Role.USER or message.times is None:
        return None
    seconds = to_first_word_s(message.times)
    if seconds is None:
        return None
    bars = bars_of(message.times)
    return Footer(wording.first_word_line(seconds), bars=bars if len(bars) > 1 else ())


def paint_footer(
    painter: QPainter, look: Look, box: QRectF, footer: Footer, *, is_right: bool
) -> None:
    """Paint the line at the left of a reply or the right of a user's message."""
    step = footer._unturned_box(look, box, is_right=is_right)
    start, _ = footer._measure(look)
    left = step.left() - start
    if footer.icon:
        icon = QRectF(left, box.center().y() - 7, 14, 14)
        paint_icon(painter, footer.icon, within(icon, box), look.colour(footer.ink))
        left += 20
    painter.setFont(look.font(size.CAPTION))
    painter.setPen(look.colour(footer.ink))
    words = QRectF(left, box.top(), box.width(), box.height())
    painter.drawText(within(words, box), leading(), footer.text)
    if footer.action:
        painter.setPen(look.colour("accent"))
        painter.drawText(within(step, box), leading(), wording.action_label(footer.action))
    if footer.bars:
        _paint_bars(painter, look, step.left() + 12, box, footer.bars)


def _paint_bars(
    painter: QPainter, look: Look, x: float, box: QRectF, bars: tuple[Bar, ...]
) -> None:
    total = sum(bar.length_ms for bar in bars) or 1
    painter.setPen(Qt.PenStyle.NoPen)
    for bar in bars:
        width = max(3.0, _BAR_WIDTH * bar.length_ms / total)
        painter.setBrush(look.colour(_ink_of(bar)))
        place = QRectF(x, box.center().y() - 3, width, 6)
        painter.drawRoundedRect(within(place, box), 2, 2)
        x += width + 2


def _ink_of(bar: Bar) -> str:
    return _INKS[("end_of_turn", "transcript", "first_word", "first_sound").index(bar.name)]
