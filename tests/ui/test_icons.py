"""Every icon can be drawn, inside its box."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.ui.icons import icon_path, parse_svg

NAMES = sorted(path.stem for path in Path("resources/icons").glob("*.svg"))


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_fills_its_box_and_stays_inside(name: str):
    bounds = icon_path(name).boundingRect()
    assert 0 <= bounds.left() <= bounds.right() <= 20
    assert 0 <= bounds.top() <= bounds.bottom() <= 20
    assert max(bounds.width(), bounds.height()) >= 7


def test_every_icon_is_of_the_family():
    assert len(NAMES) > 20
    for path in Path("resources/icons").glob("*.svg"):
        assert 'stroke-width="1.5"' in path.read_text("utf-8")


def test_a_path_that_is_not_understood_is_refused():
    with pytest.raises(ValueError, match="not understood"):
        parse_svg('<path d="M0 0 q1 1 2 2"/>')
