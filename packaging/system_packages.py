"""The libraries that Parley needs of a Linux system, and how to get them there.

Debian and its relatives are served through apt when this process may use it. Elsewhere, and
without the right to install, the exact command or the names are printed.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from console import StopError, run, say

VENV = ("python3-venv",)
RUNTIME = (
    *("libportaudio2", "libasound2-plugins"),
    *("libegl1", "libgl1", "libglib2.0-0", "libdbus-1-3", "libfontconfig1", "fonts-dejavu-core"),
    *("libxkbcommon0", "libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4"),
    *("libxcb-keysyms1", "libxcb-shape0"),
)
TESTING = (
    *("pulseaudio", "pulseaudio-utils", "xvfb", "xdotool", "chromium", "redis-server"),
    *("dbus", "at-spi2-core"),  # screen readers
)

_LIBRARIES = {"portaudio": "PortAudio", "EGL": "EGL", "xkbcommon": "libxkbcommon"}
_PROGRAMS = {
    "pulseaudio": "PulseAudio",
    "redis-server": "Redis",
    "Xvfb": "Xvfb",
    "xdotool": "xdotool",
    "dbus-daemon": "D-Bus",
}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")  # tests/fakes/browser.py takes any


def provide(packages: Sequence[str], *, install: bool = True) -> None:
    """Make sure that the system has ``packages``; does nothing but on Linux.

    Raises:
        StopError: Something is missing and cannot be installed from here; names the command.
    """
    if sys.platform != "linux":
        return
    if shutil.which("dpkg-query") is None:
        _look_for_libraries(testing=bool(set(packages) & set(TESTING)))
        return
    missing = missing_packages(packages)
    if any(map(shutil.which, _BROWSERS)):  # not each system has a package of that name
        missing = [name for name in missing if name != "chromium"]
    if not missing:
        return
    if not install:
        say(f"Going on without these system packages: {' '.join(missing)}")
        return
    _install(missing)


def missing_packages(packages: Sequence[str]) -> list[str]:
    """Those of ``packages`` that dpkg does not have, in the given order."""
    asked = subprocess.run(
        ["dpkg-query", "-W", r"-f=${db:Status-Status} ${Package}\n"],
        capture_output=True,
        text=True,
        check=False,
    )
    installed = {
        line.split()[1] for line in asked.stdout.splitlines() if line.startswith("installed ")
    }
    return [name for name in packages if not {name, f"{name}t64"} & installed]


def apt_prefix(
    *,
    is_root: Callable[[], bool] = lambda: os.geteuid() == 0,
    sudo_is_free: Callable[[], bool] = lambda: _sudo_is_free(),
) -> list[str] | None:
    """The words before ``apt-get`` with which it may install, or None when it may not."""
    if shutil.which("apt-get") is None:
        return None
    if is_root():
        return []
    return ["sudo", "-n"] if sudo_is_free() else None


def _sudo_is_free() -> bool:
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def _install(missing: Sequence[str]) -> None:
    prefix = apt_prefix()
    if prefix is None:
        raise StopError(
            "These system packages are missing, and only an administrator may install them. "
            f"Please run:\n    {_by_hand(missing)}\nand then the same command again."
        )
    say(f"Installing system packages: {' '.join(missing)}")
    options = ["-q", "-o", "DPkg::Lock::Timeout=120"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    keep = ["--preserve-env=DEBIAN_FRONTEND"] if prefix else []
    apt = [*prefix, *keep, "apt-get", *options]
    run([*apt, "update"], environment=quiet)  # old lists may still be good enough
    install = [*apt, "install", "-y", "--no-install-recommends", *missing]
    if run(install, environment=quiet) != 0:
        raise StopError(
            "apt could not install the system packages (see above). Is the network there? "
            f"Then try again, or by hand:\n    {_by_hand(missing)}"
        )


def _by_hand(missing: Sequence[str]) -> str:
    """What a person types, on a machine with sudo or without; apt's lists may be empty yet."""
    update, install = "apt-get update", f"apt-get install -y {' '.join(missing)}"
    if os.geteuid() == 0:
        return f"{update} && {install}"
    if shutil.which("sudo"):
        return f"sudo {update} && sudo {install}"
    return f"su -c '{update} && {install}'"


def _look_for_libraries(*, testing: bool) -> None:
    absent = [
        name for library, name in _LIBRARIES.items() if ctypes.util.find_library(library) is None
    ]
    if testing:
        absent += [name for program, name in _PROGRAMS.items() if shutil.which(program) is None]
        absent += [] if any(map(shutil.which, _BROWSERS)) else ["Chromium"]
    if absent:
        say(f"Not found, please install with your package manager: {', '.join(absent)}")
