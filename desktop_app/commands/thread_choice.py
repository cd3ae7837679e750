"""Which thread a command means: an id of ours, an id of the server, the last one, a new one."""

from __future__ import annotations

import uuid

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.commands.parts import CommandParts
from desktop_app.errors import InputError
from desktop_app.journal.reader import JournalReader


async def chosen_thread(
    words: str, assistant: str, parts: CommandParts, threads: RemoteThreads, api: BackboardApi
) -> str:
    """Our id of the thread; the server's thread behind it is remembered.

    Args:
        words: An id, ``last``, ``new`` or empty.
        assistant: Name of the assistant that a new thread belongs to; empty for the default.
        parts: The person's journal, and what it remembers of threads.
        threads: Remembers which thread of the server stands behind ours.
        api: The server.

    Raises:
        InputError: ``thread.unknown``, ``assistant.unknown`` or ``thread.has_assistant``.
        NetworkError, AccessError, ProtocolError: Of the server.
    """
    if words in ("", "new"):
        return await _new(assistant, threads, api) if assistant else str(uuid.uuid4())
    if assistant:
        raise InputError(
            "thread.has_assistant",
            "A thread has its assistant already: name an assistant for a new thread only.",
        )
    if words == "last":
        return await _last(parts.known, threads, api)
    if parts.known.thread(words) is not None:
        return words
    if ours := (await threads.pairs(parts.shelf)).get(words):
        return ours
    return await _of_server(words, threads, api)


async def _new(assistant: str, threads: RemoteThreads, api: BackboardApi) -> str:
    found = await api.assistants.page(name=assistant)
    if not found:
        raise InputError(
            "assistant.unknown",
            f'There is no assistant called "{assistant}"; '
            "`parley assistants list` says who there is.",
            name=assistant,
        )
    made = await api.threads.create(found[0].assistant_id)
    return await threads.adopt(made.thread_id)


async def _last(known: JournalReader, threads: RemoteThreads, api: BackboardApi) -> str:
    """The server's last: it also has what commands say while a window keeps the journal."""
    remote = await api.threads.page(limit=200)
    if not remote:
        raise InputError("thread.unknown", "There is no thread yet.")
    # One whose first message was refused has none; servers need not tell how many there are.
    said = [one for one in remote if one.message_count or one.first_user_message] or remote
    latest = max(said, key=lambda one: one.updated_at or one.created_at)
    for ours in known.threads():
        if await threads.known_id(ours.id) == latest.thread_id:
            return ours.id
    return await threads.adopt(latest.thread_id)


async def _of_server(thread_id: str, threads: RemoteThreads, api: BackboardApi) -> str:
    try:
        await api.threads.get(thread_id)
    except NotFoundError as error:
        raise InputError(
            "thread.unknown", f"There is no thread {thread_id}.", thread=thread_id
        ) from error
    return await threads.adopt(thread_id)
