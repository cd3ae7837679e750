"""What the system says of a file is said in the window's language."""

from __future__ import annotations

import errno
import os

import pytest

from desktop_app.languages import ENGLISH, speak
from desktop_app.system_reasons import reason_of


@pytest.fixture
def german():
    speak("de")
    yield
    speak(ENGLISH)


@pytest.mark.usefixtures("german")
def test_what_often_happens_is_translated():
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert reason_of(full) == "Kein Platz auf dem Datenträger"


def test_what_is_rare_is_said_as_the_system_says_it():
    assert reason_of(OSError(errno.ELOOP, "Too many links")) == "Too many links"
    assert reason_of(OSError("odd")) == "odd"
