"""One line to write in, in the look of the window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTextDocument
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import is_mirrored, leading, mirrored, mirrored_margins

_PADDING = 12
_OWN = 2  # px that Qt puts before the words of a line by itself
_ICON, _BEFORE, _AFTER = 16, 10, 5  # px at 1x


class TextField(QLineEdit):
    """A line edit with a rounded outline, and an icon before its words where it has one."""

    def __init__(
        self, look: Look, parent: QWidget, *, px: int = size.SMALL, icon: str = ""
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self.setFrame(False)
        self.setFont(look.font(px))
        before = icon_room(look) if icon else _PADDING - _OWN  # as in a choice below it
        self.setTextMargins(*mirrored_margins(before, 0, _PADDING, 0))
        begin_leading(self)
        self.setMinimumHeight(self.fontMetrics().height() + 18)
        self.setStyleSheet("QLineEdit { background: transparent; border: none; }")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        paint_field(painter, self._look, self)
        if self._icon:
            paint_field_icon(painter, self._look, self, self._icon)
        painter.end()
        super().paintEvent(event)


def begin_leading(field: QLineEdit) -> None:
    """Let cursor and words begin at the right where people read from there, as the hint does."""
    if is_mirrored():
        field.setAlignment(leading())


def begin_page_leading(page: QPlainTextEdit) -> None:
    """The same for a page; what is written stands where its first words are read from.

    Qt leaves all of it at the left, whatever it says.
    """
    page.textChanged.connect(partial(_turn, page))
    _turn(page)


def _turn(page: QPlainTextEdit) -> None:
    document = page.document()
    option = document.defaultTextOption()
    wanted = leading() if document.isEmpty() else _side_of(document)
    if option.alignment() != wanted:
        option.setAlignment(wanted)
        document.setDefaultTextOption(option)


def _side_of(document: QTextDocument) -> Qt.AlignmentFlag:
    is_turned = document.firstBlock().textDirection() is Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if is_turned else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute


def paint_field(painter: QPainter, look: Look, widget: QWidget, *, is_faulty: bool = False) -> None:
    """The outline of what can be filled in; it says where the keys go, and what is to be mended."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    keys_go_to = widget.focusProxy() or widget
    is_focused = keys_go_to.hasFocus()
    usual = "accent" if is_focused else "edge"
    painter.setPen(QPen(look.colour("danger" if is_faulty else usual), 1 + is_focused))
    painter.setBrush(look.colour("raised"))
    inset = 1.0 if is_focused else 0.5
    box = QRectF(widget.rect()).adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(box, 8, 8)


def icon_room(look: Look) -> int:
    """Where the words of a field with an icon begin, px."""
    return _BEFORE + look.scaled(_ICON) + _AFTER


def paint_field_icon(painter: QPainter, look: Look, widget: QWidget, icon: str) -> None:
    """The icon before the words of a field."""
    side = look.scaled(_ICON)
    box = QRectF(_BEFORE, (widget.height() - side) / 2, side, side)
    paint_icon(painter, icon, mirrored(box, widget.width()), look.colour("dim"))
