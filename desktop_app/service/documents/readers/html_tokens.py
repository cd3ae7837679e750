"""Tells the text and the tags of an HTML page apart, in time that only grows with its length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

_OPENING = re.compile(r"<(?=[A-Za-z!/?])")
_NAME = re.compile(r"(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*+)")
_REST_OF_TAG = re.compile(r"""(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>""")
_END_OF_COMMENT = re.compile(r"--!?>")
_EMPTY_COMMENT = re.compile(r"!---?>")
_END_OF_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}
"""Elements in which nothing but their own end is a tag."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words between tags, their character references resolved."""

    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or an end; its name in lower case."""

    name: str
    is_end: bool = False
    is_empty: bool = False
    """Whether it closes itself, ``<br/>``."""


def html_tokens(page: str) -> Iterator[Text | Tag]:
    """What a browser would see, in order; comments and attributes are left out.

    As the HTML standard's tokenizer reads it: what is never closed, a comment or a tag, reaches to
    the end of the page. Nothing is therefore looked for twice, whatever a page is made of.
    """
    at = 0
    while opening := _OPENING.search(page, at):
        if opening.start() > at:
            yield Text(unescape(page[at : opening.start()]))
        at = opening.end()
        found = _NAME.match(page, at)
        if found is None:
            at = _end_of_comment(page, at)
            continue
        rest = _REST_OF_TAG.match(page, found.end())
        if rest is None:
            return
        at = rest.end()
        is_end = bool(found["slash"])
        tag = _tag(found["name"].lower(), is_end, not is_end and page[at - 2] == "/")
        yield tag
        if tag.name in _END_OF_RAW and not (tag.is_end or tag.is_empty):
            end = _END_OF_RAW[tag.name].search(page, at)
            until = end.start() if end else len(page)
            if until > at:
                yield Text(unescape(page[at:until]))
            at = until
    if at < len(page):
        yield Text(unescape(page[at:]))


@lru_cache(1024)
def _tag(name: str, is_end: bool, is_empty: bool) -> Tag:  # pages have few tags many times
    return Tag(name, is_end, is_empty)


def _end_of_comment(page: str, at: int) -> int:
    """Where the page goes on after a ``<`` that begins a comment or a declaration."""
    if page.startswith("!--", at):
        end = _EMPTY_COMMENT.match(page, at) or _END_OF_COMMENT.search(page, at + 3)
        return end.end() if end else len(page)
    end_at = page.find(">", at)
    return end_at + 1 if end_at >= 0 else len(page)
