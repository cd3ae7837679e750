"""``parley threads``: the conversations that the service keeps."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from desktop_app.client.errors import NotFoundError
from desktop_app.client.resources.messages import ToolRound
from desktop_app.commands.api.session import Session
from desktop_app.commands.api.transcript import (
    answered_calls,
    call_line,
    calls_of,
    facts_of,
    open_run,
    paragraphs,
    speaker,
)
from desktop_app.commands.terminal.output import local_time
from desktop_app.commands.tool_file import read_tools
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.messages import SubmittedOutput
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


async def show(session: Session, thread: str, reasoning: bool) -> None:
    """What was said in a thread, with tools, files and pictures."""
    found = await session.api.threads.get(await session.thread_id(thread))
    if session.out.as_json:
        session.out.value(found)
        return
    for paragraph in paragraphs(found, with_reasoning=reasoning):
        session.out.say(paragraph + "\n")


async def create(session: Session, assistant: str) -> None:
    """An empty thread of an assistant."""
    made = await session.api.threads.create(await session.assistant_id(assistant))
    session.out.say(f"Made thread {made.thread_id}", made)


async def stop(session: Session, thread: str, run: str) -> None:
    """End the run that goes on in a thread, or waits for the outputs of its tools.

    Raises:
        InputError: ``run.none``: nothing runs there.
    """
    thread_id = await session.thread_id(thread)
    if not run:
        message = open_run(await session.api.threads.get(thread_id))
        run = str(facts_of(message).get("run_id") or "") if message else ""
    if not run:
        raise InputError("run.none", f"Nothing runs in thread {thread_id}.")
    await session.api.messages.cancel(thread_id, run)
    value = {"thread_id": thread_id, "run_id": run, "stopped": True}
    session.out.say(f"Stopped {run}", value)


async def answer_tool(
    session: Session, thread: str, outputs: list[str], run: str, tools: Path | None
) -> None:
    """Give the outputs of the tools that a run waits for, and print how it goes on.

    Args:
        session: Where.
        thread: Whose run.
        outputs: ``CALL=OUTPUT`` each; the output alone where one call waits; ``-`` is read
            from standard input.
        run: Its id; empty finds the one that waits.
        tools: The functions that the question gave, for servers that forget them.

    Raises:
        InputError: ``run.none``, ``tools.unanswered``, ``tools.*``.
    """
    definitions = read_tools(tools) if tools else None
    thread_id = await session.thread_id(thread)
    found = await session.api.threads.get(thread_id)
    waiting = open_run(found)
    calls = [] if waiting is None else calls_of(waiting)
    open_calls = [one.id for one in calls if one.id not in answered_calls(found)]
    if not open_calls:
        raise InputError("run.none", f"No run in thread {thread_id} waits for outputs.")
    assert waiting is not None
    run_id = run or str(facts_of(waiting).get("run_id") or "")
    given = outputs_for(open_calls, outputs)
    reply = await session.api.messages.submit(
        ToolRound(thread_id, given, run_id, tools=definitions if run_id else None)
    )
    asked = reply.tool_calls or ()
    lines = [call_line(one.id, one.function.name, one.function.arguments) for one in asked]
    session.out.say("\n".join(filter(None, (reply.content, *lines))), reply)


def outputs_for(calls: list[str], given: list[str]) -> list[SubmittedOutput]:
    """One output for each call, in the order of the calls.

    Raises:
        InputError: ``tools.unanswered``: one is missing, or is for no call.
    """
    outputs: dict[str, str] = {}
    for text in given:
        call, sign, output = text.partition("=")
        if call not in calls or not sign:
            if len(calls) > 1 or len(given) > 1:
                raise InputError(
                    "tools.unanswered", f'"{text}" is not CALL=OUTPUT, of {", ".join(calls)}.'
                )
            call, output = calls[0], text
        outputs[call] = sys.stdin.read() if output == "-" else output
    if missing := [one for one in calls if one not in outputs]:
        raise InputError("tools.unanswered", f"There is no output for {', '.join(missing)}.")
    return [SubmittedOutput(tool_call_id=one, output=outputs[one]) for one in calls]


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
        for remote in await session.threads.remote_ids(ours, session.parts.shelf):
            with suppress(NotFoundError):  # somebody else deleted it before
                await session.api.threads.delete(remote)
        await session.remove_thread(ours)
        await session.threads.forget(ours)
        named = ours if words == "last" else words
        session.out.add(f"Deleted {named}", {"thread_id": named, "deleted": True})


def as_markdown(thread: Thread) -> str:
    """The conversation as a document."""
    parts = [f"# {_title(thread) or 'Conversation'}"]
    for message in _shown(thread):
        parts.append(f"**{speaker(message)}** · {_at(message)}\n\n{message.content}")
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


def _at(message: StoredMessage) -> str:
    return local_time(message.created_at)
