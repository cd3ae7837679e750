"""What a reader finds in a file: pieces of text that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass


class UnreadableError(Exception):
    """A file cannot be read; the message is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Section:
    """One page, slide, sheet, chapter or whole file.

    Attributes:
        place: For people: ``page 3``; empty for a whole file.
        unit: What its lines are called (``lines``, ``rows``) where a passage shall tell which
            it has; else empty.
        first: Number of the first line, where there is a unit.
        heading: Repeated before each passage: a table's first row. May be empty.
    """

    place: str
    text: str
    unit: str = ""
    first: int = 1
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know of a file, or what it is where it has no text.

    Attributes:
        summary: In place of one made from the text; may be empty.
        note: Becomes the status message; may be empty.
    """

    summary: str = ""
    note: str = ""


Found = Section | Remark
"""What readers yield, in the order of the file."""
