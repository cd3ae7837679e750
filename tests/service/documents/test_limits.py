"""A process that reads files of strangers takes no more than it may."""

from __future__ import annotations

import subprocess
import sys

_LIMITED = """
from desktop_app.service.documents.limits import allow_cpu, limit_this_process
limit_this_process(256 << 20)
allow_cpu({cpu_s})
{work}
print("survived")
"""


def _run(work: str, cpu_s: int = 60) -> subprocess.CompletedProcess[str]:
    script = _LIMITED.format(work=work, cpu_s=cpu_s)
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


def test_ordinary_work_is_done():
    done = _run("memory = bytearray(32 << 20)")
    assert (done.returncode, done.stdout) == (0, "survived\n"), done.stderr


def test_memory_over_the_bound_ends_it():
    done = _run("memory = [bytearray(b'x' * (16 << 20)) for _ in range(100)]")
    assert done.returncode != 0
    assert done.stdout == ""
