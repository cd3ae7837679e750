"""The storage links of pictures leave the text, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.protocol.reply_links import without_links

URL = "https://s3.example/a(1).png"
SIGNED = URL + "?sign=a%2Fb&x=1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Here it is: {SIGNED}", "Here it is:"),
        (f"Here:\n\n![a cat]({SIGNED})\n\nLike it?", "Here:\n\nLike it?"),
        (f"See [the cat]({SIGNED}) now.", "See the cat now."),
        (f"See [the cat]({SIGNED} 'cat') now.", "See the cat now."),
        (f"It is <{URL}>.", "It is ."),
        (f"{SIGNED} and {URL}?other=sign", "and"),
        ("Nothing  to\n\n\n see https://other.example/a.png", None),
        (SIGNED, ""),
    ],
)
def test_a_link_goes_and_its_words_stay(text: str, shown: str | None):
    assert without_links(text, [SIGNED]) == (text if shown is None else shown)


def test_the_longer_of_two_links_goes_whole():
    assert without_links("x https://s/a/b y", ["https://s/a", "https://s/a/b"]) == "x y"


@given(st.text(), st.lists(st.text(alphabet="abc:/", min_size=3), max_size=2))
def test_text_without_links_stays_as_it_is(text: str, urls: list[str]):
    shown = without_links(text, [*urls, "", "https://never.example/x"])
    assert shown == text or any(url in text for url in urls)
