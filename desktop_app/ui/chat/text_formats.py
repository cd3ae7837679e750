"""How Markdown looks: line height, headings, inline code, quotes and tables."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetricsF,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextTable,
    QTextTableCell,
)

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.chat.math_spans import MATH_MARK
from desktop_app.ui.look import Look

MARKDOWN = QTextDocument.MarkdownFeature(
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub.value
    | QTextDocument.MarkdownFeature.MarkdownNoHTML.value
)
"""How a reply is read; HTML in it stays text."""

_FROM_RIGHT = Qt.LayoutDirection.RightToLeft
_LINE_HEIGHT = 140.0  # percent of the font's own
_CELL_LINE_HEIGHT = 115.0  # of words in a table, which have more room above and below
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_ALT = QTextFormat.Property.ImageAltText.value
_QUOTE_LEVEL = QTextFormat.Property.BlockQuoteLevel.value
_HEADINGS = {1: size.TITLE, 2: size.TITLE - 2, 3: size.TEXT + 1}


def use_line_height(document: QTextDocument) -> None:
    """Give every line the air it needs for reading."""
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    roomy = QTextBlockFormat()
    roomy.setLineHeight(_LINE_HEIGHT, _PROPORTIONAL)
    cursor.mergeBlockFormat(roomy)


def line_air(font: QFont) -> int:
    """px that a line has below its letters, and not above them."""
    return round(QFontMetricsF(font).height() * (_LINE_HEIGHT / 100 - 1))


@cache
def _roomy(above: int, below: int, height: float) -> QTextBlockFormat:
    """Air for reading, percent of the font's own, and px above and below a paragraph."""
    roomy = QTextBlockFormat()
    roomy.setLineHeight(height, _PROPORTIONAL)
    roomy.setTopMargin(above)
    roomy.setBottomMargin(below)
    return roomy


def dress_markdown(document: QTextDocument, look: Look) -> None:
    """Bring a parsed document into the look, as one change: each of many would be told alone."""
    whole = QTextCursor(document)
    whole.beginEditBlock()
    block = document.begin()
    last = document.lastBlock()
    while block.isValid():
        _dress_block(block, look, is_last=block == last, is_first=block.position() == 0)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            if frame.cellAt(0, 0).firstCursorPosition().block().textDirection() is _FROM_RIGHT:
                _turn_table(frame)
            _dress_table(frame, look)
    whole.endEditBlock()


def _dress_block(block: QTextBlock, look: Look, *, is_last: bool, is_first: bool) -> None:
    cursor = QTextCursor(block)
    given = block.blockFormat()
    in_list = block.textList() is not None
    in_table = cursor.currentTable() is not None
    above = 0 if is_first or in_table else (2 if in_list else 8)
    below = 0 if is_last or in_table else (2 if in_list else 4)
    cursor.mergeBlockFormat(_roomy(above, below, _CELL_LINE_HEIGHT if in_table else _LINE_HEIGHT))
    if in_list and _has_dot(block.textList()):
        cursor.mergeBlockCharFormat(_away_from_its_dot())
    if given.headingLevel():
        _dress_heading(cursor, look, given.headingLevel())
    elif given.intProperty(_QUOTE_LEVEL):
        cursor.setBlockFormat(_quoted(cursor.blockFormat()))
        _recolour(cursor, look)
    _dress_spans(block, look)


def _has_dot(known: QTextList) -> bool:
    return known.format().style().value >= QTextListFormat.Style.ListSquare.value


@cache
def _away_from_its_dot() -> QTextCharFormat:
    """Of the dot, not of the words: Qt puts it one space before them, which is too close."""
    roomy = QTextCharFormat()
    roomy.setFontStretch(200)
    return roomy


def _quoted(given: QTextBlockFormat) -> QTextBlockFormat:
    """As deep as the bar at its left needs."""
    given.setLeftMargin(16)
    given.setRightMargin(0)
    return given


