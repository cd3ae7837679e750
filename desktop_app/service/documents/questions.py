"""What a question asks of the search: its telling words, and what must be found literally."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from desktop_app.service.documents.foreign_words import is_foreign

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(
    '["\u201c\u201e\u00ab]([^"\u201c\u201d\u201e\u00ab\u00bb]{2,80})["\u201c\u201d\u00bb]'
)
_CODE_LIKE = re.compile(
    r"\b(?:"
    # INV-2024-01, v1.2, B52
    r"(?=[\w./-]{0,64}\d)(?=[\w./-]{0,64}[A-Za-z])[A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+)*"
    r"|[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+"  # snake_case
    r"|[A-Za-z]+[a-z0-9](?:[A-Z][a-z0-9]+)+"  # camelCase
    r"|\d{5,}"
    r")\b"
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|am|pm)", re.IGNORECASE)


_TOO_COMMON = frozenset(
    _WORD.findall(
        """
        a about all also an and any are as at be been but by can could did do does file document
        for from give had has have he hello her hey hi him his how i if in is it its me more my
        no of ok okay on or our please said say she show so tell than thank thanks that the their
        them then there these they this those to us was we were what when where which who why
        will with would yes you your
        """
    )
)

_OF_A_WHOLE = re.compile(
    r"\b(?:summar\w+|overview|tl;?dr|gist|(?:key|main) points?|translat\w+|proofread\w*|"
    r"(?:this|the|that|my) (?:file|document|attachment|pdf|presentation|table|text) "
    r"(?:about|says?|contains?|cover\w*)|zusammenfass\w*|r[ée]sum\w+|riassum\w+|resum\w+)\b",
    re.IGNORECASE,
)


class Emphasis(Enum):
    """What counts most where passages are searched by meaning too."""

    MEANING = auto()
    WORDS = auto()
    """Something was found literally: a name, a number, a quotation."""
    BOTH = auto()
    """A language that a model may not know well."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, ready for the search.

    Attributes:
        literal: Expressions of FTS5 that find what must be there as it is written, the strictest
            first; empty where nothing must.
        words: Its telling words, in lower case.
        emphasis: Where nothing is found literally.
        is_of_a_whole: Whether it asks for a summary or the like, which no single passage answers.
    """

    text: str
    literal: tuple[str, ...]
    words: tuple[str, ...]
    emphasis: Emphasis
    is_of_a_whole: bool = False


def any_of(words: Iterable[str]) -> str:
    """An expression that finds any of the words; empty where there are none."""
    return " OR ".join(dict.fromkeys(_quoted(word) for word in words))


def understood(text: str) -> Question:
    """What a question asks for."""
    words = _telling_words(text)
    literal = _literal(text)
    exact = [_quoted(one) for one in literal]
    ranked_by = any_of([*literal, *words])
    strict = (joiner.join(exact) for joiner in (" AND ", " OR "))
    return Question(
        text,
        # what is found must have the one, and is ranked by the other
        tuple(f"({one}) AND ({ranked_by})" for one in dict.fromkeys(strict)) if exact else (),
        tuple(words),
        Emphasis.BOTH if is_foreign(text) else Emphasis.MEANING,
        is_of_a_whole=bool(_OF_A_WHOLE.search(text)),
    )


def _literal(text: str) -> list[str]:
    quoted = [one.strip() for one in _QUOTED.findall(text)]
    rest = _QUOTED.sub(" ", text)
    code_like = [one for one in _CODE_LIKE.findall(rest) if not _ORDINAL.fullmatch(one)]
    return [one for one in dict.fromkeys([*quoted, *code_like]) if _WORD.search(one)]


def _telling_words(text: str) -> list[str]:
    """The words that matter; a question of none, such as how one is, is not about documents."""
    words = _WORD.findall(text.lower())
    return list(dict.fromkeys(word for word in words if word not in _TOO_COMMON))


def _quoted(text: str) -> str:
    """As a phrase of FTS5, whatever is in it."""
    return '"' + text.replace('"', " ") + '"'
