"""What a process holds: tasks, sockets and files, counted before and after."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_SOCKETS = Path("/proc/self/fd")


@dataclass(frozen=True)
class Held:
    """At one moment.

    Attributes:
        tasks: Names, and how often.
        sockets: How many are open, of whoever runs in this process; 0 where nobody can say.
        files: In the folders that were asked about.
    """

    tasks: Counter[str]
    sockets: int
    files: frozenset[Path]

    @classmethod
    def now(cls, *folders: Path) -> Held:
        """Look."""
        tasks = Counter(_kind(task.get_name()) for task in asyncio.all_tasks())
        files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
        return cls(tasks, _sockets(), frozenset(files))

    def more_than(self, before: Held) -> str:
        """What there is more than before, in words; empty for nothing."""
        more = [f"tasks {sorted((self.tasks - before.tasks).elements())}"]
        more = more if self.tasks - before.tasks else []
        if self.sockets > before.sockets:
            more.append(f"{self.sockets - before.sockets} sockets")
        if self.files - before.files:
            more.append(f"files {sorted(map(str, self.files - before.files))}")
        return ", ".join(more)


async def nothing_more(before: Held, *folders: Path, limit_s: float = 10.0) -> None:
    """Return when no more is held than before; fail with what is."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + limit_s
    while more := Held.now(*folders).more_than(before):
        assert loop.time() < until_s, f"left behind: {more}"
        await asyncio.sleep(0.02)


def _kind(name: str) -> str:
    """Tasks that nobody named are counted together."""
    return "unnamed" if name.startswith("Task-") else name


def _sockets() -> int:
    if not _SOCKETS.is_dir():
        return 0
    count = 0
    for entry in _SOCKETS.iterdir():
        try:
            count += str(entry.readlink()).startswith("socket:")
        except OSError:
            continue  # it was the one for looking
    return count
