"""How much a process may take that reads files of strangers."""

from __future__ import annotations

import os
import sys
import threading

MEMORY_BYTES = 1 << 30
_LOOK_EVERY_S = 0.05
_TOO_MUCH = 77
"""Exit code of a process that took more memory than it may."""

if sys.platform == "win32":
    from desktop_app.service.documents.windows_job import limit_this_process as _limit_in_job


def limit_this_process(memory_bytes: int = MEMORY_BYTES) -> None:
    """Bound this process's memory, and let a crash leave no file behind.

    Linux refuses memory over the bound, and Windows too, by a job object. macOS has no such bound:
    there a thread looks every 50 ms and ends the process, which is coarser.
    """
    if sys.platform == "win32":
        _limit_in_job(memory_bytes)
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it reads, and writes to a pipe alone
    if sys.platform == "darwin":
        _watch_memory(memory_bytes)
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def allow_cpu(seconds: int) -> None:
    """Let this process compute so long from now; then the system ends it (Linux, macOS).

    Elsewhere the time on the clock, which the service keeps, is the only bound.
    """
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _watch_memory(memory_bytes: int) -> None:
    import resource

    def watch() -> None:
        pause = threading.Event()
        while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < memory_bytes:
            pause.wait(_LOOK_EVERY_S)
        os._exit(_TOO_MUCH)

    threading.Thread(target=watch, name="memory", daemon=True).start()
