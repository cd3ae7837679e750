"""Finds the passages that may answer a question, by words and by meaning."""

from __future__ import annotations

import math
import sqlite3

from desktop_app.protocol.backboard.documents import SearchFault
from desktop_app.service.documents import chunk_rows
from desktop_app.service.documents.embedding import Embedding
from desktop_app.service.documents.questions import Emphasis, Question, any_of, understood
from desktop_app.service.documents.ranking import Cosines, Ranked, merged
from desktop_app.service.documents.unwritten_words import meant_by
from desktop_app.service.documents.vector_index import VectorIndex
from desktop_app.service.documents.vector_rows import Scope
from desktop_app.service.providers.ports import Passage
from desktop_app.service.providers.vector_ports import space_of, wish_of
from desktop_app.service.storage.assistant_store import AssistantStore
from desktop_app.service.storage.database import Database

_MOST_CHARACTERS = 2_000
"""Of a question: what is longer is a text, of which the beginning says enough."""


class Retrieval:
    """Searches the documents of a thread and those of its assistant."""

    def __init__(
        self,
        database: Database,
        assistants: AssistantStore,
        embedding: Embedding,
        index: VectorIndex,
    ) -> None:
        self._database = database
        self._assistants = assistants
        self._embedding = embedding
        self._index = index

    async def passages(
        self, text: str, *, assistant_id: str, thread_id: str, limit: int, message_id: str = ""
    ) -> tuple[Passage, ...]:
        """What may answer a question, best first; then the beginnings of what it is asked of.

        Args:
            message_id: The question's, whose attachments may be asked about in any words.

        Raises:
            StorageError
        """
        question = understood(text[:_MOST_CHARACTERS])
        if limit < 1 or not await self._database.glance(
            lambda connection: chunk_rows.can_find(connection, assistant_id, thread_id)
        ):
            return ()  # most threads have no documents: nothing is asked of anybody then
        by_words, emphasis = await self._by_words(question, assistant_id, thread_id, 4 * limit)
        scopes = [Scope(assistant_id, is_thread=False), Scope(thread_id, is_thread=True)]
        cosines, least = await self._cosines(question, assistant_id, scopes)
        ranked = merged(by_words, cosines, emphasis, limit)

        def work(connection: sqlite3.Connection) -> tuple[Passage, ...]:
            more = _openings(connection, question, thread_id, message_id, limit)
            filled = dict(ranked) | {seq: 0.0 for seq in more if seq not in dict(ranked)}
            near = {seq: value for seq, value in cosines.of(list(filled)).items() if value >= least}
            return chunk_rows.passages(connection, list(filled.items())[:limit], near)

        return await self._database.read(work)

    async def fault(self, assistant_id: str) -> SearchFault | None:
        """Why the documents of this assistant are found by their words alone, if they are."""
        return self._embedding.fault(wish_of(await self._assistants.get(assistant_id)))

    async def _by_words(
        self, question: Question, assistant_id: str, thread_id: str, limit: int
    ) -> tuple[Ranked, Emphasis]:
        def found(connection: sqlite3.Connection, expression: str) -> Ranked:
            return chunk_rows.by_words(
                connection,
                expression,
                assistant_id=assistant_id,
                thread_id=thread_id,
                limit=limit,
            )

        def work(connection: sqlite3.Connection) -> tuple[Ranked, Emphasis]:
            for expression in question.literal:
                if ranked := found(connection, expression):
                    return ranked, Emphasis.WORDS
            if not question.words:
                return [], question.emphasis
            meant = meant_by(connection, question.words)
            return found(connection, any_of([*question.words, *meant])), question.emphasis

        return await self._database.read(work)

    async def _cosines(
        self, question: Question, assistant_id: str, scopes: list[Scope]
    ) -> tuple[Cosines, float]:
        """Of all passages in the scopes, and which are high; none where nobody embeds now."""
        assistant = await self._assistants.get(assistant_id)
        embedder = self._embedding.embedder(wish_of(assistant))
        if embedder is None:
            return Cosines(), math.inf
        query = await self._embedding.of_question(embedder, question.text)
        if query is None:
            return Cosines(), math.inf
        found = [await self._index.cosines(query, space_of(embedder), one) for one in scopes]
        least = embedder.least_nearness
        return Cosines.joined(found), math.inf if least is None else least


def _openings(
    connection: sqlite3.Connection,
    question: Question,
    thread_id: str,
    message_id: str,
    limit: int,
) -> list[int]:
    """Of the documents that came with the question, or of the thread's newest for a summary."""
    found: list[int] = []
    if message_id:
        found = chunk_rows.openings(connection, "documents.message_id = ?", [message_id], limit)
    if question.is_of_a_whole and not found:
        newest = (
            "documents.seq = (SELECT max(seq) FROM documents WHERE thread_id = ?"
            " AND status = 'indexed' AND chunk_count > 0)"
        )
        found = chunk_rows.openings(connection, newest, [thread_id], limit)
    return found
