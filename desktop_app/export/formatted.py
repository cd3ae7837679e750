"""What a model wrote in Markdown, as HTML that loads nothing and runs nothing."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING

from desktop_app.protocol.math_places import math_in, may_have_math
from desktop_app.protocol.math_text import math_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

LONGEST = 200_000
"""Characters; what is longer stands as it was written, and what is deeper than anybody reads."""

_SAFE_LINKS = ("http://", "https://", "mailto:")
_BELOW_PAGE = 2  # levels of the page's own headings
_DEEPEST = 60  # levels in each other that the parser follows
_INNER = frozenset(("thead", "tbody", "tr", "em", "strong", "s", "a"))
_MATH = "\u2060"  # begins code that was mathematics; whoever writes it gets no more than that
_ALONE = re.compile(r"\s*\$\$\s*([^$]{1,2000}?)\s*\$\$\s*")


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
        for child in token.children or ():
            _show_math(child)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _show_math(token: Token) -> None:
    if token.type == "code_inline" and token.content.startswith(_MATH):
        token.type = "html_inline"
        token.content = f'<span class="math">{html.escape(token.content[1:])}</span>'


def _read_math(state: StateCore) -> None:
    """Mathematics of LaTeX as the window shows it, in code marks until it is written."""
    for token in state.tokens:
        if token.type == "inline" and may_have_math(token.content):
            token.content = _readable(token.content)


def _readable(markdown: str) -> str:
    if alone := _ALONE.fullmatch(markdown):
        return _marked(alone[1])
    parts, at = list[str](), 0
    for place in math_in(markdown):
        parts += markdown[at : place.begin], _marked(place.source)
        at = place.end
    return "".join([*parts, markdown[at:]])


def _marked(source: str) -> str:
    said = math_text(source) or source.strip()
    return f"`{_MATH}{said.replace('`', chr(39))}`"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # only who exports waits for it

    class Careful(MarkdownIt):
        def validateLink(self, url: str) -> bool:  # noqa: N802 - its name there
            return url.lower().startswith(_SAFE_LINKS)

    parser = Careful("commonmark", {"html": False, "maxNesting": _DEEPEST})
    parser.core.ruler.before("inline", "math", _read_math)
    return parser.enable(["table", "strikethrough"]).disable(["image"])
