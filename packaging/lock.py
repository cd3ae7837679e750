"""The lock file: every package for every platform, with versions and hashes, without addresses.

It has two parts. The first is what Parley needs to run, the second what its tests and checks need
besides. Its first line holds a digest of what ``pyproject.toml`` asks for, so that ``check`` can
say, without a network, when the two are out of step.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from console import ROOT, StopError, say

LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
OLDEST_PYTHON = "3.11"

_DIGEST = "# For pyproject.toml with the requirements "
_DEVELOPMENT = "# For tests and checks\n"
_HEADER = f"""\
{_DIGEST}{{digest}}
# Renewed by: python3 packaging/dev.py lock

# To run Parley
"""


def runtime_part(lock: str) -> str:
    """The part of the lock that running Parley needs."""
    return lock.partition(_DEVELOPMENT)[0]


def requirements_digest(project: str) -> str:
    """A short digest of everything that ``pyproject.toml`` asks to be installed."""
    table = tomllib.loads(project)
    wanted = {
        "python": table["project"]["requires-python"],
        "run": sorted(table["project"]["dependencies"]),
        "groups": table.get("dependency-groups", {}),
    }
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]


def problems(lock: str, project: str) -> list[str]:
    """What is wrong with a lock file, as sentences; empty when nothing is."""
    found = []
    if f"{_DIGEST}{requirements_digest(project)}\n" not in lock:
        found.append(
            "requirements.lock is older than pyproject.toml; run: python3 packaging/dev.py lock"
        )
    if "://" in lock:
        found.append("requirements.lock holds an address; it must hold names and hashes only")
    found += [
        f"requirements.lock has no hash for {name}"
        for name, block in _blocks(lock).items()
        if "--hash=sha256:" not in block
    ]
    return found


def renew(*, upgrade: bool) -> None:
    """Resolve for every platform and write the lock, keeping old versions unless ``upgrade``.

    Raises:
        StopError: uv is missing or found no solution.
    """
    with tempfile.TemporaryDirectory() as folder:
        everything = Path(folder) / "everything.txt"
        running = Path(folder) / "running.txt"
        if LOCK.exists() and not upgrade:
            everything.write_text(LOCK.read_text())
        _compile(everything, "dev")
        _compile(running, "build", "--constraints", str(everything))
        text = _compose(everything.read_text(), running.read_text(), PROJECT.read_text())
    LOCK.write_text(text)
    say(f"{LOCK.name} holds {len(_blocks(text))} packages")


def _compile(output: Path, group: str, *more: str) -> None:
    command = [
        *(_uv(), "pip", "compile", str(PROJECT), "--group", f"{PROJECT}:{group}", *more),
        *("--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"),
        *("--no-header", "--no-annotate", "--quiet", "--output-file", str(output)),
    ]
    if subprocess.run(command, cwd=output.parent, check=False).returncode != 0:
        raise StopError("The lock was not renewed; it is as it was.")


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    in_venv = ROOT / ".venv" / ("Scripts" if sys.platform == "win32" else "bin") / "uv"
    for path in (beside, in_venv):
        if shutil.which(path):
            return str(path)
    if found := shutil.which("uv"):
        return found
    raise StopError(
        "Renewing the lock needs uv; please install it: .venv/bin/python -m pip install uv"
    )


def _compose(everything: str, running: str, project: str) -> str:
    names = {name.split("==")[0] for name in _blocks(running)}
    blocks = _blocks(everything)
    first = [block for name, block in blocks.items() if name.split("==")[0] in names]
    second = [block for name, block in blocks.items() if name.split("==")[0] not in names]
    header = _HEADER.format(digest=requirements_digest(project))
    return header + "".join(first) + "\n" + _DEVELOPMENT + "".join(second)


def _blocks(requirements: str) -> dict[str, str]:
    """``name==version`` -> its lines, hashes included."""
    joined = re.compile(r"^([a-z0-9][\w.\-]*==[^\s;]+).*\n(?:    .*\n)*", re.MULTILINE)
    return {match[1]: match[0] for match in joined.finditer(requirements)}
