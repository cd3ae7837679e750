"""Which system this is, and so whose list of sound devices is alive."""

from __future__ import annotations

import sys
from collections.abc import Callable

from desktop_app.audio.system_devices import SystemDevices


def system_devices(on_change: Callable[[], None]) -> SystemDevices | None:
    """This system's list, or None where there is only PortAudio's."""
    if sys.platform.startswith("linux"):
        from desktop_app.audio.pulse_server import PulseServer

        return PulseServer(on_change)
    return None
