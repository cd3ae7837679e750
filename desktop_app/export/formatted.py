"""What a model wrote in Markdown, as HTML that loads nothing and runs nothing."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 200_000
"""Characters; what is longer stands as it was written, and what is deeper than anybody reads."""

_SAFE_LINKS = ("http://", "https://", "mailto:")
_BELOW_PAGE = 2  # levels of the page's own headings
_DEEPEST = 60  # levels in each other that the parser follows
_INNER = frozenset(("thead", "tbody", "tr", "em", "strong", "s", "a"))


def formatted(markdown: str) -> str:
    """Blocks of HTML, each in the direction of its words; without pictures from elsewhere."""
    parser = _parser()
    tokens = parser.parse(markdown) if len(markdown) <= LONGEST else []
    if not tokens or max(token.level for token in tokens) + 1 >= _DEEPEST:
        return f'<p class="text" dir="auto">{html.escape(markdown)}</p>\n'
    for token in tokens:
        if token.nesting == 1 and token.tag not in _INNER:
            token.attrSet("dir", "auto")
        if token.type in ("fence", "code_block"):
            token.content = token.content.rstrip("\n")  # a page of paper would show one more line
        if token.type.startswith("heading_"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _BELOW_PAGE)}"
    return str(parser.renderer.render(tokens, parser.options, {}))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # only who exports waits for it

    class Careful(MarkdownIt):
        def validateLink(self, url: str) -> bool:  # noqa: N802 - its name there
            return url.lower().startswith(_SAFE_LINKS)

    parser = Careful("commonmark", {"html": False, "maxNesting": _DEEPEST})
    return parser.enable(["table", "strikethrough"]).disable(["image"])
