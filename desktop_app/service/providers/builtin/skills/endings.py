"""What people put at the end of what they ask for."""

from __future__ import annotations

from string import whitespace

_PLEASE = " please"


def without_ending(text: str, marks: str) -> str:
    """``text`` without the marks at its end, and without the "please" before them.

    By hand: a search for the end tries every mark as its beginning, 100,000 marks for minutes.
    """
    bare = text.rstrip(marks + whitespace)
    if bare[-len(_PLEASE) :].lower() == _PLEASE:
        bare = bare[: -len(_PLEASE)].removesuffix(",")
    return bare
