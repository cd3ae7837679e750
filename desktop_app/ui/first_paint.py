"""How soon the first frame was there, and how much memory that took."""

from __future__ import annotations

import json
import os
import sys
import time


def print_first_paint() -> None:
    """When the first frame was there, and how much memory that took."""
    print_line = {"first_paint_s": round(age_s(), 4), "rss_mb": round(rss_mb(), 1)}
    sys.stdout.write(json.dumps(print_line) + "\n")
    sys.stdout.flush()


def age_s() -> float:
    """Seconds since this process was started, by the system's clock where it tells (Linux)."""
    try:
        with open("/proc/self/stat", encoding="ascii") as file:  # noqa: PTH123 - no pathlib yet
            ticks = int(file.read().rpartition(")")[2].split()[19])
    except OSError:
        return time.process_time()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def rss_mb() -> float:
    """Resident memory in MiB, 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no pathlib yet
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return 0.0
