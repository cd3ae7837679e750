"""Keys as they stand on a keyboard, in the window's language."""

from __future__ import annotations

import pytest

from desktop_app.languages import VARIABLE
from desktop_app.ui.key_words import shown_keys
from desktop_app.ui.window_language import WindowLanguage


@pytest.mark.parametrize(
    ("language", "space", "enter"),
    [("en", "Space", "Return"), ("de", "Leertaste", "Eingabe"), ("ar", "المسافة", "الإدخال")],
)
def test_the_large_keys_have_their_names_in_every_language(
    qapp, monkeypatch, language, space, enter
):
    monkeypatch.setenv(VARIABLE, "")  # what is spoken is left there
    spoken = WindowLanguage(qapp)
    try:
        spoken.use(language)
        assert shown_keys("Space") == space
        assert shown_keys("Return") == enter
        assert shown_keys("Ctrl+Space").strip("\u2066\u2069").endswith(f"+{space}")
        assert shown_keys("Ctrl+Space").startswith("\u2066") is (language == "ar")
        assert shown_keys("F11") == "F11"
        assert shown_keys("") == ""
    finally:
        spoken.use("en")
