"""What sound devices are called, in sentences and on their own."""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.prose import tr

_SYSTEM_CHOICE = ("default", "pulse", "pipewire")


def device_words(device: str, kind: str = "microphone") -> str:
    """The sound device in use, within a sentence; the system's choice has no name of its own."""
    if device not in _SYSTEM_CHOICE:
        return device
    return tr("the default loudspeaker" if kind == "loudspeaker" else "the default microphone")


def device_name(device: str) -> str:
    """The microphone in use, on its own."""
    return tr("default microphone") if device in _SYSTEM_CHOICE else device


def device_in_sentence(facts: Mapping[str, str]) -> str:
    """The device that a notice is about: by its name, else by its kind."""
    kind = facts.get("kind", "microphone")
    device = facts.get("device", "")
    if device not in ("", kind):
        return device_words(device, kind)
    return tr("the loudspeaker" if kind == "loudspeaker" else "the microphone")
