"""Keeps numpy's sums on the thread that asks for them; comes before numpy, so it imports little."""

from __future__ import annotations

import os

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def compute_on_one_thread() -> None:
    """Call it before numpy is imported; what the environment says already stays.

    The matrices here are small. Several threads spin while they wait for each other, and on a busy
    machine the vector of a question took 300 ms in place of 24.
    """
    for variable in _VARIABLES:
        os.environ.setdefault(variable, "1")
