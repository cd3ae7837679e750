"""What stands in a document of Qt, sign for sign."""

from __future__ import annotations

_ENDS = (
    "\u2029",
    "\u2028",
    "\ufdd0",
    "\ufdd1",
)  # of paragraphs, lines and frames, as Qt keeps them


def written_text(raw: str) -> str:
    """The text as it was written; only ends of lines are line feeds.

    Qt's own plain text has a space for each that does not break, which French and many a number
    are written with.

    Args:
        raw: Of ``QTextDocument.toRawText`` or ``QTextCursor.selectedText``.
    """
    for end in _ENDS:
        raw = raw.replace(end, "\n")
    return raw
