"""``parley talk start``, ``stop``, ``toggle``, ``cancel``: the talk key of an open window."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing

from desktop_app.commands.terminal.output import Output
from desktop_app.errors import AppError, InputError
from desktop_app.link.client import LinkClient
from desktop_app.link.messages import (
    CancelTalk,
    Intent,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
    Ping,
    Pong,
    PressTalk,
    ReleaseTalk,
    ToggleTalk,
    Welcome,
)
from desktop_app.paths import find_paths
from desktop_app.processes.engine_note import find_engine
from desktop_app.sentences import sentence_of

_ANSWER_WITHIN_S = 5.0
_REFUSALS = ("voice.muted",)


def press(action: str, *, as_json: bool = False) -> int:
    """Do what the talk key of the open window would do, in the thread that is shown there.

    Prints who holds the floor then.

    Raises:
        InputError: ``window.none``: no window is open; or the reason why it cannot be done.
    """
    phase = asyncio.run(_press(action))
    Output(as_json=as_json).say(str(phase), {"phase": str(phase)})
    return 0


async def _press(action: str) -> Phase:
    engine = find_engine(find_paths(os.environ).data)
    if engine is None:
        raise _nobody()
    try:
        client = await LinkClient.connect(engine.host, engine.port, engine.token)
    except AppError as error:  # of a window that was killed
        raise _nobody() from error
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            return await _ask(client, action)
    except TimeoutError as error:
        raise InputError("window.no_answer", "The open window does not answer.") from error
    finally:
        await client.aclose()


async def _ask(client: LinkClient, action: str) -> Phase:
    phase = Phase.READY
    async with aclosing(client.events()) as events:
        async for event in events:
            match event:
                case Welcome():
                    phase = event.phase
                    client.send(_intent(action, event.thread_id))
                    client.send(Ping())
                case PhaseChanged():
                    phase = event.phase
                case NoticeRaised():
                    _refuse_for(event)
                case Pong():
                    return phase
                case _:
                    pass
    raise _nobody()


def _intent(action: str, thread_id: str) -> Intent:
    if not thread_id:
        raise InputError("window.starting", "The window is still starting: try again.")
    intents: dict[str, Intent] = {
        "start": PressTalk(thread_id),
        "stop": ReleaseTalk(),
        "toggle": ToggleTalk(thread_id),
        "cancel": CancelTalk(),
    }
    return intents[action]


def _refuse_for(event: NoticeRaised) -> None:
    notice = event.notice
    if notice.code in _REFUSALS or notice.level is NoticeLevel.ERROR:
        raise InputError(notice.code, sentence_of(notice.code, notice.facts))


def _nobody() -> InputError:
    return InputError("window.none", "No Parley window is open: `parley` opens one.")
