"""Journal work in order: first durable, then told."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

from desktop_app.errors import StorageError
from desktop_app.link.messages import LinkEvent, Notice, NoticeCleared, NoticeLevel, NoticeRaised

Job = Callable[[], Awaitable[None]]
_OF_THE_DISK = frozenset(("storage.full", "storage.unwritable", "storage.failed"))
_AGAIN_S = 1.0
_MOST_OWED = 1000


class Ledger:
    """Does one job after the other. Loop thread only.

    A job that was cut short by a cancellation is done again by ``settle``: jobs replace rows, so
    twice is as good as once. A disk that refuses becomes a notice and the job's news is still
    told: what a person can read on the screen is lost less than what they cannot. Rows that it
    refused are owed to it: the newest of each is tried again every second, and when another row
    is taken. The notice goes with the first job of its kind that the disk takes again, and not
    before the last row that is owed.
    """

    _FULL = 1000

    def __init__(self, publish: Callable[[LinkEvent], None]) -> None:
        self._publish = publish
        self._jobs: deque[tuple[Job, str, str]] = deque()
        self._owed: dict[str, Job] = {}  # by row
        self._is_due = False  # what is owed may be taken now
        self._refused: defaultdict[str, set[str]] = defaultdict(set)  # codes, by what was written
        self._arrived = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    def do(self, job: Job, *, writes: str = "rows", row: str = "") -> None:
        """Have the job done after those before it.

        Args:
            writes: Of what kind, ``rows`` or ``sound``: a full disk often takes a small row and
                no sound. Empty where nothing, or nothing that is waited for.
            row: Which row becomes what the job makes of it, whatever earlier ones were to: that
                is done again if the disk refuses it. Empty where once is all there is.
        """
        self._jobs.append((job, writes, row))
        self._arrived.set()
        if len(self._jobs) >= self._FULL:
            self._has_room.clear()

    def tell(self, event: LinkEvent) -> None:
        """Publish once everything before it is durable."""

        async def publish() -> None:
            self._publish(event)

        self.do(publish, writes="")

    def tell_now(self, event: LinkEvent) -> None:
        """Publish from within a job: what the job made durable, before what waits after it."""
        self._publish(event)

    def owes(self, row: str) -> bool:
        """Whether the disk refused the row when it was last written."""
        return row in self._owed

    async def written(self) -> None:
        """Return when everything asked for so far is durable."""
        is_written = asyncio.Event()

        async def say_so() -> None:
            is_written.set()

        self.do(say_so, writes="")
        await is_written.wait()

    @property
    def has_room(self) -> bool:
        """Whether ``room`` would return at once."""
        return self._has_room.is_set()

    async def room(self) -> None:
        """Return when few enough jobs wait: a disk slower than the server slows the server."""
        await self._has_room.wait()

    async def run(self) -> None:
        """Do the jobs as they come, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(_AGAIN_S if self._owed else None):
                    await self._arrived.wait()
            except TimeoutError:
                self._is_due = True
            await self.settle()
            self._arrived.clear()

    async def finish(self) -> None:
        """Do what is left, and try what is owed: later nobody does."""
        self._is_due = self._is_due or bool(self._owed)
        await self.settle()

    async def settle(self) -> None:
        """Do what is left now, and try what is owed."""
        await self._do_jobs()
        if self._is_due:
            await self._pay()

    async def _do_jobs(self) -> None:
        while self._jobs:
            job, kind, row = self._jobs[0]
            is_done = True
            try:
                await job()
            except asyncio.CancelledError:
                is_done = False
                raise
            except StorageError as error:
                self._refused[kind or "rows"] |= {error.code} & _OF_THE_DISK
                notice = Notice(NoticeLevel.ERROR, error.code, dict(error.facts))
                self._publish(NoticeRaised(notice))
                if row and error.code in _OF_THE_DISK:
                    self._owe(row, job)
            else:
                was_owed = self._owed.pop(row, None) is not None
                if was_owed or (kind == "rows" and self._owed):
                    self._is_due = True
                elif kind and self._refused[kind]:
                    self._take_back(kind)
            finally:
                if is_done:
                    self._jobs.popleft()
            if len(self._jobs) < self._FULL // 2:
                self._has_room.set()

    def _owe(self, row: str, job: Job) -> None:
        self._owed.pop(row, None)
        self._owed[row] = job
        if len(self._owed) > _MOST_OWED:
            del self._owed[next(iter(self._owed))]

    async def _pay(self) -> None:
        """Try the rows that are owed, in the order in which they were refused last."""
        self._is_due = False
        for row, job in tuple(self._owed.items()):
            try:
                await job()
            except StorageError as error:
                if error.code in _OF_THE_DISK:
                    continue
            self._owed.pop(row, None)
        if not self._owed:
            for kind in [kind for kind, codes in self._refused.items() if codes]:
                self._take_back(kind)

    def _take_back(self, kind: str) -> None:
        """The disk writes that again."""
        written = self._refused.pop(kind)
        for code in sorted(written.difference(*self._refused.values())):
            self._publish(NoticeCleared(code))
