"""The priority of what is measured."""

from __future__ import annotations

import os


def take_priority() -> None:
    """A real-time priority, where ``PARLEY_BENCH_REALTIME=1`` asks for one; children inherit it.

    It keeps the work of others away from the core, as most systems do for the thread of a sound
    card. The page's latencies were measured at raised priority.

    Raises:
        PermissionError: The system does not give it to this user.
    """
    if os.environ.get("PARLEY_BENCH_REALTIME"):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
