"""What every command on the API works with: the API of a profile, and where its output goes."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.commands.open_window import ask_window, window_of
from desktop_app.commands.parts import CommandParts, open_parts, warn
from desktop_app.commands.terminal.output import Output
from desktop_app.commands.thread_choice import chosen_thread
from desktop_app.errors import InputError
from desktop_app.link.thread_messages import DeleteThread, ThreadRemoved
from desktop_app.logs import start_logging
from desktop_app.paths import find_paths
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.tasks import Background

_WINDOW_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Session:
    """One command's ways to the server and to the person."""

    api: BackboardApi
    parts: CommandParts
    threads: RemoteThreads
    out: Output

    async def assistant_id(self, name: str) -> str:
        """The server's id of an assistant by name or id; empty names Parley's own.

        Raises:
            InputError: ``assistant.unknown``.
        """
        return (
            await self._own_assistant_id()
            if not name
            else (await self.assistant(name)).assistant_id
        )

    async def assistant(self, words: str) -> Assistant:
        """The assistant of that name, or with that id.

        Raises:
            InputError: ``assistant.unknown``.
        """
        found = await self.api.assistants.page(name=words)
        if found:
            return found[0]
        if _looks_like_an_id(words):
            with suppress(NotFoundError):
                return await self.api.assistants.get(words)
        raise InputError(
            "assistant.unknown",
            f'There is no assistant called "{words}"; `parley assistants list` says who there is.',
            name=words,
        )

    async def _own_assistant_id(self) -> str:
        """The one that is remembered may have been deleted meanwhile."""
        known = await self.threads.assistant_id(self.api)
        try:
            await self.api.assistants.get(known)
        except NotFoundError:
            await self.threads.forget_assistant()
            return await self.threads.assistant_id(self.api)
        return known

    async def our_thread(self, words: str) -> str:
        """Our id of a thread: an id of ours or of the server, or ``last``.

        Raises:
            InputError: ``thread.unknown``.
        """
        return await chosen_thread(words, "", self.parts, self.threads, self.api)

    async def thread_id(self, words: str) -> str:
        """The server's id of a thread, for the same words.

        Raises:
            InputError: ``thread.unknown``.
        """
        if words in await self.threads.pairs(self.parts.shelf):
            return words  # ours may have several there, one for each of its assistants
        return await self.threads.remote_id(await self.our_thread(words), self.api)

    async def remove_thread(self, thread_id: str) -> None:
        """Take a thread of ours out of the journal; an open window, which has that, is asked to.

        Raises:
            InputError: The window says why it cannot.
            StorageError
        """
        async with window_of(self.parts.data) as window:
            if window is None:
                await self.parts.journal.remove_thread(thread_id)
                return
            await ask_window(
                window,
                DeleteThread(thread_id),
                lambda event: event == ThreadRemoved(thread_id),
                lambda _notice: False,
                within_s=_WINDOW_WITHIN_S,
            )


def run(work: Callable[[Session], Awaitable[None]], *, profile: str, as_json: bool) -> int:
    """Do ``work`` with the API of that profile; the service is started where it is needed.

    Raises:
        AppError: With the sentence for the person; the command line turns it into exit code 2.
    """
    paths = find_paths(os.environ)
    start_logging(paths.logs, "command")
    out = Output(as_json=as_json)

    async def in_session() -> None:
        async with AsyncExitStack() as stack:
            background = Background(lambda name, error: warn(f"{name} failed: {error}"))
            stack.push_async_callback(background.aclose)
            parts = await stack.enter_async_context(open_parts(paths, background, profile=profile))
            addresses = await parts.find()
            api = await stack.enter_async_context(BackboardApi(addresses.api))
            threads = RemoteThreads(parts.shelf, parts.profile.key, parts.answerer_of)
            await work(Session(api, parts, threads, out))

    try:
        asyncio.run(in_session())
    finally:
        out.end_progress()
        out.end_list()
    out.finish()
    return 0


def confirm(question: str) -> None:
    """Return when the person at the terminal says yes.

    Raises:
        InputError: ``confirm.needed`` where nobody can be asked, ``confirm.refused``.
    """
    if not sys.stdin.isatty():
        raise InputError("confirm.needed", f"{question} Nobody can be asked here: add --yes.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InputError("confirm.refused", "Nothing was changed.")


def _looks_like_an_id(words: str) -> bool:
    with suppress(ValueError):
        uuid.UUID(words)
        return True
    return False
