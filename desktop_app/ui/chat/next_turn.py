"""What a person wants of the next message alone."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from desktop_app.protocol.commands import Answerer, TurnWishes


class NextTurn(QObject):
    """Who answers, hears and speaks in the next turn of a thread. Main thread only.

    Signals:
        changed: Somebody else, or nobody in particular, is wanted.
        wanted: Id of the thread, and the Answerer of its next turn.
    """

    changed = Signal()
    wanted = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._who: dict[str, Answerer] = {}

    @property
    def all(self) -> dict[str, Answerer]:
        """Who is wanted, by thread."""
        return dict(self._who)

    def restore(self, wanted: Mapping[str, Answerer]) -> None:
        """Take over who was wanted in an earlier window."""
        self._who = dict(wanted)
        self.changed.emit()

    def model_of(self, thread_id: str) -> str:
        """``provider/model``, or empty where the thread's own answers."""
        return self._of(thread_id).model

    def want(self, thread_id: str, model: str) -> None:
        """Let this model answer once; empty takes it back."""
        self._want(thread_id, replace(self._of(thread_id), model=model))

    def speech_of(self, thread_id: str) -> Answerer:
        """Who hears and speaks; nobody where the thread's own do."""
        return replace(self._of(thread_id), model="")

    def want_speech(self, thread_id: str, who: Answerer) -> None:
        """Let these hear and speak once; nobody takes it back."""
        self._want(thread_id, replace(who, model=self._of(thread_id).model))

    def used(self, thread_id: str) -> None:
        """A spoken turn had them."""
        self._want(thread_id, Answerer())

    def take(self, thread_id: str, wishes: TurnWishes) -> TurnWishes:
        """The wishes of a message that is sent now, with who was wanted; the one after has none.

        Who chooses a voice wants to hear it. Typed questions are answered in writing: it waits for
        the message after them.
        """
        who = self._of(thread_id)
        if "system_one" in wishes.fields:
            self.want(thread_id, "")
            return replace(wishes, model=wishes.model or who.model)
        self._want(thread_id, Answerer())
        return replace(
            wishes,
            model=wishes.model or who.model,
            heard_by=wishes.heard_by or who.heard_by,
            spoken_by=wishes.spoken_by or who.spoken_by,
            voice=wishes.voice or who.voice,
            is_spoken=wishes.is_spoken or bool(who.spoken_by or who.voice),
        )

    def tell_again(self) -> None:
        """Tell who is wanted to an engine that does not know it."""
        for thread_id, who in self._who.items():
            if who != Answerer():
                self.wanted.emit(thread_id, who)

    def _of(self, thread_id: str) -> Answerer:
        return self._who.get(thread_id, Answerer())

    def _want(self, thread_id: str, who: Answerer) -> None:
        if who == self._of(thread_id):
            return
        self._who[thread_id] = who
        self.changed.emit()
        self.wanted.emit(thread_id, who)
