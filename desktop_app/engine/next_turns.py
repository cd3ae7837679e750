"""What the next spoken turn of each thread takes along, whichever conversation speaks it."""

from __future__ import annotations

from typing import Protocol

from desktop_app.link.carried_files import CarryFiles, FilesCarried
from desktop_app.link.messages import LinkEvent
from desktop_app.link.thread_messages import NextTurnTaken, WishNextTurn
from desktop_app.protocol.commands import Answerer

_NOBODY = Answerer()


class Speaker(Protocol):
    """A conversation, as far as its next spoken turn goes."""

    def carry(self, files: tuple[str, ...]) -> None: ...

    def wish_next(self, who: Answerer) -> None: ...


class NextTurns:
    """Attached files and wishes, by thread. Event loop only.

    The window tells them once, and a conversation that rests is closed whenever settings change or
    its thread is left: the one that is built after it is told them from here.
    """

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, ...]] = {}
        self._wishes: dict[str, Answerer] = {}

    def take(self, wish: CarryFiles | WishNextTurn, conversation: Speaker | None) -> None:
        """It counts until a turn had it, or another one takes its place.

        Args:
            conversation: Of the thread; None where it is still to be built.
        """
        match wish:
            case CarryFiles(thread_id, files):
                self._files[thread_id] = files
                if conversation is not None:
                    conversation.carry(files)
            case WishNextTurn(thread_id, who):
                self._wishes[thread_id] = who
                if conversation is not None:
                    conversation.wish_next(who)

    def notice(self, event: LinkEvent) -> None:
        """Forget what a turn had."""
        match event:
            case FilesCarried(thread_id, _, files):
                kept = self._files.get(thread_id, ())
                self._files[thread_id] = tuple(one for one in kept if one not in files)
            case NextTurnTaken(thread_id):
                self._wishes.pop(thread_id, None)
            case _:
                pass

    def hand_to(self, conversation: Speaker, thread_id: str) -> None:
        """Tell a new conversation what its next spoken turn takes along."""
        files = self._files.get(thread_id)
        if files is not None:
            conversation.carry(files)
        who = self._wishes.get(thread_id, _NOBODY)
        if who != _NOBODY:
            conversation.wish_next(who)
