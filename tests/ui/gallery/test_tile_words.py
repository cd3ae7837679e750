"""What stands below a picture of a grid."""

from __future__ import annotations

import pytest

from desktop_app.ui.gallery.tile_words import TileWords
from desktop_app.ui.look import Look

ASKED = "A harbour in a storm, with the lighthouse on the left"


def lines(look: Look, words: str = ASKED, width: float = 200) -> list[str]:
    return [line.text() for line in TileWords(look).lines("id", words, width)]


def test_large_letters_take_two_lines_so_that_pictures_can_be_told_apart(qapp):
    usual, large = Look(theme="light"), Look(theme="light", text_percent=200)
    assert len(lines(usual)) == 1
    first, second = lines(large)
    assert ASKED.startswith(first)
    assert not first.endswith("…")
    assert second.endswith("…")
    assert len(f"{first} {second}") > len(lines(usual)[0]) // 2
    assert TileWords(large).height > 2 * TileWords(usual).height


@pytest.mark.parametrize("words", ["Fox", "", "狐狸"])
def test_what_fits_is_one_line(qapp, words):
    assert lines(Look(theme="light", text_percent=200), words) == [words]


@pytest.mark.parametrize(
    "words",
    ["暴风雨中的港口左边有一座灯塔天上有许多星星", "Donaudampfschifffahrtsgesellschaft", "🦊" * 20],
)
def test_what_has_no_spaces_is_told_apart_too(qapp, words):
    first, second = lines(Look(theme="light", text_percent=200), words)
    assert words.startswith(first)
    assert not first.endswith("…")
    assert words[len(first) :].startswith(second.rstrip("…"))


def test_another_width_lays_them_out_anew(qapp):
    tiles = TileWords(Look(theme="light"))
    narrow = tiles.lines("id", ASKED, 100)
    assert tiles.lines("id", ASKED, 400) is narrow
    tiles.forget()
    assert tiles.lines("id", ASKED, 400)[0].text() == ASKED
