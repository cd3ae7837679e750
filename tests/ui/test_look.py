"""The tokens can be read by everyone."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from desktop_app.ui.look import DARK, LIGHT, Look, Tokens, stylesheet

GROUNDS = ("background", "side", "raised", "hover", "bubble", "code", "accent_soft")
TEXTS = ("text", "dim", "faint", "accent")
THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def brightness(token: str) -> float:
    parts = QColor(token).getRgbF()[:3]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_stands_out_from_every_ground(tokens: Tokens, ground: str, text: str):
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("text", "warn_soft"),
        ("text", "danger_soft"),
        ("text", "selection"),
        ("danger", "background"),
        ("warn", "background"),
        *((f"ink_{ink}", "code") for ink in ("keyword", "string", "number", "name", "comment")),
    ],
)
def test_words_on_coloured_grounds_can_be_read(tokens: Tokens, text: str, ground: str):
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize("ground", ["background", "side", "raised"])
@pytest.mark.parametrize("control", ["accent", "edge", "warn", "danger", "dim"])
def test_controls_stand_out_from_what_they_lie_on(tokens: Tokens, ground: str, control: str):
    assert contrast(getattr(tokens, control), getattr(tokens, ground)) >= 3.0


def test_a_colour_follows_the_theme(qapp):
    look = Look(theme="light")
    assert look.colour("text") == QColor(LIGHT.text)
    look.pin("dark")
    assert look.colour("text") == QColor(DARK.text)


def test_who_changes_a_font_changes_no_other(qapp):
    look = Look(theme="light")
    look.font().setItalic(True)
    assert not look.font().italic()


def test_a_pinned_theme_is_used_at_once(qapp):
    look = Look(theme="light")
    changes = []
    look.changed.connect(lambda: changes.append(look.is_dark))
    look.pin("dark")
    look.pin("dark")
    assert changes == [True]
    assert look.colour("background") == QColor(DARK.background)


def test_the_stylesheet_knows_only_tokens(qapp):
    import re

    used = set(re.findall(r"#[0-9a-f]{6}", stylesheet(LIGHT)))
    assert used <= set(LIGHT)
