"""The files that belong to a recording and have not gone: kept as long as the recording is."""

from __future__ import annotations

import msgspec

from desktop_app.engine.ledger import Ledger
from desktop_app.engine.ports import Journal
from desktop_app.errors import StorageError
from desktop_app.journal.recovery import FILES_LEFT

_UNKEPT = "turn "


def unkept(turn: int) -> str:
    """Stands for the recording of a turn that has none, also while it waits."""
    return f"{_UNKEPT}{turn}"


class LeftFiles:
    """Of one conversation; a later one, also after a crash, knows them. Loop thread only.

    What is said into no recording that is kept is known by ``unkept``, and here alone.
    """

    def __init__(self, ledger: Ledger, journal: Journal) -> None:
        self._ledger = ledger
        self._journal = journal
        self._of: dict[str, tuple[str, ...]] = {}

    def keep(self, recording_id: str, files: tuple[str, ...]) -> None:
        """These belong to it; none if all have gone."""
        before = self._of.get(recording_id, ())
        self._of[recording_id] = files
        if recording_id.startswith(_UNKEPT) or files == before:
            return
        value = msgspec.json.encode(files).decode() if files else ""

        async def keep() -> None:
            await self._journal.set_setting(f"{FILES_LEFT}:{recording_id}", value)

        self._ledger.do(keep)

    async def of(self, recording_id: str) -> tuple[str, ...]:
        """What belongs to it; what cannot be read is nothing."""
        if recording_id not in self._of:
            self._of[recording_id] = await self._read(recording_id)
        return self._of[recording_id]

    async def _read(self, recording_id: str) -> tuple[str, ...]:
        try:
            value = await self._journal.setting(f"{FILES_LEFT}:{recording_id}")
            return msgspec.json.decode(value, type=tuple[str, ...]) if value else ()
        except (StorageError, msgspec.DecodeError):
            return ()
