"""HTML, Markdown and XML: the words, by chapter where there are headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from desktop_app.prose import mark
from desktop_app.service.documents.readers.archive import local_name
from desktop_app.service.documents.readers.html_tokens import Tag, Text, html_tokens
from desktop_app.service.documents.readers.plain_text import (
    MAX_BYTES,
    read_lines,
    read_text,
    remarks_of,
)
from desktop_app.service.documents.sections import Found, Remark, Section, UnreadableError

_HEADING = re.compile(r"#{1,6}\s+(?P<title>.*)")
_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_UNSEEN = frozenset(("script", "style", "template", "noscript", "svg"))
_BLOCKS = _HEADINGS | frozenset(
    re.findall(
        r"\w+",
        """
        address article aside blockquote br dd div dl dt figcaption figure footer form header hr
        li main nav ol option p pre section table title tr ul
        """,
    )
)
_MOST_PLACE_CHARACTERS = 80


def read_markdown(path: Path) -> Iterator[Found]:
    """Chapters; a line that only looks like a heading, within code, is none."""
    lines: list[str] = []
    title, first, fence = "", 1, ""
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if match := _FENCE.match(line):
            mark = match["fence"]
            if not fence:
                fence = mark
            elif mark.startswith(fence):
                fence = ""
        elif not fence and (heading := _HEADING.fullmatch(line)):
            yield Section(_place(title), "\n".join(lines), unit="lines", first=first)
            lines, title, first = [], _without_closing(heading["title"]), number
        lines.append(line)
    yield Section(_place(title), "\n".join(lines), unit="lines", first=first)
    yield from remarks_of(path)


def _without_closing(title: str) -> str:
    """A heading may end with hashes too, apart from its words."""
    title = title.rstrip()
    bare = title.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else title


def read_html(path: Path) -> Iterator[Found]:
    """What a browser would show, by headings."""
    page = _Page()
    for token in html_tokens(read_text(path)):
        page.add(token)
    yield from page.chapters()
    yield from remarks_of(path)


def read_xml(path: Path) -> Iterator[Found]:
    """A line for each element with words, or the file as it is where it is no good XML."""
    if path.stat().st_size > MAX_BYTES:
        yield from read_lines(path)
        return
    try:
        text = "\n".join(_xml_lines(path))
    except DefusedXmlException as error:
        raise UnreadableError(mark("It defines entities, which is not safe to read.")) from error
    except (ParseError, LookupError, ValueError):
        yield from read_lines(path)
        yield Remark(note="It is not valid XML and is searched as plain text.")
        return
    yield Section("", text)


def _xml_lines(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for _, element in iterparse(file, ("end",)):
            words = " ".join((element.text or "").split())
            facts = " ".join(element.attrib.values())
            if words or facts:
                yield " ".join(filter(None, (f"{local_name(str(element.tag))}:", facts, words)))
            yield from _tail(element)
            for child in element:
                child.clear()


def _tail(element: Element) -> Iterator[str]:
    """Words between an element's children."""
    for child in element:
        if words := " ".join((child.tail or "").split()):
            yield words


class _Page:
    """Collects text, line by line, and cuts it at headings."""

    def __init__(self) -> None:
        self._chapters: list[tuple[str, list[str]]] = [("", [])]
        self._unseen = 0

    def add(self, token: Text | Tag) -> None:
        """What comes next."""
        match token:
            case Text(text):
                if not self._unseen:
                    self._chapters[-1][1].append(text)
            case Tag(name, is_end=False):
                if name in _UNSEEN and not token.is_empty:
                    self._unseen += 1
                if name in _HEADINGS and not token.is_empty:
                    self._begin_chapter()
                self._break(name)
            case Tag(name):
                if name in _UNSEEN:
                    self._unseen = max(0, self._unseen - 1)
                if name in _HEADINGS:
                    _, parts = self._chapters[-1]
                    self._chapters[-1] = ("".join(parts), parts)
                self._break(name)

    def chapters(self) -> Iterator[Section]:
        for title, parts in self._chapters:
            lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
            text = "\n".join(line for line in lines if line)
            yield Section(_place(" ".join(title.split())), text)

    def _begin_chapter(self) -> None:
        if any(not part.isspace() for part in self._chapters[-1][1]):
            self._chapters.append(("", []))
        else:
            self._chapters[-1] = ("", [])

    def _break(self, tag: str) -> None:
        parts = self._chapters[-1][1]
        if tag in _BLOCKS and parts[-1:] != ["\n"]:
            parts.append("\n")
        elif tag in ("td", "th"):
            parts.append(" ")


def _place(title: str) -> str:
    return f'section "{title[:_MOST_PLACE_CHARACTERS]}"' if title else ""
