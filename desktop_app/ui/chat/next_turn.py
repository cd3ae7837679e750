"""What a person wants of the next message alone."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from desktop_app.protocol.commands import TurnWishes


class NextTurn(QObject):
    """The model that answers the next message of a thread. Main thread only.

    Signals:
        changed: Another model, or none, is wanted.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models: dict[str, str] = {}

    def model_of(self, thread_id: str) -> str:
        """``provider/model``, or empty where the thread's own answers."""
        return self._models.get(thread_id, "")

    def want(self, thread_id: str, model: str) -> None:
        """Let this model answer once; empty takes it back."""
        self._models[thread_id] = model
        self.changed.emit()

    def take(self, thread_id: str, wishes: TurnWishes) -> TurnWishes:
        """The wishes of a message that is sent now, with its model; the one after has none."""
        model = self._models.pop(thread_id, "")
        if not model:
            return wishes
        self.changed.emit()
        return wishes if wishes.model else replace(wishes, model=model)
