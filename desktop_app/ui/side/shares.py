"""How likely each answer to a question with set answers is, in words and as bars."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from desktop_app.journal.records import MessageRecord
from desktop_app.prose import tr
from desktop_app.protocol.backboard.system_one import (
    ChoiceAnswer,
    NoulAnswer,
    SystemOneConfig,
    TypedAnswer,
    plain,
)
from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.numbers import decimal
from desktop_app.ui.wording import apart

_ROW, _TITLE, _THICK, _GAP, _BELOW = 36, 28, 6, 8, 8  # px at 1x
_MOST_SHOWN = 6


class Share(NamedTuple):
    """One answer, and how likely it is, from 0 to 1."""

    words: str
    part: float

    @property
    def percent(self) -> str:
        """As people read it."""
        return tr("{percent}%").format(percent=decimal(100 * self.part, 0))


class Judged(NamedTuple):
    """A question and its answers: the likeliest first, or the levels of a scale in their order."""

    question: str
    shares: tuple[Share, ...]


def judged_of(reply: MessageRecord | None, asked: MessageRecord | None) -> tuple[Judged, ...]:
    """What a reply says in numbers; nothing where no such questions were asked."""
    if reply is None or reply.details.judged is None:
        return ()
    words = _questions(asked)
    answers = reply.details.judged.typed
    return tuple(
        Judged(apart(words.get(name, name)), _shares(one)) for name, one in answers.items()
    )


def judged_words(judged: tuple[Judged, ...]) -> list[str]:
    """The same for who does not see the bars."""
    return [
        f"{one.question}: {', '.join(f'{each.words} {each.percent}' for each in one.shares)}"
        for one in judged
    ]


def height_of(judged: tuple[Judged, ...], look: Look) -> int:
    """How much room ``paint_judged`` takes, px."""
    rows = sum(len(one.shares) for one in judged)
    return rows * look.scaled(_ROW) + len(judged) * (look.scaled(_TITLE) + _GAP)


def paint_judged(
    painter: QPainter, look: Look, judged: tuple[Judged, ...], top: float, width: float
) -> float:
    """Each question, and a bar for each of its answers; returns where it ends."""
    for one in judged:
        painter.setFont(look.font(size.SMALL, QFont.Weight.DemiBold))
        painter.setPen(look.colour("text"))
        line = QRectF(0, top, width, look.scaled(_TITLE))
        _line(painter, line, one.question, Qt.AlignmentFlag.AlignLeading)
        top += line.height()
        for share in one.shares:
            _paint_share(painter, look, share, QRectF(0, top, width, look.scaled(_ROW)))
            top += look.scaled(_ROW)
        top += _GAP
    return top


def _paint_share(painter: QPainter, look: Look, share: Share, box: QRectF) -> None:
    thick = look.scaled(_THICK)
    box = box.adjusted(0, 0, 0, -look.scaled(_BELOW))  # what belongs together stands together
    words = box.adjusted(0, 0, 0, -thick)
    painter.setFont(look.font(size.CAPTION))
    painter.setPen(look.colour("dim"))
    said = painter.fontMetrics().horizontalAdvance(share.percent) + _GAP
    is_mirrored = painter.layoutDirection() is Qt.LayoutDirection.RightToLeft
    room = words.adjusted(said if is_mirrored else 0, 0, 0 if is_mirrored else -said, 0)
    _line(painter, room, share.words, Qt.AlignmentFlag.AlignLeading)
    _line(painter, words, share.percent, Qt.AlignmentFlag.AlignTrailing)
    track = QRectF(0, box.bottom() - thick, box.width(), thick)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("line"))
    painter.drawRoundedRect(track, thick / 2, thick / 2)
    full = max(float(thick), track.width() * share.part)
    left = track.right() - full if is_mirrored else track.left()
    painter.setBrush(look.colour("accent"))
    painter.drawRoundedRect(QRectF(left, track.top(), full, thick), thick / 2, thick / 2)


def _line(painter: QPainter, box: QRectF, words: str, side: Qt.AlignmentFlag) -> None:
    elided = Qt.TextElideMode.ElideRight
    fitting = painter.fontMetrics().elidedText(words, elided, int(box.width()))
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | side, fitting)


def _questions(asked: MessageRecord | None) -> dict[str, str]:
    """The words of the questions by their ids, as far as they are known here."""
    found = asked.wishes.fields.get("system_one") if asked is not None else None
    try:
        questions = msgspec.convert(found, SystemOneConfig).questions
    except msgspec.ValidationError:
        return {}
    return {name: " ".join(plain(one.instructions).split()) for name, one in questions.items()}


def _shares(answer: TypedAnswer) -> tuple[Share, ...]:
    match answer:
        case NoulAnswer(noul=noul):
            return Share(tr("Yes"), noul), Share(tr("No"), 1 - noul)
        case ChoiceAnswer(probabilities=parts):
            shares = (Share(apart(name), part) for name, part in parts.items())
            return tuple(sorted(shares, key=lambda one: -one.part)[:_MOST_SHOWN])
        case _:
            levels, legend = answer.probabilities.items(), answer.legend
            return tuple(Share(apart(legend.get(name, name)), part) for name, part in levels)
