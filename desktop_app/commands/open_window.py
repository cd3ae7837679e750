"""The engine of an open window, for commands that must not work beside it on the same data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from desktop_app.errors import AppError, InputError
from desktop_app.link.client import LinkClient
from desktop_app.link.messages import Intent, LinkEvent, Notice, NoticeLevel, NoticeRaised
from desktop_app.processes.engine_note import find_engine
from desktop_app.prose import tr
from desktop_app.sentences import sentence_of


@asynccontextmanager
async def window_of(folder: Path) -> AsyncIterator[LinkClient | None]:
    """The link to the engine of this data folder's window; None where none is open."""
    engine = find_engine(folder)
    client: LinkClient | None = None
    if engine is not None:
        try:
            client = await LinkClient.connect(engine.host, engine.port, engine.token)
        except AppError:  # it left its note when it was killed
            client = None
    try:
        yield client
    finally:
        if client is not None:
            await client.aclose()


async def ask_window(
    client: LinkClient,
    intent: Intent,
    is_answer: Callable[[LinkEvent], bool],
    is_about: Callable[[Notice], bool],
    *,
    within_s: float | None = None,
) -> None:
    """Ask for something and return when it is answered.

    Args:
        client: Used for this alone.
        intent: What is asked.
        is_answer: Whether this event ends it well.
        is_about: Whether a warning or error is about this.
        within_s: How long is waited; None waits as long as it takes.

    Raises:
        InputError: The notice that says why it cannot be done; ``window.no_answer``.
    """
    client.send(intent)
    try:
        async with asyncio.timeout(within_s), aclosing(client.events()) as events:
            async for event in events:
                if is_answer(event):
                    return
                if isinstance(event, NoticeRaised):
                    _refuse_for(event.notice, is_about)
    except TimeoutError as error:
        raise InputError("window.no_answer", tr("The open window does not answer.")) from error
    raise InputError("window.none", tr("The window was closed meanwhile."))


def _refuse_for(notice: Notice, is_about: Callable[[Notice], bool]) -> None:
    if notice.level is not NoticeLevel.INFO and is_about(notice):
        raise InputError(notice.code, sentence_of(notice.code, notice.facts))
