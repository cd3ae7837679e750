"""What must pass before a merge: both halves report, either fails the whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from console import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script")


def checkout(folder: Path, *, tests: int, checks: int) -> Path:
    """A checkout whose two commands end as told."""
    (folder / ".ci").mkdir(parents=True)
    (folder / "packaging").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci" / "run")
    (folder / "packaging" / "dev.py").write_text(
        f"import sys\nprint(sys.argv[1])\nsys.exit({{'test': {tests}, 'check': {checks}}}"
        "[sys.argv[1]])\n"
    )
    return folder / ".ci" / "run"


@pytest.mark.parametrize(
    ("tests", "checks", "whole"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (2, 1, 1), (5, 0, 1)]
)
def test_the_checks_run_also_after_failed_tests_and_either_fails_the_whole(
    tmp_path, tests, checks, whole
):
    script = checkout(tmp_path / "check out", tests=tests, checks=checks)
    done = subprocess.run([script], cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == whole
    assert done.stdout.splitlines() == [
        "test",
        "check",
        f"==> Tests ended with {tests}, checks with {checks}",
    ]
