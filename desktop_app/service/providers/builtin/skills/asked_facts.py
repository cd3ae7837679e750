"""Answers questions by what was told, where its words show that it is about the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.service.providers.builtin.skills.calendar_words import MONTHS, WEEKDAYS
from desktop_app.service.providers.builtin.skills.content_words import content_stems, words_of

_QUESTION = re.compile(
    r"(?:what|who|whom|whose|where|when|why|how|which|do|does|did|is|are|was|were|am|have|has|had"
    r"|can|could|should|will|would|tell me|remind me)\b"
)
_PERSONAL = frozenset(("i", "me", "my", "mine", "we", "us", "our", "ours", "i'm", "i've"))
_KIND = re.compile(
    r"(?:tell me |remind me )?(?:"
    r"(?:what|which)(?:'s| is| was| are| were)? (?:the )?(?P<of>[\w'-]+) (?:of|for) "
    r"|(?:what|which) (?P<noun>[\w'-]+) "
    r"|how (?P<measure>[\w'-]+) )"
)
_COLORS = (
    "amber azure beige black blue bronze brown cream crimson cyan gold golden gray green grey"
    " indigo ivory khaki lavender lilac magenta maroon navy olive orange pink purple red"
    " scarlet silver teal turquoise violet white yellow"
)
_DAYS = " ".join((*WEEKDAYS, *MONTHS, "today", "tomorrow", "christmas", "easter"))
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
    " hundred thousand once twice daily weekly monthly yearly"
)


def _any_of(words: str, more: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words.split())})\b|{more}", re.IGNORECASE)


_DAY = _any_of(_DAYS, r"\b\d{1,2}(?:st|nd|rd|th)\b|\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b")
_COLOR = re.compile(rf"\b(?:{'|'.join(_COLORS.split())})\b", re.IGNORECASE)
_TIME = _any_of("noon midnight", r"\b\d{1,2}(?:[:.]\d\d\b| ?[ap]\.?m\b| o'clock)")
_VALUES = {
    stem: value
    for kinds, value in (
        ("color", _COLOR),
        ("time", _TIME),
        ("day weekday date month birthday", _DAY),
    )
    for stem in content_stems(kinds)
}
"""What only an answer holds, by the stem of what is asked for."""
_COUNTED = content_stems(
    """
    age big code expensive far fast heavy high large long many much number old often phone pin price
    size small tall weight wide year
    """
)
_NUMBER = _any_of(_NUMBERS, r"\d")
_LONGEST_QUESTION = 30  # words: longer ones are texts


@dataclass(frozen=True, slots=True)
class AskedFact:
    """What a question wants to know.

    Attributes:
        about: Stems that a statement must hold.
        kind: Stems of what is asked for, ``color``: an answer gives one and need not name it.
        value: What an answer holds, where that can be said.
        is_telling: Whether the value alone shows that it is one: a color, not any number.
    """

    about: frozenset[str]
    kind: frozenset[str] = frozenset()
    value: re.Pattern[str] | None = None
    is_telling: bool = False

    def answers(self, statements: Sequence[str]) -> list[str]:
        """Those of the statements that answer it, in order."""
        full = [each for each in statements if self.about | self.kind <= content_stems(each)]
        if full := [each for each in full if self._has_value(each)]:
            return full
        return self.near(statements) if self.is_telling else []

    def near(self, statements: Sequence[str]) -> list[str]:
        """Those that tell something of the same kind about the same, and may be no answer."""
        if not self.kind:
            return []
        about = [each for each in statements if self.about <= content_stems(each)]
        return [each for each in about if self._has_value(each)]

    def _has_value(self, statement: str) -> bool:
        return self.value is None or self.value.search(statement) is not None


def asked_fact(text: str) -> AskedFact | None:
    """What ``text`` asks about things that may have been told; None where it is no such question.

    Of a question that is not about the person all words count, unless what it asks for can be
    recognised.

    Args:
        text: Without punctuation at its end.
    """
    small = " ".join(text.lower().replace("\u2019", "'").split())
    words = words_of(small)
    if not _QUESTION.match(small) or len(words) > _LONGEST_QUESTION:
        return None
    found = _KIND.match(small)
    word = (found["of"] or found["noun"] or found["measure"]) if found else ""
    kind = content_stems(word)
    about = content_stems(small) - kind
    if not about:
        return None
    value = next((_VALUES[stem] for stem in kind if stem in _VALUES), None)
    if value is not None:
        return AskedFact(about, kind, value, is_telling=True)
    if word in ("many", "much") or not kind.isdisjoint(_COUNTED):
        value = _NUMBER
    if is_personal(small):
        return AskedFact(about, kind, value)
    return AskedFact(about | kind, value=value)


def is_personal(text: str) -> bool:
    """Whether it speaks of the one who says it."""
    return not _PERSONAL.isdisjoint(words_of(text))
