"""What a message shows as it is read, for counting in it; for any thread."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QTextDocument, QTextFormat

from desktop_app.journal.records import Role
from desktop_app.journal.searching import lowered
from desktop_app.prose import tr
from desktop_app.protocol.math_text import math_text
from desktop_app.ui.chat.markdown_block import Kind, MarkdownBlock
from desktop_app.ui.chat.markdown_cutter import cut_blocks
from desktop_app.ui.chat.math_spans import readable_math
from desktop_app.ui.chat.plain_blocks import cut_plain
from desktop_app.ui.chat.text_formats import MARKDOWN

_KEPT = 30_000  # blocks: a whole long thread, so that the next letter looked for costs little
_PICTURE = "\ufffc"
_ALT = QTextFormat.Property.ImageAltText.value


def times_shown(role: Role, text: str, wanted: str) -> int:
    """How often it stands in a message, in any case; block by block, as it is marked there."""
    folded = folded_places(wanted)
    blocks = cut_plain(text) if role is Role.USER else cut_blocks(text)
    return sum(folded_places(_shown(one)).count(folded) for one in blocks) if folded else 0


def forget_shown() -> None:
    """Give back what was kept for the next letter: nobody looks any more."""
    _prose.cache_clear()


def folded_places(text: str) -> str:
    """Lower case that keeps every character's place; Qt counts two for those beyond U+FFFF."""
    return "".join(one if ord(one) < 0x10000 else one + "\x00" for one in lowered(text))


def _shown(block: MarkdownBlock) -> str:
    match block.kind:
        case Kind.PROSE:
            return _prose(block.source)
        case Kind.MATH:
            return math_text(block.source)
        case Kind.RULE:
            return ""
        case Kind.CODE | Kind.PLAIN:
            return block.source


@lru_cache(maxsize=_KEPT)
def _prose(source: str) -> str:
    document = QTextDocument()
    document.setMarkdown(readable_math(source).source, MARKDOWN)
    text = document.toPlainText()
    return text if _PICTURE not in text else _with_words(document, text)


def _with_words(document: QTextDocument, text: str) -> str:
    """Pictures of elsewhere are shown as words, see ``dress_markdown``."""
    words = []
    block = document.begin()
    while block.isValid():
        places = block.begin()
        while not places.atEnd():
            given = places.fragment().charFormat()
            if given.isImageFormat():
                picture = given.toImageFormat()
                words.append(str(picture.property(_ALT) or "") or picture.name() or tr("Picture"))
            places += 1
        block = block.next()
    pieces = text.split(_PICTURE)
    words += [_PICTURE] * (len(pieces) - 1 - len(words))
    shown = (piece + word for piece, word in zip(pieces, [*words, ""], strict=False))
    return "".join(shown)
