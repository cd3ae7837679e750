"""Who heard, wrote and spoke a reply, what it took, and where its time went."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import MessageRecord, Role
from desktop_app.journal.spending import Spent
from desktop_app.prose import tr
from desktop_app.state.turn_facts import context_share, spent_by
from desktop_app.state.waterfall import Bar, bars_of
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.look import Look
from desktop_app.ui.side.shares import (
    Judged,
    height_of,
    judged_of,
    judged_words,
    paint_judged,
)
from desktop_app.ui.side.turn_words import (
    Facts,
    context_words,
    facts_of,
    question_of,
    spent_facts,
)

_LINE, _BAR = 28, 24
_GAP = 12


class TurnPanel(QWidget):
    """The last turn of the conversation, or the one that was chosen."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._line, self._bar = look.scaled(_LINE), look.scaled(_BAR)
        self._chosen = ""
        self._messages: tuple[MessageRecord, ...] = ()
        self._facts: Facts = ()
        self._thread: Facts = ()
        self._today: Facts = ()
        self._sums: tuple[Spent, Spent] | None = None
        self._bars: tuple[Bar, ...] = ()
        self._context: tuple[float, str] | None = None
        self._judged: tuple[Judged, ...] = ()
        self._since = ""

    def show_messages(self, messages: tuple[MessageRecord, ...]) -> None:
        """Show the chosen reply among the messages, or the newest."""
        self._messages = messages
        replies = [message for message in messages if message.role is Role.ASSISTANT]
        reply = next((one for one in replies if one.id == self._chosen), None)
        if reply is None:
            self._chosen = ""
            reply = replies[-1] if replies else None
        shown = self._shown()
        self._facts = facts_of(reply, messages)
        self._judged = judged_of(reply, question_of(reply, messages))
        self._thread = spent_facts(spent_by(messages)) if len(replies) > 1 else ()
        self._today = ()
        if self._sums is not None and replies:
            self._thread, self._today = (spent_facts(one) for one in self._sums)
        self._bars, self._context = (), None
        if reply is not None and reply.times is not None:
            self._bars = bars_of(reply.times)
            self._since = wording.since(is_spoken=reply.times.speech_end is not None)
        if reply is not None and (words := context_words(reply.details.usage)):
            self._context = (context_share(reply.details.usage) or 0.0, words)
        if self._shown() != shown:
            self.setAccessibleName(self._in_words())
            self.update()

    def show_sums(self, thread: Spent, today: Spent) -> None:
        """Show what the whole thread took, and every thread today."""
        self._sums = (thread, today)
        self.show_messages(self._messages)

    def choose(self, message_id: str) -> None:
        """Show this reply until another thread is open."""
        self._chosen = message_id
        self.show_messages(self._messages)

    def _shown(self) -> tuple[object, ...]:
        return self._facts, self._judged, self._thread, self._today, self._bars, self._context

    @property
    def is_empty(self) -> bool:
        """There is no reply to tell about."""
        return not (self._facts or self._judged or self._bars or self._thread)

    def sizeHint(self) -> QSize:  # noqa: N802
        lines = len(self._facts) + len(self._thread) + len(self._today) + 3
        height = (lines + 5) * self._line + len(self._bars) * self._bar
        return QSize(240, height + height_of(self._judged, self._look))

    def _in_words(self) -> str:
        facts = [wording.labelled(name, value) for name, value in self._facts]
        facts += judged_words(self._judged)
        facts += [f"{wording.bar_name(b.name)}: {wording.duration(b.length_ms)}"
                  for b in self._bars]  # fmt: skip
        if self._context is not None:
            facts.append(wording.labelled(tr("Context"), self._context[1]))
        facts += [f"{tr('This thread')}, {name}: {value}" for name, value in self._thread]
        facts += [f"{tr('Today, all threads')}, {name}: {value}" for name, value in self._today]
        return ", ".join(facts)

    # ---- painting -------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = self._paint_facts(painter, 0.0, self._facts)
        if self._judged:
            y = paint_judged(painter, self._look, self._judged, y + _GAP, self.width())
        if self._bars:
            y = self._paint_waterfall(painter, y + (_GAP if self._facts else 0))
        if self._context is not None:
            y = self._paint_context(painter, y + _GAP, *self._context)
        sums = ((tr("This thread"), self._thread), (tr("Today, all threads"), self._today))
        for title, facts in sums:
            if facts:
                y = self._paint_title(painter, y + _GAP, title)
                y = self._paint_facts(painter, y, facts)
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("faint"))
        line = painter.fontMetrics().height()
        words = tr("The voice is made by a computer.")
        flags = Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextWordWrap
        room = QRectF(0, 0, self.width(), 4 * line)
        height = painter.boundingRect(room, flags, words).height()
        top = max(y + self._line, self.height() - 8 - height)
        painter.drawText(QRectF(0, top, self.width(), height), flags, words)

    def _paint_title(self, painter: QPainter, top: float, words: str) -> float:
        painter.setFont(self._look.font(size.SMALL, QFont.Weight.DemiBold))
        painter.setPen(self._look.colour("text"))
        title = QRectF(0, top, self.width(), self._line)
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, words)
        return top + self._line

    def _paint_facts(self, painter: QPainter, top: float, facts: Facts) -> float:
        for name, value in facts:
            self._paint_fact(painter, QRectF(0, top, self.width(), self._line), name, value)
            top += self._line
        return top

    def _paint_fact(self, painter: QPainter, box: QRectF, name: str, value: str) -> None:
        painter.setFont(self._look.font(size.SMALL))
        painter.setPen(self._look.colour("dim"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeading, name)
        room = int(box.width()) - painter.fontMetrics().horizontalAdvance(name) - _GAP
        painter.setFont(self._look.font(size.SMALL, QFont.Weight.Medium))
        painter.setPen(self._look.colour("text"))
        fitting = painter.fontMetrics().elidedText(value, Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignTrailing, fitting)

    def _paint_waterfall(self, painter: QPainter, top: float) -> float:
        y = self._paint_title(painter, top, self._since) + 2
        last = self._bars[-1]
        total = max(1, last.start_ms + last.length_ms)
        metrics = QFontMetrics(self._look.font(size.CAPTION))
        names = [wording.bar_name(bar.name) for bar in self._bars]
        times = [wording.duration(bar.length_ms) for bar in self._bars]
        left = max(metrics.horizontalAdvance(name) for name in names) + _GAP
        right = max(metrics.horizontalAdvance(time) for time in times) + _GAP
        for bar in self._bars:
            box = QRectF(0, y, self.width(), self._bar)
            self._paint_bar(painter, box, bar, total, (left, right))
            y += self._bar
        return y

    def _paint_bar(
        self, painter: QPainter, box: QRectF, bar: Bar, total: int, edges: tuple[int, int]
    ) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("dim"))
        name, time = wording.bar_name(bar.name), wording.duration(bar.length_ms)
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeading, name)
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignTrailing, time)
        if len(self._bars) == 1:
            return  # a bar says how long it took beside others
        room = box.width() - edges[0] - edges[1]
        x = edges[0] + room * bar.start_ms / total
        width = max(4.0, room * bar.length_ms / total)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            x = box.width() - x - width
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("accent"))
        painter.drawRoundedRect(QRectF(x, box.center().y() - 4, width, 8), 4, 4)

    def _paint_context(self, painter: QPainter, top: float, share: float, words: str) -> float:
        """How full the model's context is: a gauge that warns when little is left."""
        y = self._paint_title(painter, top, tr("Context")) + 4
        gauge = QRectF(0.5, y + 0.5, self.width() - 1, 7)
        painter.setPen(self._look.colour("edge"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(gauge, 4, 4)
        full = max(6.0, gauge.width() * share)
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = gauge.right() - full if is_mirrored else gauge.left()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("warn" if share > 0.85 else "accent"))
        painter.drawRoundedRect(QRectF(left, y, full, 8), 4, 4)
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("dim"))
        painter.drawText(
            QRectF(0, y + 10, self.width(), self._line - 8),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading,
            words,
        )
        return y + 2 + self._line
