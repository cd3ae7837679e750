"""What was discarded here and the service has too: noted, as that one can be away now."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from desktop_app.journal import small_facts
from desktop_app.journal.records import Role

DISCARDED = "discarded"
"""How the keys of settings begin that name sound that the service is still to delete."""

_THREAD = "thread:"
_SAID = "SELECT id, thread_id, role, remote_id FROM message WHERE utterance_id = ?"
_REPLY_TO = """
    SELECT answer.remote_id FROM message AS asked JOIN message AS answer
    ON answer.thread_id = asked.thread_id AND answer.turn = asked.turn
    AND (answer.created_at, answer.number) > (asked.created_at, asked.number)
    WHERE asked.id = :id AND answer.role = 'assistant' AND NOT EXISTS (
        SELECT 1 FROM message AS other
        WHERE other.thread_id = asked.thread_id AND other.turn = asked.turn
        AND other.role = 'user'
        AND (other.created_at, other.number) > (asked.created_at, asked.number)
        AND (other.created_at, other.number) < (answer.created_at, answer.number)
    )
    ORDER BY answer.created_at, answer.number LIMIT 1
"""
"""The service's names of questions are not told everywhere, those of replies are."""


class DiscardedSound(NamedTuple):
    """One side of a turn.

    Attributes:
        profile: The service that may have it.
        role: Who is heard.
        reply_id: The service's, of the reply of the turn; empty: it told none.
        sound_id: Ours, of the recording.
    """

    profile: str
    role: Role
    reply_id: str
    sound_id: str = ""

    @property
    def key(self) -> str:
        """By which it is noted."""
        return f"{beginning_of(self.profile)}{self.role}:{self.reply_id or self.sound_id}"


def beginning_of(profile: str) -> str:
    """How the keys of one service begin, and those of services whose names go on with a colon."""
    return f"{DISCARDED}:{profile}:"


def discarded_of(profile: str, key: str, reply_id: str) -> DiscardedSound | None:
    """What is noted of a service; None for what is not."""
    role, _, name = key.removeprefix(beginning_of(profile)).partition(":")
    if role not in (Role.USER, Role.ASSISTANT):
        return None
    return DiscardedSound(profile, Role(role), reply_id, "" if reply_id else name)


def note_discarded(connection: sqlite3.Connection, utterance_id: str) -> None:
    """Note it for each service that knows the thread; before the rows go, in one transaction.

    Raises:
        sqlite3.Error
    """
    for said in connection.execute(_SAID, (utterance_id,)).fetchall():
        role = Role(said["role"])
        reply_id = said["remote_id"] if role is Role.ASSISTANT else _reply_to(connection, said)
        for profile in _profiles(connection, said["thread_id"]):
            key = DiscardedSound(profile, role, reply_id, utterance_id).key
            connection.execute(small_facts.NOTE, {"key": key, "value": reply_id})


def _reply_to(connection: sqlite3.Connection, said: sqlite3.Row) -> str:
    found = connection.execute(_REPLY_TO, {"id": said["id"]}).fetchone()
    return str(found["remote_id"]) if found else ""


def _profiles(connection: sqlite3.Connection, thread_id: str) -> set[str]:
    """``thread:<profile>:<id>`` says which thread of the service is ours."""
    known = small_facts.by_key(connection.execute(small_facts.ALL, small_facts.of(_THREAD)))
    named = (f"{key}:".partition(f":{thread_id}:") for key, value in known.items() if value)
    return {before.removeprefix(_THREAD) for before, at, _ in named if at}
