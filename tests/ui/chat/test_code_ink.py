"""The inks of code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.chat.code_grammars import _GRAMMARS, grammar_of
from desktop_app.ui.chat.code_ink import ink_line


def inked(language: str, *lines: str) -> list[list[tuple[str, str]]]:
    grammar, inside, seen = grammar_of(language), "", []
    assert grammar is not None
    for line in lines:
        inks, inside = ink_line(grammar, line, inside)
        seen.append([(line[ink.start : ink.end], ink.name.removeprefix("ink_")) for ink in inks])
    return seen


def test_a_line_of_python():
    assert inked("python", "def f(x): return 'a # b' + str(12)  # done") == [
        [
            ("def", "keyword"),
            ("f", "name"),
            ("return", "keyword"),
            ("'a # b'", "string"),
            ("str", "name"),
            ("12", "number"),
            ("# done", "comment"),
        ]
    ]


def test_a_string_over_lines_is_one():
    assert inked("py", 'a = """one', "def", 'two""" + 1') == [
        [('"""one', "string")],
        [("def", "string")],
        [('two"""', "string"), ("1", "number")],
    ]


def test_a_comment_over_lines_is_one():
    assert inked("ts", "x /* a", "b */ const y") == [
        [("/* a", "comment")],
        [("b */", "comment"), ("const", "keyword")],
    ]


@pytest.mark.parametrize(
    ("language", "line", "word"),
    [
        ("SQL", "SELECT name FROM t", "SELECT"),
        ("rust", "let mut x = 5;", "let"),
        ("Bash", "if [ -f a ]; then", "if"),
        ("json", '{"a": true}', "true"),
        ("go", "func main() {", "func"),
    ],
)
def test_languages_know_their_words(language: str, line: str, word: str):
    assert (word, "keyword") in inked(language, line)[0]


def test_an_unknown_language_has_no_grammar():
    assert grammar_of("") is None
    assert grammar_of("klingon") is None


@given(st.sampled_from(sorted(_GRAMMARS)), st.lists(st.text(max_size=60), max_size=6))
def test_inks_lie_in_order_inside_of_their_line(language: str, lines: list[str]):
    grammar, inside = _GRAMMARS[language], ""
    for line in lines:
        inks, inside = ink_line(grammar, line, inside)
        edges = [edge for ink in inks for edge in (ink.start, ink.end)]
        assert edges == sorted(edges)
        assert not edges or edges[-1] <= len(line)
