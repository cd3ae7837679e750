"""Conversations between turns: what a model reads of those before, as far as it was heard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.service.gateway.state.state import State
from desktop_app.service.providers.ports import ChatMessage
from desktop_app.service.runs.history import CUT_HERE, STOPPED_HERE
from desktop_app.service.storage.conversation_store import Heard

KEEP_S = 7 * 86_400
"""A conversation that nobody goes on with for a week is forgotten."""

MOST_LINES = 200
LONGEST_KEPT = 16_000  # characters of a question, and of an answer
LONGEST_READ = 64_000  # characters of earlier turns that a model reads, some 16,000 tokens


class Turn(Struct, tag="turn", omit_defaults=True, frozen=True):
    """A question and its answer, which may have been stopped."""

    id: str
    asked: str
    told: str = ""
    is_stopped: bool = False


class HeardPart(Struct, tag="heard", frozen=True):
    """So many characters of an answer were heard."""

    id: str
    characters: int


_Line = Turn | HeardPart
_decoder: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(_Line)
_encoder = msgspec.json.Encoder()


class KeptConversations:
    """Conversations by the key that the client chose for its session."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def history(self, session_id: str) -> list[ChatMessage]:
        """What was said before, the oldest first.

        Raises:
            AppError: ``state.unreachable``
        """
        return history_of(await self._state.lines(_key(session_id)))

    async def keep(self, session_id: str, turn: Turn) -> None:
        """Add a turn.

        Raises:
            AppError: ``state.unreachable``
        """
        short = msgspec.structs.replace(
            turn, asked=turn.asked[:LONGEST_KEPT], told=turn.told[:LONGEST_KEPT]
        )
        await self._append(session_id, short)

    async def mark_heard(self, session_id: str, turn_id: str, heard: Heard) -> None:
        """Note how far an answer was heard.

        Raises:
            AppError: ``state.unreachable``
        """
        await self._append(session_id, HeardPart(turn_id, heard.characters))

    async def _append(self, session_id: str, line: _Line) -> None:
        text = _encoder.encode(line).decode()
        await self._state.append(_key(session_id), text, keep_s=KEEP_S, most=MOST_LINES)


def history_of(lines: Iterable[str]) -> list[ChatMessage]:
    """What a model reads of the lines of a conversation: the newest whole turns that have room.

    Lines that cannot be read (of a newer gateway) are passed over.
    """
    turns: dict[str, Turn] = {}  # a line may have been sent twice
    heard: dict[str, int] = {}
    for line in lines:
        try:
            read = _decoder.decode(line)
        except UNREADABLE:
            continue
        if isinstance(read, Turn):
            turns[read.id] = read
        else:
            heard[read.id] = read.characters
    told = [(turn.asked, _told(turn, heard.get(turn.id))) for turn in turns.values()]
    return [message for asked, answer in _newest(told) for message in _messages(asked, answer)]


def _told(turn: Turn, heard: int | None) -> str:
    words = turn.told.rstrip()
    if heard is not None and heard < len(words):
        return f"{words[:heard].rstrip()} {CUT_HERE}".lstrip()
    return f"{words} {STOPPED_HERE}" if turn.is_stopped and words and heard is None else words


def _newest(turns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    room = LONGEST_READ
    for at in range(len(turns) - 1, -1, -1):
        room -= sum(map(len, turns[at]))
        if room < 0:
            return turns[at + 1 :]
    return turns


def _messages(asked: str, answer: str) -> list[ChatMessage]:
    question = ChatMessage("user", asked)
    return [question, ChatMessage("assistant", answer)] if answer else [question]


def _key(session_id: str) -> str:
    return "conversation:" + hashlib.sha256(session_id.encode(errors="replace")).hexdigest()