def _dress_heading(cursor: QTextCursor, look: Look, level: int) -> None:
    cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
    written = QTextCharFormat()
    written.setFont(
        look.font(_HEADINGS.get(level, size.TEXT), QFont.Weight.DemiBold),
        QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesSpecifiedOnly,
    )
    written.setProperty(QTextFormat.Property.FontSizeAdjustment.value, 0)
    cursor.mergeCharFormat(written)


def _recolour(cursor: QTextCursor, look: Look) -> None:
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    quiet = QTextCharFormat()
    quiet.setForeground(look.colour("dim"))
    cursor.mergeCharFormat(quiet)


def _dress_spans(block: QTextBlock, look: Look) -> None:
    """Code and mathematics in the line; a picture of elsewhere becomes a link to it."""
    places = block.begin()
    code, pictures = [], []
    while not places.atEnd():
        fragment = places.fragment()
        given = fragment.charFormat()
        if given.isImageFormat():
            picture = given.toImageFormat()
            pictures.append(
                (fragment.position(), picture.name(), str(picture.property(_ALT) or ""))
            )
        elif given.fontFixedPitch():
            is_math = fragment.text().startswith(MATH_MARK)
            code.append((fragment.position(), fragment.length(), is_math))
        places += 1
    for start, length, is_math in code:
        cursor = QTextCursor(block.document())
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(_mathematics(look) if is_math else _inline_code(look))
    for start, address, words in reversed(pictures):
        cursor = QTextCursor(block.document())
        cursor.setPosition(start)
        cursor.setPosition(start + 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(words or address or tr("Picture"), _link_to(look, address))


def _inline_code(look: Look) -> QTextCharFormat:
    written = QTextCharFormat()
    written.setFont(look.mono())
    written.setBackground(look.colour("bubble"))
    return written


def _mathematics(look: Look) -> QTextCharFormat:
    written = QTextCharFormat()
    font = look.font()
    font.setItalic(True)
    written.setFont(font)
    return written


def _link_to(look: Look, address: str) -> QTextCharFormat:
    written = QTextCharFormat()
    written.setFont(look.font())
    if address:
        written.setAnchor(True)
        written.setAnchorHref(address)
        written.setForeground(look.colour("accent"))
    return written


def _turn_table(table: QTextTable) -> None:
    """Let a table whose words are read from the right begin there; Qt leaves its columns."""
    for row in range(table.rows()):
        columns = range(table.columns())
        wholes = [_whole(table.cellAt(row, column)) for column in columns]
        cells = [(whole.selection(), whole.blockFormat().alignment()) for whole in wholes]
        for column, (words, alignment) in enumerate(reversed(cells)):
            place = _whole(table.cellAt(row, column))
            place.removeSelectedText()
            place.insertFragment(words)
            place.mergeBlockFormat(_from_right(alignment))
    given = table.format()
    given.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
    table.setFormat(given)


def _from_right(alignment: Qt.AlignmentFlag) -> QTextBlockFormat:
    """The same, read from there: Qt goes by each cell's own words, and numbers have no side."""
    turned = QTextBlockFormat()
    if not alignment & Qt.AlignmentFlag.AlignHCenter:
        is_last = bool(alignment & Qt.AlignmentFlag.AlignRight)
        side = Qt.AlignmentFlag.AlignLeft if is_last else Qt.AlignmentFlag.AlignRight
        turned.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
    return turned


def _whole(cell: QTextTableCell) -> QTextCursor:
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _dress_table(table: QTextTable, look: Look) -> None:
    given = table.format()
    given.setBorder(1)
    given.setBorderCollapse(True)
    given.setBorderBrush(QBrush(look.colour("line")))
    given.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    given.setCellPadding(8)
    given.setCellSpacing(0)
    given.setLeftMargin(-1)  # its line begins where words and code do
    given.setTopMargin(0)
    given.setBottomMargin(0)
    given.setWidth(QTextLength(QTextLength.Type.VariableLength, 0))
    table.setFormat(given)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        ground = cell.format()
        ground.setBackground(look.colour("code"))
        cell.setFormat(ground)
