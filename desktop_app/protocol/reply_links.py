"""Replies without the storage links of their pictures, which expire and nobody reads. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

_SPACES = re.compile(r"[ \t]{2,}")
_BLANK_LINES = re.compile(r"\n{3,}")


def without_links(text: str, urls: Collection[str]) -> str:
    """The text without these links, with the words that a Markdown link gives them.

    A link counts with any query, because a server may sign it anew; pictures go as a whole.
    """
    shown = text
    for url in sorted({url.partition("?")[0] for url in urls if url}, key=len, reverse=True):
        address = re.escape(url) + r"(?:\?[^\s)\]>\"']*)?"
        shown = re.sub(rf"!\[[^\]]*\]\(\s*<?{address}>?[^)]*\)", "", shown)
        shown = re.sub(rf"\[([^\]]*)\]\(\s*<?{address}>?[^)]*\)", r"\1", shown)
        shown = re.sub(rf"<?{address}>?", "", shown)
    if shown == text:
        return text
    lines = [_SPACES.sub(" ", line).rstrip() for line in shown.split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
