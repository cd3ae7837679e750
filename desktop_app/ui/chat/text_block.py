"""One block of text, laid out once and painted where it is needed."""

from __future__ import annotations

import itertools
import math

from PySide6.QtCore import QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPalette,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from desktop_app.protocol.math_text import math_text
from desktop_app.ui import look as size
from desktop_app.ui.chat.code_frame import PADDING, CodeFrame
from desktop_app.ui.chat.code_lines import CodeLines
from desktop_app.ui.chat.math_spans import MATH_MARK, readable_math
from desktop_app.ui.chat.text_formats import (
    MARKDOWN,
    dress_markdown,
    line_air,
    use_line_height,
)
from desktop_app.ui.look import Look
from desktop_app.ui.written_text import written_text

_STAMPS = itertools.count()


class _Document(QTextDocument):
    """A document that loads nothing: a reply must not make the window fetch or read files."""

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:  # noqa: N802
        return None


class TextBlock:
    """Text of one kind at one width.

    Attributes:
        height: px at this width.
        width: px that it was laid out for.
        frame: Around code, None around anything else.
        overflow: px that the widest line or table is wider than its room.
        scrolled: px that lines which do not wrap are moved to the left.
        stamp: Another one whenever it may look different.
        lasting: Another one whenever code may look different in more than its last lines.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._source = ""
        self._cut: int | None = None
        self._ink = look.colour("text")
        self._dim = look.colour("dim")
        self._code: CodeLines | None = None
        self.frame: CodeFrame | None = None
        self.overflow = 0
        self.scrolled = 0
        self.stamp = next(_STAMPS)
        self.lasting = self.stamp
        self.height = 0
        self.width = 0
        self.document = self._empty_document()

    def _empty_document(self) -> QTextDocument:
        document = _Document()
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setIndentWidth(self._look.scaled(24))
        document.setDefaultFont(self._look.font())
        return document

    def show_plain(self, text: str, width: int) -> None:
        """Show text as it is typed."""
        if text != self._source:
            self._source = text
            self.document.setPlainText(text)
            use_line_height(self.document)
        self._wrap(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._lay_out(width)

    def show_code(self, code: str, frame: CodeFrame, width: int) -> None:
        """Show code in its colours; code that has grown is read on from where it was."""
        if self._code is None:
            self.document.setDefaultFont(self._look.mono())
            self._code = CodeLines(self.document, self._look, frame.language)
        is_same_place = (self.frame, self.width) == (frame, width)
        if is_same_place and code == self._source:
            return
        self.frame = frame
        if not is_same_place or not code.startswith(self._source):
            self.lasting = next(_STAMPS)
        mode = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        self._wrap(mode if frame.wraps else QTextOption.WrapMode.NoWrap)
        if code != self._source:
            self._source = code
            self._code.show(code)
        self._lay_out(width)

    def show_math(self, source: str, width: int) -> None:
        """Show mathematics that stands alone, in the middle."""
        if source != self._source:
            self._source = source
            self.document.setDefaultFont(self._look.font(size.TEXT + 1))
            self.document.setPlainText(math_text(source))
            use_line_height(self.document)
        self._wrap(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere, Qt.AlignmentFlag.AlignHCenter)
        self._lay_out(width)

    def show_markdown(self, source: str, width: int) -> None:
        """Show Markdown; HTML in it stays text.

        What has grown gets a new document: one that was laid out is laid out anew with each
        change of a format, a table of ten cells thirty times.
        """
        if source != self._source:
            if self._source:
                self.document, self._cut = self._empty_document(), None
            self._source = source
            self.document.setMarkdown(readable_math(source).source, MARKDOWN)
            dress_markdown(self.document, self._look)
            self._wrap(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._lay_out(width)

    def show_rule(self, width: int) -> None:
        """Show a line across."""
        self._source = "---"
        self.width, self.height = width, 9
        self.stamp = next(_STAMPS)

    def _wrap(
        self, mode: QTextOption.WrapMode, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeading
    ) -> None:
        option = QTextOption(side)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # each paragraph its own
        if self._code is not None:  # it is read from the left in every language
            option.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
            option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(mode)
        if not _is_same(self.document.defaultTextOption(), option):
            self.document.setDefaultTextOption(option)  # which lays out all of it anew

    def _lay_out(self, width: int) -> None:
        self.stamp = next(_STAMPS)
        self.width = width
        frame = self.frame
        inner = width - 2 * PADDING if frame is not None else width
        if self.document.textWidth() != inner:  # it would lay out all of it anew
            self.document.setTextWidth(inner)
        extra = frame.above + frame.below if frame is not None else 0
        if frame is not None and frame.is_last:
            extra -= line_air(self.document.defaultFont())
        taken = self.document.size()
        self.overflow = max(0, math.ceil(taken.width()) - inner)
        self.height = round(taken.height()) + extra
        self.scrolled = min(self.scrolled, self.overflow)

    def scroll_by(self, distance: int) -> bool:
        """Move what is too wide; False where nothing is, or no more of it."""
        wanted = min(self.overflow, max(0, self.scrolled + distance))
        moved, self.scrolled = wanted != self.scrolled, wanted
        self.stamp = self.lasting = next(_STAMPS)
        return moved

    @property
    def source(self) -> str:
        """What was shown: Markdown, code or plain text."""
        return self._source

    @property
    def ideal_width(self) -> int:
        """The width that the longest line takes, at most the one laid out for."""
        return int(self.document.idealWidth()) + 1

    @property
    def length(self) -> int:
        """Positions a selection can have."""
        return max(0, self.document.characterCount() - 1)

    def dim_after(self, position: int) -> None:
        """Paint everything from ``position`` on in the quiet colour, with a mark at the cut."""
        if position == self._cut:
            return
        self._cut = position
        self.stamp = self.lasting = next(_STAMPS)
        cursor = QTextCursor(self.document)
        cursor.setPosition(min(position, self.length))
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        quiet = QTextCharFormat()
        quiet.setForeground(self._dim)
        cursor.mergeCharFormat(quiet)

    def origin(self) -> QPointF:
        """Where the text begins inside the block."""
        if self.frame is None:
            return QPointF(-self.scrolled, 0)
        return QPointF(PADDING - self.scrolled, self.frame.above)

    def paint(self, painter: QPainter, selection: tuple[int, int] | None, clip: QRectF) -> None:
        """Paint at the painter's origin; ``clip`` in the same coordinates."""
        if self._source == "---" and not self.document.characterCount() > 1:
            painter.fillRect(QRectF(0, 4, self.width, 1), self._look.colour("line"))
            return
        painter.save()
        if self.frame is not None:
            self.frame.paint(painter, self._look, self.width, self.height)
        if self.overflow:
            self._paint_overflow(painter)
        origin = self.origin()
        painter.translate(origin)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, self._ink)
        context.clip = clip.translated(-origin)
        if self._source.startswith(">"):
            bar = QRectF(0, 2, 3, self.height - 4)
            painter.fillRect(bar, self._look.colour("accent_soft"))
        if selection is not None and selection[0] != selection[1]:
            context.selections = [self._selection(selection)]
        self.document.documentLayout().draw(painter, context)
        painter.restore()

    def _paint_overflow(self, painter: QPainter) -> None:
        """A thin bar that says how far it goes on; the text is kept inside its room."""
        edge = PADDING if self.frame is not None else 0
        inner = self.width - 2 * edge
        share = inner / (inner + self.overflow)
        left = edge + self.scrolled * share
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("line"))
        painter.drawRoundedRect(QRectF(left, self.height - 5, inner * share, 3), 1.5, 1.5)
        painter.setClipRect(QRectF(edge, 0, inner, self.height), Qt.ClipOperation.IntersectClip)

    def paint_cut(self, painter: QPainter, position: int) -> None:
        """The mark where a reply was interrupted."""
        caret = self._caret(position).translated(self.origin())
        painter.fillRect(
            QRectF(caret.left() - 1, caret.top(), 2, caret.height()), self._look.colour("accent")
        )

    def top_of(self, position: int) -> int:
        """Where the line of a position begins, px from the top of the block."""
        return int(self._caret(position).top() + self.origin().y())

    def _caret(self, position: int) -> QRectF:
        place = min(position, self.length)
        block = self.document.findBlock(place)
        box = self.document.documentLayout().blockBoundingRect(block)
        line = block.layout().lineForTextPosition(place - block.position())
        if not line.isValid():
            return QRectF(box.left(), box.top(), 0, box.height())
        x = _x_of(line.cursorToX(place - block.position()))
        return QRectF(box.left() + x, box.top() + line.y(), 0, line.height())

    def _selection(self, selection: tuple[int, int]) -> QAbstractTextDocumentLayout.Selection:
        chosen = QAbstractTextDocumentLayout.Selection()
        chosen.cursor = self._between(*selection)
        chosen.format.setBackground(self._look.colour("selection"))
        return chosen

    def _between(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document)
        cursor.setPosition(min(start, self.length))
        cursor.setPosition(min(end, self.length), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def text_between(self, start: int, end: int) -> str:
        """The text of a selection, as plain text."""
        return written_text(self._between(start, end).selectedText()).replace(MATH_MARK, "")

    def position_at(self, point: QPointF) -> int:
        """The nearest text position to a point."""
        layout = self.document.documentLayout()
        return max(0, layout.hitTest(point - self.origin(), Qt.HitTestAccuracy.FuzzyHit))

    def word_at(self, point: QPointF) -> tuple[int, int]:
        """The word around a point."""
        cursor = QTextCursor(self.document)
        cursor.setPosition(min(self.position_at(point), self.length))
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        return cursor.selectionStart(), cursor.selectionEnd()

    def link_at(self, point: QPointF) -> str:
        """The address under a point, or empty."""
        return self.document.documentLayout().anchorAt(point - self.origin())

    def links(self) -> tuple[tuple[str, str, QRectF], ...]:
        """Every link: its address, its words and where they stand."""
        found = []
        block = self.document.begin()
        while block.isValid():
            places = block.begin()
            while not places.atEnd():
                fragment = places.fragment()
                if address := fragment.charFormat().anchorHref():
                    box = self._box_of(fragment.position(), fragment.length())
                    found.append((address, fragment.text(), box))
                places += 1
            block = block.next()
        return tuple(found)

    def _box_of(self, position: int, length: int) -> QRectF:
        start, end = self._caret(position), self._caret(position + length)
        if start.top() != end.top():  # on several lines: the first of them is enough to see it
            end = QRectF(self.width, start.top(), 0, start.height())
        return QRectF(start.topLeft(), end.bottomRight()).translated(self.origin())

    def link_words_at(self, point: QPointF) -> str:
        """The words of the link under a point."""
        inside = (words for _, words, box in self.links() if box.contains(point))
        return next(inside, "")


def _x_of(place: object) -> float:
    """Qt's place of a cursor in a line; PySide gives it alone or with the cursor's position."""
    return float(place[0] if isinstance(place, tuple) else place)  # type: ignore[arg-type]  # a float


def _is_same(one: QTextOption, other: QTextOption) -> bool:
    """Whether both lay out a text alike, in what blocks set of them."""
    return (
        one.wrapMode() == other.wrapMode()
        and one.alignment() == other.alignment()
        and one.textDirection() == other.textDirection()
    )
