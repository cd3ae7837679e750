"""What replies took, summed in the database: tokens, money, seconds of speech."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from desktop_app.journal.rows import NOT_REMOVED

_DETAILS = "CASE WHEN json_valid(details) THEN details END"  # a disk may have changed them
_TOKENS_IN = f"json_extract({_DETAILS}, '$.usage.input_tokens')"
_TOKENS_OUT = f"json_extract({_DETAILS}, '$.usage.output_tokens')"
_COST = f"json_extract({_DETAILS}, '$.usage.cost_usd')"

SPENT = (
    f"SELECT coalesce(sum({_TOKENS_IN}), 0), coalesce(sum({_TOKENS_OUT}), 0), sum({_COST}), "
    f"coalesce(sum({_COST} IS NULL AND coalesce({_TOKENS_IN}, {_TOKENS_OUT}, 0) > 0), 0), "
    "coalesce(sum(CASE role WHEN 'user' THEN speech_ms END), 0), "
    "coalesce(sum(CASE role WHEN 'assistant' THEN speech_ms END), 0) "
    "FROM message WHERE created_at >= :since AND (:thread_id = '' OR thread_id = :thread_id) "
    f"AND {NOT_REMOVED}"
)


COST_OF_REPLY = f"SELECT {_COST} AS cost FROM message WHERE id = :id"


@dataclass(frozen=True, slots=True)
class Spent:
    """Sums over messages; what a peer did not tell counts nothing.

    Attributes:
        cost_usd: None where no reply had a price.
        unpriced: Replies with tokens and no price.
        said_ms, spoken_ms: Speech of the person, and of replies.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    unpriced: int = 0
    said_ms: int = 0
    spoken_ms: int = 0


def spent_of(row: sqlite3.Row) -> Spent:
    """The sums in a row of ``SPENT``."""
    return Spent(*tuple(row))
