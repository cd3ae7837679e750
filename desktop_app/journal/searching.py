"""Finding messages in the journal by their words. Any thread, any time."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from desktop_app.journal.records import SearchHit
from desktop_app.journal.search_query import SearchWish

SNIPPET_WORDS = 12
TITLE_MATCHES = (  # plain letters within SQLite: a call of Python for each title is slow, and waits
    "CASE length(title) WHEN length(CAST(title AS BLOB)) THEN title LIKE :part ESCAPE '!' "
    "ELSE instr(casefold(title), :text) END"
)
_SIGNS_OF_LIKE = re.compile("[%_!]")
_LONGEST_PART = 20_000  # characters; SQLite takes patterns of 50,000 bytes
_AROUND = 24  # characters shown on each side of what was found in a script without spaces


class Statement(NamedTuple):
    """A query and its values."""

    query: str
    values: dict[str, Any]


def search_statement(wish: SearchWish, limit: int) -> Statement | None:
    """How to find what is wished for, newest first; None when nothing can be looked for."""
    words = wish.query
    if wish.words and not words:
        return None
    uses_index = bool(words) and not wish.is_unspaced
    conditions = ["thread.is_removed IS NOT 1", *_conditions(wish)]
    parts = wish.parts if words and not uses_index else ()
    conditions += [_holds(number, part) for number, part in enumerate(parts)]
    if uses_index:
        source = "message_words JOIN message AS m ON m.number = message_words.rowid"
        conditions.insert(0, "message_words MATCH :query")
        snippet = f"snippet(message_words, 0, char(2), char(3), '…', {SNIPPET_WORDS})"
        order = "message_words.rowid"
    else:
        source, snippet, order = "message AS m", "m.text", "m.number"
    query = (
        "SELECT m.thread_id, m.id, m.created_at, coalesce(thread.title, '') AS title, "
        f"{snippet} AS snippet "
        f"FROM {source} LEFT JOIN thread ON thread.id = m.thread_id "
        f"WHERE {' AND '.join(conditions)} ORDER BY {order} DESC LIMIT :limit"
    )
    values = {
        "query": words,
        "limit": limit,
        "role": None if wish.role is None else str(wish.role),
        "after": wish.after,
        "before": wish.before,
        **{f"part{number}": part_pattern(part) or part for number, part in enumerate(parts)},
    }
    return Statement(query, values)


def _holds(number: int, part: str) -> str:
    """Says that a text holds it, in any case; Python is asked only for letters that have one."""
    if part_pattern(part) is not None:
        return f"m.text LIKE :part{number} ESCAPE '!'"
    has_case = part != part.upper()
    return f"instr({'casefold(m.text)' if has_case else 'm.text'}, :part{number})"


def _conditions(wish: SearchWish) -> list[str]:
    given = (
        (wish.is_spoken, "m.is_spoken"),
        (wish.has_pictures, "m.id IN (SELECT message_id FROM picture)"),
        (
            wish.has_videos,
            "m.id IN (SELECT message_id FROM picture WHERE mime_type LIKE 'video/%')",
        ),
        (wish.role is not None, "m.role = :role"),
        (wish.after is not None, "m.created_at >= :after"),
        (wish.before is not None, "m.created_at < :before"),
    )
    return [condition for is_given, condition in given if is_given]


def hits_of(rows: Sequence[sqlite3.Row], wish: SearchWish) -> list[SearchHit]:
    """The rows of ``search_statement`` as they are shown."""
    return [
        SearchHit(
            row["thread_id"],
            row["id"],
            _snippet(row["snippet"], wish),
            row["created_at"],
            row["title"],
        )
        for row in rows
    ]


def _snippet(text: str, wish: SearchWish) -> str:
    """What the index made; else a part of the text, with the words marked where they stand."""
    if not wish.is_unspaced:
        return text
    parts = sorted(map(lowered, wish.parts), key=len, reverse=True)
    words = re.compile("|".join(map(re.escape, parts)))
    first = words.search(lowered(text))
    if first is None:
        return text[: 8 * _AROUND]
    start = max(0, first.start() - _AROUND)
    seen = text[start : first.end() + 6 * _AROUND]
    marked, shown = "…" if start else "", 0
    for word in words.finditer(lowered(seen)):
        marked += f"{seen[shown : word.start()]}\x02{seen[slice(*word.span())]}\x03"
        shown = word.end()
    return marked + seen[shown:]


def lowered(text: str) -> str:
    """Lower case that keeps every character's place."""
    return "".join(low if len(low := one.lower()) == 1 else one for one in text)


def part_pattern(text: str) -> str | None:
    """The pattern of ``TITLE_MATCHES``: the text anywhere; None where no plain title holds it."""
    if not text.isascii() or len(text) > _LONGEST_PART:
        return None
    plain = _SIGNS_OF_LIKE.sub(r"!\g<0>", text)
    return f"%{plain}%"
