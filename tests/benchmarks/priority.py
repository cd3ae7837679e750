"""The priority of what is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def take_priority() -> None:
    """A real-time priority, where ``PARLEY_BENCH_REALTIME=1`` asks for one; children inherit it.

    It keeps the work of others away from the core, as most systems do for the thread of a sound
    card. The page's latencies were measured at raised priority.

    Raises:
        PermissionError: The system does not give it to this user.
    """
    if os.environ.get("PARLEY_BENCH_REALTIME"):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


@contextmanager
def priority() -> Iterator[None]:
    """The same for the threads that this process has now, until the block ends.

    Processes that were started before it do not have it.
    """
    if not os.environ.get("PARLEY_BENCH_REALTIME"):
        yield
        return
    _schedule(os.SCHED_RR, 1)
    try:
        yield
    finally:
        _schedule(os.SCHED_OTHER, 0)


def _schedule(policy: int, level: int) -> None:
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setscheduler(int(thread.name), policy, os.sched_param(level))
