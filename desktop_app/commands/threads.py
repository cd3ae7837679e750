"""``parley threads``: the conversations that the service keeps."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from desktop_app.commands.output import local_time
from desktop_app.commands.session import Session
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.threads import StoredMessage, Thread

_AT_ONCE = 8
_AROUND = 40


async def list_threads(session: Session, assistant: str, limit: int) -> None:
    """The threads used last, newest first."""
    assistant_id = await session.assistant_id(assistant) if assistant else ""
    found = [one async for one in session.api.threads.every(assistant_id=assistant_id)]
    found.sort(key=_used_at, reverse=True)
    rows = [
        [local_time(_used_at(one)), one.thread_id, one.message_count, _title(one) or "(empty)"]
        for one in found
    ]
    session.out.rows(("used", "thread", "messages", "title"), rows[:limit], found[:limit])


async def show(session: Session, thread: str) -> None:
    """What was said in a thread."""
    found = await session.api.threads.get(await session.thread_id(thread))
    if session.out.as_json:
        session.out.value(found)
        return
    for message in _shown(found):
        session.out.say(f"{_speaker(message):<8}{_at(message)}\n{message.content}\n")


async def search(session: Session, words: str) -> None:
    """Messages that hold all of the words, newest first."""
    wanted = words.casefold().split()
    if not wanted:
        raise InputError("search.empty", "There is nothing to search for.")
    threads = [one async for one in session.api.threads.every()]
    hits: list[tuple[str, Thread, StoredMessage]] = []
    for at in range(0, len(threads), _AT_ONCE):
        ids = [one.thread_id for one in threads[at : at + _AT_ONCE]]
        for thread in await asyncio.gather(*map(session.api.threads.get, ids)):
            hits += [(one.created_at, thread, one) for one in _hits(thread, wanted)]
        session.out.progress("Searching", at + len(ids), len(threads))
    session.out.end_progress()
    hits.sort(key=lambda hit: hit[0], reverse=True)
    rows = [
        [
            local_time(when),
            thread.thread_id,
            message.role,
            _snippet(message.content or "", wanted[0]),
        ]
        for when, thread, message in hits
    ]
    values = [{"thread_id": thread.thread_id, "message": message} for _, thread, message in hits]
    session.out.rows(("said", "thread", "by", "words"), rows, values)


async def export(session: Session, thread: str, kind: str, output: Path | None) -> None:
    """A whole thread as Markdown or JSON, on standard output or in a file."""
    found = await session.api.threads.get(await session.thread_id(thread))
    text = as_markdown(found) if kind == "markdown" else _as_json(found)
    if output is None:
        session.out.say(text, found)
        return
    _write(output, text)
    session.out.say(f"Wrote {output}", {"path": str(output)})


async def delete(session: Session, threads: list[str]) -> None:
    """Delete threads for good, here and at the service."""
    for words in threads:
        ours = await session.our_thread(words)
        remote = await session.threads.remote_id(ours, session.api)
        await session.api.threads.delete(remote)
        await session.parts.journal.remove_thread(ours)
        await session.threads.forget(ours)
        session.out.say(f"Deleted {remote}", {"thread_id": remote, "deleted": True})


def as_markdown(thread: Thread) -> str:
    """The conversation as a document."""
    parts = [f"# {_title(thread) or 'Conversation'}"]
    for message in _shown(thread):
        parts.append(f"**{_speaker(message)}** · {_at(message)}\n\n{message.content}")
        parts += [f"- {one.filename}" for one in message.attachments]
    return "\n\n".join(parts)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("file.unwritable", f"{path} cannot be written: {reason}.") from error


def _as_json(thread: Thread) -> str:
    return msgspec.json.format(msgspec.json.encode(thread), indent=2).decode()


def _shown(thread: Thread) -> list[StoredMessage]:
    """Rows with words; an assistant's stub before a tool's answer has none."""
    return [one for one in thread.messages if one.content and one.role in ("user", "assistant")]


def _hits(thread: Thread, wanted: list[str]) -> list[StoredMessage]:
    return [
        one
        for one in _shown(thread)
        if all(word in (one.content or "").casefold() for word in wanted)
    ]


def _snippet(text: str, word: str) -> str:
    at = max(text.casefold().find(word) - _AROUND, 0)
    cut = text[at : at + len(word) + 2 * _AROUND]
    return ("…" if at else "") + cut + ("…" if at + len(cut) < len(text) else "")


def _used_at(thread: Thread) -> str:
    return thread.updated_at or thread.created_at


def _title(thread: Thread) -> str:
    return thread.title or thread.first_user_message or ""


def _speaker(message: StoredMessage) -> str:
    return "You" if message.role == "user" else "Parley"


def _at(message: StoredMessage) -> str:
    return local_time(message.created_at)
