"""Where the list of sound devices comes from."""

from __future__ import annotations

import sys

from desktop_app.audio.platform_devices import system_devices
from desktop_app.audio.pulse_server import PulseServer


def test_only_linux_has_a_list_of_its_own(monkeypatch):
    monkeypatch.setattr(sys, "platform", "plan9")
    assert system_devices(lambda: None) is None


def test_linux_has_its_sound_servers(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    found = system_devices(lambda: None)
    assert isinstance(found, PulseServer)
    found.close()
