"""Facts that take the place of earlier ones: what a thing has one of at a time."""

from __future__ import annotations

import re

_ATTRIBUTE = re.compile(
    r"(?P<subject>(?:my|our|his|her|their|the)\s+(?:[\w'-]+\s+){0,5}?"
    r"(?:(?:favou?rite\s+[\w'-]+(?:\s+[\w'-]+)?)"
    r"|name|number|code|pin|password|address|email|phone|birthday|age|job|colou?r|size|weight"
    r"|height|hometown))"
    r"\s+(?:is|are)\s+\S",
    re.IGNORECASE,
)
_LONGEST_CHARACTERS = 300


def attribute_of(fact: str) -> str:
    """What a fact says the one value of, ``my gate code``; empty where others may stand beside it.

    Only what nobody has two of: a fact that stands there twice harms less than one that is lost.
    """
    found = _ATTRIBUTE.match(" ".join(fact[:_LONGEST_CHARACTERS].split()))
    return found["subject"].casefold() if found else ""
