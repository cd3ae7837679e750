"""Answers questions by what was told, where its words show that it is about the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
_COLORS = frozenset(
    """
    amber azure beige black blue bronze brown cream crimson cyan gold golden gray green grey indigo
    ivory khaki lavender lilac magenta maroon mint navy olive orange pink purple red rose scarlet
    silver tan teal turquoise violet white yellow
    """.split()  # noqa: SIM905
)
_COUNTED = content_stems(
    """
    age big code expensive far fast heavy high large long many much number old often phone pin price
    size small tall time weight wide year
    """
)
_NUMBER_WORDS = frozenset(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand noon midnight once twice daily weekly monthly yearly
    """.split()  # noqa: SIM905
)
_LONGEST_QUESTION = 30  # words: longer ones are texts


@dataclass(frozen=True, slots=True)
class AskedFact:
    """What a question wants to know.

    Attributes:
        about: Stems that a statement must hold.
        kind: Stems of what is asked for, ``color``: an answer gives one and need not name it.
        values: Words of which an answer has one; empty where nobody can list them.
        is_counted: Whether an answer has a number.
    """

    about: frozenset[str]
    kind: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    is_counted: bool = False

    def answers(self, statements: Sequence[str]) -> list[str]:
        """Those of the statements that answer it, in order."""
        full = [each for each in statements if self.about | self.kind <= content_stems(each)]
        if full := [each for each in full if self._has_value(each)]:
            return full
        return self.near(statements) if self.values else []

    def near(self, statements: Sequence[str]) -> list[str]:
        """Those that tell something of the same kind about the same, and may be no answer."""
        if not self.kind:
            return []
        about = [each for each in statements if self.about <= content_stems(each)]
        return [each for each in about if self._has_value(each)]

    def _has_value(self, statement: str) -> bool:
        words = words_of(statement)
        if self.values:
            return any(word in self.values for word in words)
        if self.is_counted:
            return any(word[0].isdigit() or word in _NUMBER_WORDS for word in words)
        return True


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
    values = _COLORS if "color" in kind else frozenset()
    is_counted = word in ("many", "much") or not kind.isdisjoint(_COUNTED)
    if values or is_personal(small):
        return AskedFact(about, kind, values, is_counted)
    return AskedFact(about | kind, is_counted=is_counted)


def is_personal(text: str) -> bool:
    """Whether it speaks of the one who says it."""
    return not _PERSONAL.isdisjoint(words_of(text))
