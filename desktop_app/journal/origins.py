"""Which turn a memory came from, as the replies tell it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec

from desktop_app.journal.reply_details import ReplyDetails

LEARNED_FROM = (
    "SELECT message.id, message.thread_id, message.created_at, message.details, thread.title "
    "FROM message JOIN thread ON thread.id = message.thread_id AND NOT thread.is_removed "
    'WHERE details LIKE \'%"changes":[{"id":%\' ORDER BY message.number'
)

_decode = msgspec.json.Decoder(ReplyDetails).decode


class Origin(NamedTuple):
    """Where something was learned.

    Attributes:
        title: Of the thread.
        at: Unix seconds.
    """

    thread_id: str
    message_id: str
    title: str
    at: float


def origins_in(rows: Iterable[sqlite3.Row], memory_ids: Collection[str]) -> Mapping[str, Origin]:
    """Of these memories the turn that last changed each, as far as it is known here."""
    found: dict[str, Origin] = {}
    for row in rows:
        try:
            learning = _decode(row["details"]).learning
        except msgspec.DecodeError:
            continue
        for change in learning.changes if learning is not None else ():
            if change.id in memory_ids:
                found[change.id] = Origin(
                    row["thread_id"], row["id"], row["title"], row["created_at"]
                )
    return found
