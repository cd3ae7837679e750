"""Finds what is known already about a question: memories, and passages of documents."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.backboard.documents import DONE, FAILED
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.providers.ports import Knowledge, Language, Passage, Recalled
from desktop_app.service.runs.ports import Library, Memories
from desktop_app.service.runs.question import Question

PASSAGES = 10
"""Where the assistant says nothing (``tok_k``)."""

MEMORIES = 10
READING_S = 20
"""How long a turn waits for its files; what is not read then is named as such."""

_log = logging.getLogger(__name__)


class KnowledgeSource:
    """What turns know besides their history. A part that fails is done without."""

    def __init__(self, library: Library, memories: Memories) -> None:
        self._library = library
        self._memories = memories

    async def find(self, question: Question, assistant: Assistant | None) -> Knowledge:
        """The best of both for a question, looked for at the same time."""
        async with asyncio.TaskGroup() as tasks:
            recalled = tasks.create_task(self._recalled(question), name="recall")
            limit = passage_limit(assistant)
            passages = tasks.create_task(self.passages(question, limit), name="find passages")
        return Knowledge(tuple(recalled.result()), tuple(passages.result()))

    async def await_documents(self, question: Question) -> None:
        """Wait, a while at most, until the files that came with a question are read."""
        try:
            attached = await self._library.attachments(question.thread_id)
            files = attached.get(question.message_id, ())
            ids = [each.document_id for each in files if each.status not in DONE | FAILED]
            if ids:
                await self._library.settled(ids, READING_S)
        except AppError as error:
            _log.info("The files of a turn were not waited for: %s", error.code)

    async def has_documents(self, question: Question) -> bool:
        """Whether there is anything to search for a question's thread."""
        try:
            return await self._library.has_documents(
                assistant_id=question.assistant_id, thread_id=question.thread_id
            )
        except AppError as error:
            _log.info("The documents could not be counted: %s", error.code)
            return False

    async def attachments(self, thread_id: str) -> Mapping[str, Sequence[Attachment]]:
        """The files that came with a thread's messages, by message."""
        return await self._library.attachments(thread_id)

    async def passages(
        self, question: Question, limit: int, text: str | None = None
    ) -> Sequence[Passage]:
        """Of the documents of the question's thread and assistant.

        Args:
            question: Whose documents.
            limit: At most so many.
            text: What to look for, in place of the question's words.
        """
        wanted = question.text if text is None else text
        if not wanted.strip():
            return ()
        try:
            return await self._library.passages(
                wanted,
                assistant_id=question.assistant_id,
                thread_id=question.thread_id,
                limit=limit,
                message_id=question.message_id if text is None else "",
            )
        except AppError as error:
            _log.info("The documents could not be searched: %s", error.code)
            return ()

    async def learn(self, question: Question, reply: str, language: Language) -> str | None:
        """Let the assistant remember a turn; the id of what goes on behind it, or None."""
        try:
            return await self._memories.learn(
                question.text,
                reply,
                assistant_id=question.assistant_id,
                thread_id=question.thread_id,
                language=language,
                model=question.model,
                mode=question.memory,
            )
        except AppError as error:
            _log.info("Nothing could be remembered of a turn: %s", error.code)
            return None

    async def _recalled(self, question: Question) -> Sequence[Recalled]:
        if question.memory == "off" or not question.text.strip():
            return ()
        try:
            return await self._memories.recall(question.assistant_id, question.text, MEMORIES)
        except AppError as error:
            _log.info("Nothing could be recalled for a turn: %s", error.code)
            return ()


def passage_limit(assistant: Assistant | None) -> int:
    """How many passages an assistant wants at most."""
    return (assistant and assistant.tok_k) or PASSAGES
