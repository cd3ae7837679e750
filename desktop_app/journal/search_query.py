"""What a person types into a search box: words to look for, and wishes such as ``is:spoken``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from desktop_app.journal.records import Role

_WORD = re.compile(r"[^\W_]+")
_WISH = re.compile(r"^(is|has|from|after|before):(\S+)$")
_ROLES = {"me": Role.USER, "parley": Role.ASSISTANT}
_UNSPACED = re.compile(  # scripts that put no space between words: an index of words has none
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_MOST_PARTS = 32  # of a text that was pasted, more would only make the search slow


@dataclass(frozen=True, slots=True)
class SearchWish:
    """What is looked for.

    Attributes:
        words: The text without its wishes.
        role: Whose words, None for everybody's.
        after, before: Unix seconds: not earlier than, earlier than.
    """

    words: str = ""
    is_spoken: bool = False
    has_pictures: bool = False
    has_videos: bool = False
    role: Role | None = None
    after: float | None = None
    before: float | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether more is wished for than words."""
        return self != SearchWish(self.words)

    @property
    def is_empty(self) -> bool:
        """Whether everything would be found."""
        return not self.words and not self.is_filtered

    @property
    def is_unspaced(self) -> bool:
        """Whether the words belong to a script without spaces."""
        return _UNSPACED.search(self.words) is not None

    @property
    def parts(self) -> tuple[str, ...]:
        """The words one by one, for texts in which they are not set apart; each is anywhere."""
        return tuple(dict.fromkeys(self.words.casefold().split()))[:_MOST_PARTS]

    @property
    def query(self) -> str:
        """The words as a full-text query."""
        return search_query(self.words)


def search_query(text: str) -> str:
    """Every word must occur; the last one may be the beginning of a word.

    Returns:
        An FTS5 query in which nothing is an operator; empty when there is no word in ``text``.
    """
    words = [f'"{word}"' for word in _WORD.findall(text)]
    return f"{' '.join(words)}*" if words else ""


def read_wish(text: str, today: date | None = None) -> SearchWish:
    """Take ``is:spoken``, ``has:picture``, ``from:me``, ``after:2026-05-01`` out of the words.

    Videos are pictures too; ``has:video`` finds them alone. What only looks like a wish is a word.
    Dates also as ``today``, ``yesterday`` or ``7d``, so many days ago.
    """
    found: dict[str, object] = {}
    words = []
    for part in text.split():
        wish = _WISH.match(part)
        read = _read(wish[1], wish[2].casefold(), today or date.today()) if wish else None
        if read is None:
            words.append(part)
        else:
            found.update([read])
    return SearchWish(" ".join(words), **found)  # type: ignore[arg-type]  # by name, as read


def _read(name: str, value: str, today: date) -> tuple[str, object] | None:
    if (name, value) == ("is", "spoken"):
        return "is_spoken", True
    if name == "has" and value in ("picture", "pictures"):
        return "has_pictures", True
    if name == "has" and value in ("video", "videos"):
        return "has_videos", True
    if name == "from" and value in _ROLES:
        return "role", _ROLES[value]
    if name in ("after", "before"):
        day = _day(value, today)
        return None if day is None else (name, datetime.combine(day, time.min).timestamp())
    return None


def _day(value: str, today: date) -> date | None:
    named = {"today": 0, "yesterday": 1}
    if value in named:
        return today - timedelta(days=named[value])
    if re.fullmatch(r"\d{1,4}d", value):
        return today - timedelta(days=int(value[:-1]))
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
