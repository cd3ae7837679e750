"""A supported Python is found, wherever dev.py was started from."""

from __future__ import annotations

import interpreter
import pytest


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_versions(version):
    assert interpreter.is_supported(version)


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_unsupported_versions(version):
    assert not interpreter.is_supported(version)


def test_a_supported_python_is_found_by_its_version(machine):
    machine.has("python3", answer="3 9")
    machine.has("python3.12", answer="3 12")
    found = interpreter.find_supported()
    assert found == machine.programs / "python3.12"


def test_a_python_that_does_not_start_is_passed_over(machine):
    machine.has("python3.11", answer="3 11", code=127)
    machine.has("python3", answer="3 13")
    assert interpreter.find_supported() == machine.programs / "python3"


def test_a_machine_without_any_has_none(machine):
    machine.has("python3", answer="3 14")
    assert interpreter.find_supported() is None
