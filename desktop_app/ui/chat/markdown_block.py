"""One piece of a text, as it is laid out and painted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

APART, NEXT_LINE = "\n\n", "\n"


class Kind(StrEnum):
    """How a block is shown."""

    PROSE = "prose"
    CODE = "code"
    MATH = "math"
    RULE = "rule"
    PLAIN = "plain"  # as it was typed


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """One block.

    Attributes:
        start: Where its source begins in the whole text, in characters.
        source: The Markdown of the block; for code and math, that alone.
        language: As named at the fence.
        indent: Levels of the list that it stands in.
        joint: What stands between the text of the block before and this one's.
        repeated: Characters at the start of ``source`` that the text has not here: the head of a
            table that was cut.
    """

    start: int
    source: str
    kind: Kind = Kind.PROSE
    language: str = ""
    indent: int = 0
    joint: str = APART
    repeated: int = 0

    @property
    def is_joined(self) -> bool:
        """Whether it goes on with what the block before began."""
        return self.joint != APART

    @property
    def is_inside_line(self) -> bool:
        """Whether it even goes on with its last line."""
        return not self.joint.startswith("\n")
