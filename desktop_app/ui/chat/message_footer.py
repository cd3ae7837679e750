"""The quiet line below a message: what became of it, how long it took, one step to take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop_app.journal.records import UNHEARD, MessageRecord, MessageStatus, Role
from desktop_app.prose import tr
from desktop_app.sentences import failure_sentence
from desktop_app.state.waterfall import Bar, bars_of, to_first_word_s
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import leading, within

_LINE = 26
_ICON = 14
_AROUND = 4
_APART = 12
_WRAPPED = Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextWordWrap
_BAR_WIDTH = 200
_INKS = ("edge", "dim", "accent", "accent_soft")


class Places(NamedTuple):
    """Where the words and the step of a line stand."""

    words: QRectF
    step: QRectF
    is_one_line: bool


@dataclass(frozen=True, slots=True)
class Footer:
    """What the line says."""

    text: str
    icon: str = ""
    ink: str = "faint"
    action: str = ""
    bars: tuple[Bar, ...] = ()

    def height(self, look: Look, width: float) -> int:
        """px at this width: one line, or as many as the words need, the step below them."""
        places = self.places(look, QRectF(0, 0, width, 0), is_right=False)
        last = places.step if self.action else places.words
        return math.ceil(last.bottom()) + (0 if self.action or places.is_one_line else _AROUND)

    def action_box(self, look: Look, box: QRectF, *, is_right: bool) -> QRectF:
        """Where the word of the step stands."""
        return within(self.places(look, box, is_right=is_right).step, box)

    def places(self, look: Look, box: QRectF, *, is_right: bool) -> Places:
        """Where its parts stand in a window that is read from the left."""
        metrics = QFontMetricsF(look.font(size.CAPTION))
        icon = look.scaled(_ICON) + 6 if self.icon else 0
        line = look.scaled(_LINE)
        word = wording.action_label(self.action) if self.action else ""
        long, step = metrics.horizontalAdvance(self.text), metrics.horizontalAdvance(word)
        whole = icon + long + (_APART + step if word else 0)
        if whole <= box.width():
            left = (box.right() - whole if is_right else box.left()) + icon
            words = QRectF(left, box.top(), long, line)
            return Places(words, QRectF(left + long + _APART, box.top(), step, line), True)
        room = QRectF(box.left() + icon, box.top() + _AROUND, box.width() - icon, 10_000)
        words = metrics.boundingRect(room, _WRAPPED.value, self.text)
        words = QRectF(room.left(), room.top(), room.width(), words.height())
        return Places(words, QRectF(room.left(), words.bottom(), step, line), False)


def footer_of(message: MessageRecord, *, is_uploading: bool = False) -> Footer | None:
    """The line of a message, or None when there is nothing to say."""
    match message.status:
        case MessageStatus.QUEUED if is_uploading:
            return Footer(tr("Being sent"), "clock")
        case MessageStatus.QUEUED:
            return Footer(tr(wording.QUEUED), "clock")
        case MessageStatus.FAILED:
            return Footer(
                failure_sentence(message.error, has_retry=True) or tr(wording.NOT_SENT),
                "warning",
                "danger",
                "retry",
            )
        case MessageStatus.STREAMING if not (message.text or message.details.reasoning):
            return Footer(tr(wording.THINKING))
        case MessageStatus.INTERRUPTED if message.is_cut_short:
            return Footer(failure_sentence(message.error), "clock")
        case MessageStatus.INTERRUPTED if message.error == UNHEARD:
            return Footer(failure_sentence(message.error))
        case MessageStatus.INTERRUPTED:
            if message.heard_chars is not None:
                return Footer(tr(wording.INTERRUPTED))  # by the person, who talked over it
            return Footer(tr(wording.CUT_OFF), action="retry")
    return _footer_of_whole(message)


def _footer_of_whole(message: MessageRecord) -> Footer | None:
    if is_lacking_pictures(message):
        if message.lacks_pictures:
            return Footer(tr("What was made is being fetched"), "clock")
        return Footer(tr("What was made could not be fetched"), "warning", "danger", "retry")
    if message.role is Role.USER or message.times is None:
        return None
    seconds = to_first_word_s(message.times)
    if seconds is None:
        return None
    bars = bars_of(message.times)
    return Footer(wording.first_word_line(seconds), bars=bars if len(bars) > 1 else ())


def is_lacking_pictures(message: MessageRecord) -> bool:
    """Whether all there is to say of a reply is that pictures of it are not here."""
    return message.status is MessageStatus.COMPLETE and message.details.missing is not None


def paint_footer(
    painter: QPainter, look: Look, box: QRectF, footer: Footer, *, is_right: bool
) -> None:
    """Paint the line at the left of a reply or the right of a user's message."""
    places = footer.places(look, box, is_right=is_right)
    words = places.words
    if footer.icon:
        side = look.scaled(_ICON)
        top = words.top() + (look.scaled(_LINE) - side) / 2
        icon = QRectF(words.left() - 6 - side, top, side, side)
        if not places.is_one_line:
            icon.moveTop(words.top() + 2)
        paint_icon(painter, footer.icon, within(icon, box), look.colour(footer.ink))
    painter.setFont(look.font(size.CAPTION))
    painter.setPen(look.colour(footer.ink))
    if places.is_one_line:
        painter.drawText(within(words.adjusted(0, 0, 2, 0), box), leading(), footer.text)
    else:
        painter.drawText(within(words, box), _WRAPPED, footer.text)
    if footer.action:
        step = within(places.step, box)
        painter.setPen(look.colour("accent"))
        painter.drawText(step, leading(), wording.action_label(footer.action))
    start = words.right() + _APART
    if footer.bars and start + _BAR_WIDTH <= box.right():
        _paint_bars(painter, look, start, box, footer.bars)


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
