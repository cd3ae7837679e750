"""Mathematics in a text, and what only looks like it."""

from __future__ import annotations

import pytest

from desktop_app.ui.chat.math_spans import MATH_MARK, readable_math


def shown(markdown: str) -> str:
    return readable_math(markdown).source.replace(f"`{MATH_MARK}", "<").replace("`", ">")


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("so $E = mc^2$ it is", "so <E = mc²> it is"),
        (r"\(a_1\) and \[b\]", "<a₁> and <b>"),
        ("$x$ and $y$, the $n$-th", "<x> and <y>, the <n>-th"),
        ("$$x^2$$ inside", "<x²> inside"),
        ("$5x + 3 = 2$", "<5x + 3 = 2>"),
        ("$x-1$, $10-5$, $10-5=5$, $5-x$", "<x-1>, <10-5>, <10-5=5>, <5-x>"),
        ("$2k-1$ and $5 - 10$", "<2k-1> and <5 - 10>"),
        ("$a+b$ of $5$", "<a+b> of <5>"),
        ("$-5$ to $-2.5x$", "<-5> to <-2.5x>"),
        ("It is $3 a ride, so $3n$.", "It is $3 a ride, so <3n>."),
    ],
)
def test_bar_32_mathematics_is_found(written: str, seen: str):
    assert shown(written) == seen


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 or $10.",
        "between $5 and $6 = eleven",
        "US$5, CA$7",
        "It costs $5-10$, or $1.50-2.25$.",
        "$1,000-2,500$, $900-1,200$, $5-10k$, $5k-1m$",
        "$20k-$30k",
        "$20k, not $5",
        "From $2.50/kg to $3.00/kg",
        "$5/month ($60/year)",
        "$HOME and $PATH",
        "$HOME_DIR/$NAME",
        r"\$5 and \$6",
        "no $ at all",
    ],
)
def test_bar_32_prices_and_names_stay_text(text: str):
    assert readable_math(text).source == text


def test_bar_32_code_is_untouched():
    assert readable_math("`$x^2$` and ``a ` $y^2$``").source == "`$x^2$` and ``a ` $y^2$``"


def test_a_place_after_mathematics_is_found_again():
    written = r"The root \(\sqrt{2}\) is small"
    readable = readable_math(written)
    for word in ("The", "is", "small"):
        place = readable.place_of(written.index(word))
        assert readable.source[place:].startswith(word)
    inside = readable.place_of(written.index("sqrt"))
    assert readable.source[inside:] == " is small"
