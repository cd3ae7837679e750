"""Fills a new journal with what the service still knows, after the old one was damaged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from desktop_app.client.api import BackboardApi
from desktop_app.client.remote_threads import ASSISTANT_NAME, RemoteThreads
from desktop_app.journal.records import MessageRecord, MessageStatus, Role, ThreadRecord
from desktop_app.journal.taking_in import STAGED, TakenIn, ThreadRows
from desktop_app.protocol.backboard.threads import StoredMessage, Thread

_LONGEST_TITLE = 48
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}


class TakesIn(Protocol):
    """A journal that can be written."""

    async def take_in(self, threads: Iterable[ThreadRows], staged: Path) -> TakenIn: ...

    async def thread(self, thread_id: str) -> ThreadRecord | None: ...


class Rebuilding:
    """Reads threads of one profile's service, one after the other. Event loop only.

    Sound and pictures are not at the service in a form that the journal knows; words are.

    Args:
        journal: The new one, of ``folder``.
        folder: The journal's.
        threads: Learns which thread of the service stands behind which.
        open_api: Waits until the service is there.
        is_ours: Every thread of the service is Parley's; else only those of its own assistants.
    """

    def __init__(
        self,
        journal: TakesIn,
        folder: Path,
        threads: RemoteThreads,
        open_api: Callable[[], Awaitable[BackboardApi]],
        *,
        is_ours: bool,
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._threads = threads
        self._open_api = open_api
        self._is_ours = is_ours

    async def run(self) -> AsyncIterator[ThreadRecord]:
        """Take in each thread that has words; gives it as it stands in the journal then.

        Raises:
            NetworkError, AccessError, ProtocolError: The service cannot be read any further.
            StorageError: The journal cannot be written.
        """
        api = await self._open_api()
        async for found in self._found(api):
            rows = rows_of(await api.threads.get(found.thread_id))
            if not rows.messages:
                continue
            await self._threads.adopt(found.thread_id)
            await self._journal.take_in((rows,), self._folder / f"{STAGED}nothing")
            thread = await self._journal.thread(found.thread_id)
            if thread is not None:
                yield thread

    async def _found(self, api: BackboardApi) -> AsyncIterator[Thread]:
        if self._is_ours:
            async for thread in api.threads.every():
                yield thread
            return
        for assistant in await api.assistants.page(name=ASSISTANT_NAME):
            if assistant.name == ASSISTANT_NAME:
                async for thread in api.threads.every(assistant_id=assistant.assistant_id):
                    yield thread


def rows_of(thread: Thread) -> ThreadRows:
    """A thread of the service as rows of the journal, without what is neither asked nor said."""
    began_at = _seconds(thread.created_at, 0.0)
    messages: list[MessageRecord] = []
    for stored in thread.messages:
        message = _message_of(
            thread.thread_id, stored, messages[-1].created_at if messages else began_at
        )
        if message is not None:
            messages.append(message)
    ended_at = messages[-1].created_at if messages else began_at
    title = thread.title or thread.first_user_message or _first_words(messages)
    record = ThreadRecord(
        id=thread.thread_id,
        title=" ".join(title.split())[:_LONGEST_TITLE],
        remote_id=thread.thread_id,
        created_at=began_at,
        updated_at=max(ended_at, _seconds(thread.updated_at, 0.0)),
    )
    return ThreadRows(thread=record, messages=tuple(messages))


def _message_of(thread_id: str, stored: StoredMessage, not_before: float) -> MessageRecord | None:
    role = _ROLES.get(stored.role.lower())
    text = (stored.content or "").strip()
    if role is None or not text:
        return None
    status = MessageStatus.SENT if role is Role.USER else MessageStatus.COMPLETE
    return MessageRecord(
        id=stored.message_id,
        thread_id=thread_id,
        role=role,
        text=text,
        created_at=max(not_before, _seconds(stored.created_at, not_before)),
        status=status,
        remote_id=stored.message_id,
    )


def _first_words(messages: list[MessageRecord]) -> str:
    return next((one.text for one in messages if one.role is Role.USER), "")


def _seconds(iso: str, otherwise: float) -> float:
    """Unix seconds of an ISO time; the services write UTC, with or without saying so."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return otherwise
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
