"""Markdown of a model, as HTML that loads nothing, runs nothing and loses nothing."""

from __future__ import annotations

import re

import pytest

from desktop_app.export.formatted import LONGEST, formatted


def test_what_a_reply_is_made_of_is_formatted():
    page = formatted(
        "# Rivers\n\nThe **Tejo** and `code`, ~~not~~ [more](https://example.org).\n\n"
        "| River | km |\n|---|--:|\n| Tejo | 1007 |\n\n```python\nprint(1 < 2)\n```\n\n1. one\n"
    )
    for part in (
        *('<h3 dir="auto">Rivers</h3>', "<strong>Tejo</strong>", "<code>code</code>"),
        *("<s>not</s>", '<a href="https://example.org">more</a>', '<td dir="auto">Tejo</td>'),
        *("print(1 &lt; 2)</code></pre>", '<ol dir="auto">\n<li dir="auto">one</li>'),
    ):
        assert part in page


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"It is $\pi r^2$.", '<p dir="auto">It is <span class="math">π r²</span>.</p>'),
        (r"So \(x_1 < y\).", '<p dir="auto">So <span class="math">x₁ &lt; y</span>.</p>'),
        ("$$\n\\frac{a}{b}\n$$", '<p dir="auto"><span class="math">a/b</span></p>'),
        ("> - $x^2$", '<span class="math">x²</span>'),
        ("It costs $5 and $6.", '<p dir="auto">It costs $5 and $6.</p>'),
        ("`$x^2$`", "<code>$x^2$</code>"),
        ("```\n$x^2$\n```", "<pre><code>$x^2$</code></pre>"),
        ("$x_<b>`$", "&lt;b&gt;&#x27;</span>"),
    ],
)
def test_mathematics_is_read_as_in_the_window(written, shown):
    assert shown in formatted(written)


def test_each_block_has_a_direction_of_its_own():
    assert formatted("Hello\n\n中文").count('<p dir="auto">') == 2


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>steal()</script>",
        "<img src=http://example.org/a.png>",
        "![seen](http://example.org/a.png)",
        "[run](javascript:steal())",
        "[run](JaVaScRiPt:steal())",
        "[open](file:///etc/passwd)",
        "[open](data:text/html;base64,AAAA)",
        "<javascript:steal()>",
        '[a](http://example.org/"onclick="steal())',
        '```"><script>steal()</script>\nx\n```',
        "[a]: javascript:steal()\n\n[a]",
    ],
)
def test_nothing_is_loaded_and_nothing_is_run(hostile):
    page = formatted(f"Before\n\n{hostile}\n\nafter")
    assert "after" in page
    assert not re.search(r"<(?!/?(p|a|pre|code|br)\b)", page)
    assert not re.search(r'href="(?!https?:|mailto:)', page)
    assert not re.search(r'<[^>]*"\s*on\w+=', page)


@pytest.mark.parametrize(
    "deep", ["> " * 30 + "deep", "> " * 5_000 + "deep", "- " * 400 + "deep", "**a *" * 900 + "deep"]
)
def test_no_word_is_lost_however_deep_it_stands(deep):
    assert "deep" in formatted(deep)


def test_what_is_very_long_stands_as_it_was_written():
    page = formatted("*a* < b\n" * LONGEST)
    assert page.startswith('<p class="text" dir="auto">*a* &lt; b\n')
