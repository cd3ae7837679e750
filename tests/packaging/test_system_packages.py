"""Missing system libraries are installed through apt when it may be used, or named."""

from __future__ import annotations

import os

import pytest
import system_packages
from console import StopError


def test_nothing_is_installed_when_nothing_is_missing(machine):
    machine.has("dpkg-query", answer="installed libegl1\ninstalled libgl1\n")
    machine.has("apt-get")
    system_packages.provide(("libegl1", "libgl1"))
    assert [call.split()[0] for call in machine.calls] == ["dpkg-query"]


def test_only_what_is_missing_is_installed(machine, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    machine.has("dpkg-query", answer="installed libegl1\nconfig-files libgl1\n", code=1)
    machine.has("apt-get")
    system_packages.provide(("libegl1", "libgl1", "xvfb"))
    assert machine.calls[-2].endswith(" update")
    assert machine.calls[-1].endswith(" install -y --no-install-recommends libgl1 xvfb")


def test_the_64_bit_time_variant_of_a_package_counts(machine):
    machine.has("dpkg-query", answer="installed libglib2.0-0t64\n")
    assert system_packages.missing_packages(["libglib2.0-0"]) == []


def test_sudo_is_used_when_it_asks_for_no_password(machine, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    machine.has("dpkg-query")
    machine.has("apt-get")
    machine.has("sudo")
    system_packages.provide(("xvfb",))
    assert machine.calls[1] == "sudo -n true"
    assert machine.calls[-1].startswith("sudo -n --preserve-env=DEBIAN_FRONTEND apt-get ")


@pytest.mark.parametrize(
    ("has_sudo", "command"),
    [
        (True, "sudo apt-get update && sudo apt-get install -y libegl1 xvfb"),
        (False, "su -c 'apt-get update && apt-get install -y libegl1 xvfb'"),
    ],
)
def test_without_the_right_to_install_the_exact_command_is_named(
    machine, monkeypatch, has_sudo, command
):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    machine.has("dpkg-query")
    machine.has("apt-get")
    if has_sudo:
        machine.has("sudo", code=1)
    with pytest.raises(StopError) as stopped:
        system_packages.provide(("libegl1", "xvfb"))
    assert str(stopped.value).splitlines()[1].strip() == command
    assert "the same command again" in str(stopped.value)
    assert not [call for call in machine.calls if "install" in call]


def test_an_apt_that_fails_stops_with_the_command(machine, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    machine.has("dpkg-query")
    machine.has("apt-get", code=100)
    with pytest.raises(StopError, match=r"    apt-get update && apt-get install -y xvfb$"):
        system_packages.provide(("xvfb",))


def test_going_on_without_them_names_them(machine, capsys):
    machine.has("dpkg-query")
    system_packages.provide(("xvfb",), install=False)
    assert "without these system packages: xvfb" in capsys.readouterr().out


def test_a_system_without_dpkg_is_told_what_to_look_for(machine, capsys):
    system_packages.provide(system_packages.TESTING)
    said = capsys.readouterr().out
    assert "PulseAudio" in said
    assert "Xvfb" in said
    assert "Chromium" in said


def test_any_browser_of_that_kind_will_do(machine):
    machine.has("dpkg-query", answer="installed xvfb\n")
    machine.has("google-chrome")
    system_packages.provide(("xvfb", "chromium"))
    assert [call.split()[0] for call in machine.calls] == ["dpkg-query"]


def test_other_systems_need_nothing(machine, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    machine.has("dpkg-query")
    system_packages.provide(system_packages.RUNTIME)
    assert machine.calls == []
