"""What the first frame needs is kept from start to start."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings

from desktop_app.settings import AppearanceSettings
from desktop_app.ui.remembered_look import remember_look, remembered_look


@pytest.fixture
def memory(tmp_path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def test_what_was_chosen_comes_back(qapp, memory):
    chosen = AppearanceSettings("dark", reduced_motion=True, language="ar", text_size=150)
    remember_look(memory, chosen)
    look = remembered_look(memory, "")
    assert (look.is_dark, look.is_calm) == (True, True)
    assert look.font(20).pixelSize() == 30
    assert look.mono(10).pixelSize() == 15
    assert memory.value("language") == "ar"


def test_the_command_line_comes_first(qapp, memory):
    remember_look(memory, AppearanceSettings("dark"))
    assert not remembered_look(memory, "light").is_dark


@pytest.mark.parametrize(
    ("kept", "px"), [("huge", 20), ("1000", 40), ("5", 20), ("", 20), ("15²", 20)]
)
def test_a_size_that_cannot_be_is_mended(qapp, memory, kept, px):
    memory.setValue("text_size", kept)
    assert remembered_look(memory, "").font(20).pixelSize() == px
