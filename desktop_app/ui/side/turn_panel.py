"""Who heard, wrote and spoke the last reply, and where its time went."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import MessageRecord, Role
from desktop_app.state.waterfall import Bar, bars_of
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.look import Look

_LINE = 28
_NAME, _TIME = 84, 58


class TurnPanel(QWidget):
    """The last turn of the conversation."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._facts: tuple[tuple[str, str], ...] = ()
        self._bars: tuple[Bar, ...] = ()
        self._since = ""

    def show_messages(self, messages: tuple[MessageRecord, ...]) -> None:
        """Show the newest reply among the messages."""
        replies = (message for message in reversed(messages) if message.role is Role.ASSISTANT)
        reply = next(replies, None)
        facts = _facts_of(reply, _question_of(reply, messages))
        bars: tuple[Bar, ...] = ()
        if reply is not None and reply.times is not None:
            bars = bars_of(reply.times)
            self._since = wording.since(is_spoken=reply.times.speech_end is not None)
        if (facts, bars) != (self._facts, self._bars):
            self._facts, self._bars = facts, bars
            self.setAccessibleName(self._in_words())
            self.update()

    @property
    def is_empty(self) -> bool:
        """There is no reply to tell about."""
        return not self._facts and not self._bars

    def _in_words(self) -> str:
        facts = [f"{name}: {value}" for name, value in self._facts]
        bars = [
            f"{wording.bar_name(bar.name)}: {wording.milliseconds(bar.length_ms)}"
            for bar in self._bars
        ]
        return ", ".join(facts + bars)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = 0.0
        for name, value in self._facts:
            self._paint_fact(painter, QRectF(0, y, self.width(), _LINE), name, value)
            y += _LINE
        if self._bars:
            self._paint_waterfall(painter, y + (12 if self._facts else 0))
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("faint"))
        foot = QRectF(0, self.height() - 28, self.width(), 20)
        painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter, "The voice is made by a computer.")

    def _paint_fact(self, painter: QPainter, box: QRectF, name: str, value: str) -> None:
        painter.setFont(self._look.font(size.SMALL))
        painter.setPen(self._look.colour("dim"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, middle, name)
        painter.setFont(self._look.font(size.SMALL, QFont.Weight.Medium))
        painter.setPen(self._look.colour("text"))
        room = box.adjusted(_NAME, 0, 0, 0)
        metrics = painter.fontMetrics()
        fitting = metrics.elidedText(value, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, fitting)

    def _paint_waterfall(self, painter: QPainter, top: float) -> None:
        painter.setFont(self._look.font(size.SMALL, QFont.Weight.DemiBold))
        painter.setPen(self._look.colour("text"))
        title = QRectF(0, top, self.width(), _LINE)
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, self._since)
        last = self._bars[-1]
        total = max(1, last.start_ms + last.length_ms)
        y = top + _LINE + 2
        for bar in self._bars:
            self._paint_bar(painter, QRectF(0, y, self.width(), 24), bar, total)
            y += 24

    def _paint_bar(self, painter: QPainter, box: QRectF, bar: Bar, total: int) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("dim"))
        painter.drawText(box, middle, wording.bar_name(bar.name))
        painter.drawText(
            box, middle | Qt.AlignmentFlag.AlignRight, wording.milliseconds(bar.length_ms)
        )
        room = box.width() - _NAME - _TIME
        x = _NAME + room * bar.start_ms / total
        width = max(4.0, room * bar.length_ms / total)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("accent"))
        painter.drawRoundedRect(QRectF(x, box.center().y() - 4, width, 8), 4, 4)


def _question_of(
    reply: MessageRecord | None, messages: tuple[MessageRecord, ...]
) -> MessageRecord | None:
    """What the reply answers: the newest message of the user before it."""
    if reply is None:
        return None
    before = messages[: messages.index(reply)]
    return next((one for one in reversed(before) if one.role is Role.USER), None)


def _facts_of(
    reply: MessageRecord | None, question: MessageRecord | None
) -> tuple[tuple[str, str], ...]:
    if reply is None:
        return ()
    given = (
        ("Model", reply.model),
        ("Heard by", reply.heard_by or (question.heard_by if question else "")),
        ("Spoken by", reply.spoken_by),
    )
    return tuple((name, wording.peer_words(value)) for name, value in given if value)
