"""Removes the copies of files that no message needs any more."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial

from desktop_app.journal.schema import DATABASE_NAME
from desktop_app.link.messages import SendText
from desktop_app.ui.compose import kept_files
from desktop_app.ui.compose.attachment_shelf import AttachmentShelf
from desktop_app.ui.wires import Wires

YOUNG_S = 600.0
"""What was copied so recently may be on its way into a message."""


class KeptCleaning:
    """Between the journal, the shelf and the folder of copies. Main thread only."""

    def __init__(self, wires: Wires, shelf: AttachmentShelf) -> None:
        self._wires = wires
        self._shelf = shelf
        self._folder = wires.folders.data / kept_files.FOLDER

    def sweep(self, waiting: Iterable[SendText] = ()) -> None:
        """Remove what belongs to no message; ``waiting`` are not in the journal yet."""
        also = {path for message in waiting for path in message.wishes.paths}
        self._wires.run(partial(self._sweep, also), "sweep attachments")

    async def _sweep(self, also: set[str]) -> None:
        await self._remove(also, is_unsent=False)

    async def clear(self) -> None:
        """Remove what was sent too; what still waits to be sent stays."""
        await self._remove(set(), is_unsent=True)

    async def _remove(self, also: set[str], *, is_unsent: bool) -> None:
        if not is_unsent and any(self._folder.parent.glob(f"{DATABASE_NAME}.broken*")):
            return  # what a journal needs that was set aside is not known
        pages = self._wires.pages
        # What waits is asked for last: a message that came in between is not taken for a sent one.
        sent = await pages.files_of_messages(is_unsent=False) if is_unsent else set()
        needed = await pages.files_of_messages(is_unsent=is_unsent)
        if needed is None or sent is None:
            return  # the journal cannot be read: nobody knows what is needed
        held = {one.kept for files in self._shelf.all.values() for one in files}
        shown = {
            path
            for message in self._wires.store.state.conversation.messages
            if not is_unsent or message.status in ("queued", "failed")
            for path in message.wishes.paths
        }
        keep = frozenset(needed | also | held | shown)
        before_s = time.time() - YOUNG_S
        gone = frozenset(sent)
        remove = partial(kept_files.remove_unneeded, self._folder, keep, before_s, gone)
        await self._wires.on_worker(remove)
