"""Numpy starts no threads of its own in the service."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROCESSORS = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
"""That may be used here: OpenBLAS has no more threads than these."""

SUMS = """
import os
from desktop_app.service.one_thread import compute_on_one_thread
compute_on_one_thread()
import numpy as np
square = np.ones((600, 600), np.float32)
square @ square
print(len(os.listdir("/proc/self/task")))
"""
SERVING = """
import os
from desktop_app import cli
print(cli.run(["serve", "--port", "99999"]), os.environ["OPENBLAS_NUM_THREADS"])
"""


def printed(program: str, **environment: str) -> str:
    plain = {name: value for name, value in os.environ.items() if "_NUM_THREADS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=plain | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_a_product_is_computed_by_the_thread_that_asks():
    assert printed(SUMS) == "1"


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
@pytest.mark.skipif(PROCESSORS < 2, reason="one processor has one thread anyway")
def test_who_wants_more_threads_says_so():
    assert int(printed(SUMS, OPENBLAS_NUM_THREADS="2")) > 1


def test_the_service_begins_with_it():
    assert printed(SERVING) == "2 1"
