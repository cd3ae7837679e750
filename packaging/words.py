"""The catalogues of the window's words: what stands in the code, and what translators made of it.

``tr``, ``tr_n``, ``tr_in`` and ``mark`` take literals; a table annotated with ``Prose`` holds them.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from console import ROOT, say

sys.path.insert(0, str(ROOT))
from desktop_app.languages import ENGLISH, NAMES, Entry, read_entries

FOLDER = ROOT / "resources" / "languages"
_ONE_TEXT = ("tr", "mark")
_RULES = {  # of plurals, as CLDR and gettext have them
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "zh_CN": "nplurals=1; plural=0;",
    "ar": (
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
        "n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
    ),
}


class Key(NamedTuple):
    """What a sentence is found by; sorted by its English words."""

    one: str
    context: str = ""
    many: str = ""


def languages() -> tuple[str, ...]:
    """The languages that have a catalogue."""
    return tuple(name for name in NAMES if name != ENGLISH)


def forms(language: str) -> int:
    """How many plural forms a language has."""
    return int(_RULES[language].partition(";")[0].removeprefix("nplurals="))


def renew() -> None:
    """Bring every catalogue in step with the code: new sentences are empty, dead ones are gone."""
    wanted = found_in(ROOT / "desktop_app")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in languages():
        path = FOLDER / f"{language}.po"
        known = read(path)
        path.write_text(compose(language, wanted, known), encoding="utf-8", newline="\n")
        empty = sum(not all(known.get(key, ("",))) for key in wanted)
        say(f"{path.name}: {len(wanted)} sentences, {empty} to be translated")


def read(path: Path) -> dict[Key, tuple[str, ...]]:
    """The translations of a catalogue by what they translate, without its header."""
    if not path.exists():
        return {}
    entries = read_entries(path.read_text(encoding="utf-8"))
    return {_key(entry): entry.said for entry in entries if entry.one}


def _key(entry: Entry) -> Key:
    return Key(entry.one, entry.context, entry.many)


def found_in(package: Path) -> dict[Key, list[str]]:
    """Every sentence of the code, in order, with the files it stands in."""
    found: dict[Key, set[str]] = {}
    for path in package.rglob("*.py"):
        place = path.relative_to(package.parent).as_posix()
        for key in sentences_of(ast.parse(path.read_text(encoding="utf-8"))):
            if key.one:
                found.setdefault(key, set()).add(place)
    return {key: sorted(found[key]) for key in sorted(found)}


def sentences_of(tree: ast.AST) -> Iterator[Key]:
    """The sentences of one file."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _ONE_TEXT:
                yield from (Key(text) for text in literals(first))
            case ast.Call(func=ast.Name(id="tr_n"), args=[one, many, *_]):
                yield from (Key(*pair) for pair in _pairs(one, many))
            case ast.Call(func=ast.Name(id="tr_in"), args=[context, word]):
                for where in literals(context):
                    yield from (Key(text, where) for text in literals(word))
            case ast.AnnAssign(annotation=ast.Name(id="Prose"), value=ast.Dict(values=values)):
                yield from (Key(text) for value in values for text in literals(value))


def _pairs(one: ast.expr, many: ast.expr) -> Iterator[tuple[str, str, str]]:
    for singular, plural in zip(literals(one), literals(many), strict=True):
        yield singular, "", plural


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from literals(body)
            yield from literals(orelse)


def compose(language: str, wanted: dict[Key, list[str]], known: dict[Key, tuple[str, ...]]) -> str:
    """A catalogue as text, with the translations that are known."""
    header = (
        f"Language: {language}\n",
        "Content-Type: text/plain; charset=UTF-8\n",
        f"Plural-Forms: {_RULES[language]}\n",
    )
    lines = [f"# Parley in {NAMES[language]}. Renewed by: python3 packaging/dev.py words"]
    lines += ['msgid ""', 'msgstr ""', *map(_quoted, header), ""]
    for key, places in wanted.items():
        lines += [f"#: {place}" for place in places]
        lines += _entry(key, known.get(key, ()), forms(language))
    return "\n".join(lines)


def _entry(key: Key, said: tuple[str, ...], number: int) -> Iterable[str]:
    if key.context:
        yield f"msgctxt {_quoted(key.context)}"
    yield f"msgid {_quoted(key.one)}"
    if key.many:
        said = (*said, *[""] * number)[:number]
        yield f"msgid_plural {_quoted(key.many)}"
        yield from (f"msgstr[{form}] {_quoted(text)}" for form, text in enumerate(said))
    else:
        yield f"msgstr {_quoted(said[0] if said else '')}"
    yield ""


def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'
