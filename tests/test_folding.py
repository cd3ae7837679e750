"""What is looked for is found however it is typed."""

from __future__ import annotations

import pytest

from desktop_app.folding import folded
from desktop_app.languages import speak
from desktop_app.ui.settings.setting_table import matching
from desktop_app.ui.voices.voice_rows import VoiceRow, fitting


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("micro", "Micrófono"),
        ("STRASSE", "Straße"),
        ("uber", "Über"),
        ("francais", "Français"),
        ("l'image", "L\u2019image"),
        ("L\u2019image", "l'image"),
        ("麦克风", "麦克风"),
        ("مكبر", "مُكبِّر"),
    ],
)
def test_case_and_accents_do_not_count(typed: str, stands: str):
    assert folded(typed) in folded(stands)


def test_what_is_another_letter_stays_another():
    assert folded("taza") not in folded("tasa")


@pytest.fixture
def spanish():
    speak("es")
    yield
    speak("en")


@pytest.mark.parametrize("typed", ["micro", "MICRÓ", "micrófono"])
def test_a_setting_is_found_without_its_accent(spanish, typed: str):
    found = [row.path for section in matching(typed) for row in section.rows]
    assert "voice.input_device_id" in found


def test_a_voice_is_found_without_its_accent():
    rows = (VoiceRow("builtin", "es", "Español (América)"), VoiceRow("builtin", "en", "English"))
    assert fitting(rows, "espanol america") == rows[:1]
