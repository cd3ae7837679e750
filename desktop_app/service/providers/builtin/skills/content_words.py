"""The words of a sentence that carry its content, in a form that meets their other forms."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_ENDING = re.compile(r"(?:ings?|ed|ly|es|s|e)$")
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")
_SHORTEST_STEM = 3
_SAME = {
    "colour": "color",
    "favourite": "favorite",
    "called": "name",
    "named": "name",
    "names": "name",
}
_COMMON = frozenset(
    """
    a about according again all also am an and any anything are as at be been being by can could
    did do does for from get got had has have he her here him his how i if in into is it its just
    many me more much my no now of off on or our out please s said say says she should show so some
    something tell than that the their them there these they this those to told up us was we were
    what when where which who whom whose why will with would you your yours mine ours
    i'm i've i'd i'll it's that's there's what's who's where's when's
    """.split()  # noqa: SIM905
)


def words_of(text: str) -> list[str]:
    """The words in lower case and in order, the common ones too."""
    return _WORD.findall(text.lower())


def content_stems(text: str) -> frozenset[str]:
    """What remains of the words that matter without their endings.

    ``I parked the cars`` and ``Where is my parking car?`` share ``park`` and ``car``.
    """
    words = (word for word in words_of(text) if word not in _COMMON)
    return frozenset(stem for word in words if (stem := stem_of(word)))


def stem_of(word: str) -> str:
    """A word in lower case without its ending."""
    word = _POSSESSIVE.sub("", word)
    word = _SAME.get(word, word)
    stem = _ENDING.sub("", word)
    if len(stem) < _SHORTEST_STEM or word.endswith("ss"):
        return word
    stem = _DOUBLED.sub(r"\1", _SAME.get(stem, stem))
    return f"{stem[:-1]}i" if stem.endswith("y") and len(stem) > _SHORTEST_STEM else stem
