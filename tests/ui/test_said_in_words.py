"""Whatever the window says goes through the catalogue: no bare words, no words put together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import desktop_app
from desktop_app.ui.look import Tokens

PACKAGE = Path(desktop_app.__file__).parent
FILES = sorted((PACKAGE / "ui").rglob("*.py"))
SAYS = re.compile(
    r"set(Text|ToolTip|PlaceholderText|AccessibleName|AccessibleDescription|WindowTitle|Title"
    r"|PlainText|Suffix|Prefix)|add(Action|Item|Menu|Tab)|show_(text|words|note|title)"
    r"|describe|QLabel|QAction|Label|WrappedText|Button|EmptyPane|KeyCap|_button"
)
NAMED = ("text", "says", "title", "hint", "words", "note")  # arguments that are shown, of any call
KEYS = re.compile(
    r"((Ctrl|Shift|Alt|Meta)\+)*(Ctrl|Shift|Alt|Meta|Space|Esc|Enter|PgUp|PgDown|Del|F\d+|.)"
)
IS_WORD = re.compile(r"[^\W\d_]{2}")
NO_WORDS = {"Parley", "Space", *Tokens._fields}  # a name, a key of any keyboard, colours
NO_PROSE = re.compile(r"#[0-9a-f]{6}|\w+://.*|[\w.-]+/[\w.-]+")  # colours, addresses, model names


def bare_words(node: ast.expr) -> Iterator[str]:
    """Words for people that an argument holds and no ``tr`` stands around."""
    match node:
        case ast.Constant(value=str() as text):
            is_prose = not KEYS.fullmatch(text) and not NO_PROSE.fullmatch(text)
            if is_prose and IS_WORD.search(text) and text not in NO_WORDS:
                yield text
        case ast.JoinedStr(values=values):
            for value in values:
                yield from bare_words(value)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*bare_words(body), *bare_words(orelse))
        case ast.BoolOp(values=values):
            for value in values:
                yield from bare_words(value)
        case ast.BinOp(left=left, right=right):
            yield from (*bare_words(left), *bare_words(right))
        case ast.Call(func=ast.Attribute(value=value, attr="format")):
            yield from bare_words(value)


def shown_by(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that a person gets to see."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if SAYS.fullmatch(name):
        yield from (one for one in call.args if not _is_icon(name, call, one))
    yield from (one.value for one in call.keywords if one.arg in NAMED)


def _is_icon(name: str, call: ast.Call, argument: ast.expr) -> bool:
    """Names of icons and colours are no words."""
    return (
        isinstance(argument, ast.Constant)
        and str(argument.value).islower()
        and (argument is not call.args[0] or name in ("EmptyPane", "_button"))
    )


def found_in(source: str) -> list[str]:
    """What is wrong in a file."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", "")
        if name in ("tr", "tr_n", "tr_in", "mark"):
            found += [
                f"line {node.lineno}: {name} cannot look up what is put together"
                for one in node.args
                if isinstance(one, ast.JoinedStr | ast.BinOp)
                or (isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "format")
            ]
        found += [
            f"line {node.lineno}: “{text}” is not said through tr"
            for one in shown_by(node)
            for text in bare_words(one)
        ]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_window_says_nothing_but_what_is_translated(path: Path):
    assert found_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        'button.setText("Send")',
        'label.show_text("Wait" if busy else tr("Ready"))',
        'Button(look, self, icon="x", says="Close it")',
        'label.setToolTip(f"Asked {number} times")',
        'tr(f"Asked {number} times")',
        'tr("Asked {number}".format(number=1))',
        'QLabel("The name: {name}".format(name=name))',
    ],
)
def test_bare_words_are_found(source: str):
    assert found_in(source)


@pytest.mark.parametrize(
    "source",
    [
        'button.setText(tr("Send"))',
        'button.describe(tr("Send"), "Ctrl+Shift+S")',
        'label.show_text(f"{name} · {time}", "danger")',
        'tr("Asked {number}").format(number=1)',
        'Button(look, self, icon="close", says=tr("Close"))',
    ],
)
def test_what_is_translated_passes(source: str):
    assert found_in(source) == []
