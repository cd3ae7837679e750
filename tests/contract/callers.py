"""Who calls the service: the official SDK, or our client under the SDK's names."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.errors import AppError
from tests.contract.own_client import OwnClient
from tests.fakes.official_sdk import BackboardAPIError, BackboardClient

SDK = "sdk"
OWN = "own"
LIMIT_S = 20
_ASK_AGAIN_S = 0.02

WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def quiet_wav() -> bytes:
    """A second of silence, which the stand-ins take for words."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(32_000))
    return file.getvalue()


class Refused(NamedTuple):
    """What a caller was told."""

    status: int
    detail: str


@asynccontextmanager
async def open_caller(name: str, address: ApiAddress) -> AsyncIterator[Any]:
    """An object with the SDK's methods."""
    if name == SDK:
        async with BackboardClient(address.key, address.base_url) as sdk:
            yield sdk
    else:
        async with BackboardApi(address) as api:
            yield OwnClient(api)


async def refusal(call: Awaitable[Any]) -> Refused:
    """How the service refused a call."""
    try:
        answer = await call
    except BackboardAPIError as error:
        return Refused(error.status_code, str(error))
    except AppError as error:
        status = error.facts.get("status") or error.code.removeprefix("http.")
        return Refused(401 if error.code == "access.refused" else int(status), str(error))
    raise AssertionError(f"answered: {answer}")


async def events_of(stream: Awaitable[AsyncIterator[dict[str, Any]]]) -> list[dict[str, Any]]:
    """A stream to its end."""
    return [event async for event in await stream]


async def until(stream: AsyncIterator[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The next event of a type."""
    async for event in stream:
        if event["type"] == kind:
            return event
    raise AssertionError(f"the stream ended without {kind}")


async def settled(caller: Any, document_id: Any) -> Any:
    """A document when it has been read, or cannot be."""
    return await _when(
        lambda: caller.get_document_status(document_id),
        lambda document: document.status not in ("pending", "processing"),
    )


async def operation_settled(caller: Any, operation_id: str) -> Any:
    """A memory operation when it is over."""
    return await _when(
        lambda: caller.get_memory_operation_status(operation_id),
        lambda operation: operation.status != "IN_PROGRESS",
    )


async def _when(ask: Callable[[], Awaitable[Any]], is_so: Callable[[Any], bool]) -> Any:
    """Ask until it is so: across HTTP there is nothing to wait on."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            answer = await ask()
            if is_so(answer):
                return answer
            await asyncio.sleep(_ASK_AGAIN_S)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """The types of events, those that repeat named once."""
    names = [event["type"] for event in events]
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def words(events: list[dict[str, Any]]) -> str:
    """What was streamed."""
    return "".join(event["content"] for event in events if event["type"] == "content_streaming")


def only(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The one event of a type."""
    (found,) = [event for event in events if event["type"] == kind]
    return found
