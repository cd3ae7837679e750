"""One block of text, laid out once and painted where it is needed."""

from __future__ import annotations

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

from desktop_app.ui import look as size
from desktop_app.ui.chat.text_formats import dress_markdown, use_line_height
from desktop_app.ui.look import Look

CODE_PADDING = 12
CODE_HEADER = 28


class _Document(QTextDocument):
    """A document that loads nothing: a reply must not make the window fetch or read files."""

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:  # noqa: N802
        return None


class TextBlock:
    """Text of one kind at one width.

    Attributes:
        height: px at this width.
        is_code: Painted on a ground of its own, with its language and a copy mark.
    """

    def __init__(self, look: Look, *, is_code: bool = False, language: str = "") -> None:
        self._look = look
        self._language = language
        self._source = ""
        self._cut: int | None = None
        self._ink = look.colour("text")
        self._dim = look.colour("dim")
        self.is_code = is_code
        self.height = 0
        self.width = 0
        self.document = _Document()
        self.document.setUndoRedoEnabled(False)
        self.document.setDocumentMargin(0)
        self.document.setIndentWidth(24)
        self.document.setDefaultFont(look.mono() if is_code else look.font())

    def show_plain(self, text: str, width: int) -> None:
        """Show text as it is typed."""
        if text != self._source:
            self._source = text
            self.document.setPlainText(text)
            use_line_height(self.document)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document.setDefaultTextOption(option)
        self._lay_out(width)

    def show_markdown(self, source: str, width: int) -> None:
        """Show Markdown; HTML in it stays text."""
        if source != self._source:
            self._source = source
            features = QTextDocument.MarkdownFeature(
                QTextDocument.MarkdownFeature.MarkdownDialectGitHub.value
                | QTextDocument.MarkdownFeature.MarkdownNoHTML.value
            )
            self.document.setMarkdown(source, features)
            dress_markdown(self.document, self._look)
        self._lay_out(width)

    def _lay_out(self, width: int) -> None:
        self.width = width
        inner = width - 2 * CODE_PADDING if self.is_code else width
        self.document.setTextWidth(inner)
        height = self.document.size().height()
        extra = CODE_HEADER + CODE_PADDING if self.is_code else 0
        self.height = round(height) + extra

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
        cursor = QTextCursor(self.document)
        cursor.setPosition(min(position, self.length))
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        quiet = QTextCharFormat()
        quiet.setForeground(self._dim)
        cursor.mergeCharFormat(quiet)

    def origin(self) -> QPointF:
        """Where the text begins inside the block."""
        return QPointF(CODE_PADDING, CODE_HEADER) if self.is_code else QPointF(0, 0)

    def paint(self, painter: QPainter, selection: tuple[int, int] | None, clip: QRectF) -> None:
        """Paint at the painter's origin; ``clip`` in the same coordinates."""
        if self.is_code:
            self._paint_ground(painter)
        origin = self.origin()
        painter.save()
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

    def paint_cut(self, painter: QPainter, position: int) -> None:
        """The mark where a reply was interrupted."""
        caret = self._caret(position).translated(self.origin())
        painter.fillRect(
            QRectF(caret.left() - 1, caret.top(), 2, caret.height()), self._look.colour("accent")
        )

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
        return self._between(start, end).selection().toPlainText()

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

    def is_copy_mark(self, point: QPointF) -> bool:
        """Whether a point is on the copy mark of a code block."""
        return self.is_code and point.y() <= CODE_HEADER and point.x() >= self.width - 64

    def _paint_ground(self, painter: QPainter) -> None:
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("code"))
        ground = QRectF(0, 0, self.width, self.height).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(ground, size.RADIUS, size.RADIUS)
        painter.setFont(self._look.font(size.CAPTION))
        painter.setPen(self._look.colour("faint"))
        header = QRectF(CODE_PADDING, 2, self.width - 2 * CODE_PADDING, CODE_HEADER - 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(header, middle | Qt.AlignmentFlag.AlignLeft, self._language or "code")
        painter.drawText(header, middle | Qt.AlignmentFlag.AlignRight, "Copy")


def _x_of(place: object) -> float:
    """Qt's place of a cursor in a line; PySide gives it alone or with the cursor's position."""
    return float(place[0] if isinstance(place, tuple) else place)  # type: ignore[arg-type]  # a float
