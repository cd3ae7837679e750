"""The rows of runs: each step of a turn is one transaction, so that a kill leaves no half step."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.protocol.events import ToolCall
from desktop_app.service.clock import new_id, now
from desktop_app.service.runs.events import Output
from desktop_app.service.runs.history import called_tools
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.tokens import estimated_tokens
from desktop_app.service.storage.conversation_store import as_json, insert_message, message_of
from desktop_app.service.storage.database import Database

_ROWS = """
SELECT * FROM messages WHERE thread_id = :thread AND coalesce(
    (SELECT min(begun.seq) FROM messages AS begun WHERE begun.run_id = messages.run_id), seq
) <= (SELECT min(seq) FROM messages WHERE run_id = :run)
ORDER BY seq DESC
"""


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A turn that stopped for the outputs of tools.

    Attributes:
        message_id: The row that asks for them.
        calls: Those that the client has to answer.
    """

    run_id: str
    message_id: str
    question: Question
    calls: tuple[ToolCall, ...]


class RunStore:
    """Steps of runs in the database. A run whose thread is gone is told so by StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, thread_id: str, run_id: str, budget_tokens: int) -> list[StoredMessage]:
        """The newest rows, oldest first: as many as fit, and one more.

        What began after the run is left out, however long the run waited meanwhile.
        """

        def work(connection: sqlite3.Connection) -> list[StoredMessage]:
            newest = connection.execute(_ROWS, {"thread": thread_id, "run": run_id})
            kept: list[StoredMessage] = []
            left = budget_tokens
            for row in newest:
                kept.append(message_of(row))
                left -= estimated_tokens(row["content"])
                if left < 0:
                    break
            return kept[::-1]

        return await self._database.read(work)

    async def ask(
        self, question: Question, prompt: StoredMessage, run_id: str, *, reply_id: str = ""
    ) -> None:
        """Keep the question; with a ``reply_id``, and in one step, the empty reply too."""

        def work(connection: sqlite3.Connection) -> None:
            insert_message(connection, question.thread_id, prompt, run_id)
            if reply_id:
                _insert_reply(connection, question.thread_id, reply_id, run_id)

        await self._database.write(work)

    async def begin(self, thread_id: str, message_id: str, run_id: str) -> None:
        """An empty reply, in progress."""
        await self._database.write(
            lambda connection: _insert_reply(connection, thread_id, message_id, run_id)
        )

    async def pass_round(
        self, thread_id: str, message_id: str, run_id: str, outputs: Sequence[Output]
    ) -> None:
        """A round of tools that the service answered itself goes before the reply in progress."""
        stub = _stub([output.call for output in outputs], "COMPLETED")

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM messages WHERE id = ?", (message_id,))
            connection.execute(
                "UPDATE threads SET message_count = message_count - 1 WHERE id = ?", (thread_id,)
            )
            insert_message(connection, thread_id, stub, run_id)
            _insert_outputs(connection, thread_id, run_id, outputs)
            _insert_reply(connection, thread_id, message_id, run_id)

        await self._database.write(work)

    async def wait(
        self, run: WaitingRun, text: str, facts: dict[str, Any], outputs: Sequence[Output]
    ) -> None:
        """The reply becomes a request for outputs; those of the service are there already.

        Args:
            run: With all that is needed to go on.
            text: What was written so far.
            facts: Metadata of the row.
            outputs: Of the other calls of the same round.
        """
        calls = [*(output.call for output in outputs), *run.calls]
        metadata = facts | {"tool_calls": _plain(calls)}
        thread_id = run.question.thread_id

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE messages SET content = ?, status = 'REQUIRES_ACTION', metadata = ?"
                " WHERE id = ?",
                (text, as_json(metadata), run.message_id),
            )
            _insert_outputs(connection, thread_id, run.run_id, outputs)
            connection.execute(
                "INSERT INTO waiting_runs (id, thread_id, message_id, question, created_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (run.run_id, thread_id, run.message_id, _encoded(run), now()),
            )

        await self._database.write(work)

    async def waiting(self, thread_id: str, run_id: str | None = None) -> WaitingRun | None:
        """That run of the thread, or the one that began to wait last."""
        chosen, values = ("AND id = ?", [run_id]) if run_id is not None else ("", [])
        query = (
            f"SELECT question FROM waiting_runs WHERE thread_id = ? {chosen}"
            " ORDER BY created_at DESC LIMIT 1"
        )

        def work(connection: sqlite3.Connection) -> WaitingRun | None:
            row = connection.execute(query, (thread_id, *values)).fetchone()
            return msgspec.json.decode(row["question"], type=WaitingRun) if row else None

        return await self._database.read(work)

    async def resume(self, run: WaitingRun, message_id: str, outputs: Sequence[Output]) -> bool:
        """Keep the outputs and begin the reply to them; False where the run waits no more."""
        thread_id = run.question.thread_id

        def work(connection: sqlite3.Connection) -> bool:
            if not _take(connection, run, "COMPLETED"):
                return False
            _insert_outputs(connection, thread_id, run.run_id, outputs)
            _insert_reply(connection, thread_id, message_id, run.run_id)
            return True

        return await self._database.write(work)

    async def abandon(self, thread_id: str, run_id: str) -> bool:
        """Cancel a run that waits; False where there is none."""
        run = await self.waiting(thread_id, run_id)
        if run is None:
            return False
        return await self._database.write(lambda connection: _take(connection, run, "CANCELLED"))

    async def calls(self, thread_id: str, run_id: str) -> list[dict[str, Any]]:
        """All that was called in a run, in order, as ``tool_calls`` has it."""
        query = (
            "SELECT json_extract(metadata, '$.tool_calls') AS calls FROM messages"
            " WHERE thread_id = ? AND run_id = ? AND calls IS NOT NULL ORDER BY seq"
        )

        def work(connection: sqlite3.Connection) -> list[dict[str, Any]]:
            rows = connection.execute(query, (thread_id, run_id)).fetchall()
            return [call for row in rows for call in msgspec.json.decode(row["calls"])]

        return await self._database.read(work)

    async def exists(self, thread_id: str, run_id: str) -> bool:
        """Whether the thread ever had such a run."""

        def work(connection: sqlite3.Connection) -> bool:
            query = "SELECT 1 FROM messages WHERE thread_id = ? AND run_id = ? LIMIT 1"
            return connection.execute(query, (thread_id, run_id)).fetchone() is not None

        return await self._database.read(work)


def _take(connection: sqlite3.Connection, run: WaitingRun, status: str) -> bool:
    """Whether the run still waited; who takes it away goes on with it, alone."""
    taken = connection.execute("DELETE FROM waiting_runs WHERE id = ?", (run.run_id,))
    connection.execute(
        "UPDATE messages SET status = ? WHERE id = ? AND status = 'REQUIRES_ACTION'",
        (status, run.message_id),
    )
    return taken.rowcount > 0


def _insert_reply(
    connection: sqlite3.Connection, thread_id: str, message_id: str, run_id: str
) -> None:
    reply = StoredMessage(
        message_id=message_id,
        role="assistant",
        content="",
        created_at=now(),
        status="IN_PROGRESS",
    )
    insert_message(connection, thread_id, reply, run_id)


def _insert_outputs(
    connection: sqlite3.Connection, thread_id: str, run_id: str, outputs: Sequence[Output]
) -> None:
    for output in outputs:
        row = StoredMessage(
            message_id=new_id(),
            role="tool",
            content=output.text,
            created_at=now(),
            metadata_={"tool_call_id": output.call.id, "tool_name": output.call.name},
        )
        insert_message(connection, thread_id, row, run_id)


def _stub(calls: Sequence[ToolCall], status: str) -> StoredMessage:
    return StoredMessage(
        message_id=new_id(),
        role="assistant",
        content="",
        created_at=now(),
        status=status,
        metadata_={"tool_calls": _plain(calls)},
    )


def _plain(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = msgspec.to_builtins(called_tools(calls))
    return plain


def _encoded(run: WaitingRun) -> str:
    return msgspec.json.encode(run).decode()
