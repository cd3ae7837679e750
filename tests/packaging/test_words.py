"""The catalogues are made from the code and keep what translators wrote."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import words

SOURCE = """
TABLE: Prose = {"a": "From a table", "b": ("In brackets")}
ELSE: dict[str, str] = {"a": "no words"}
tr("Plain"), mark("Marked"), tr(variable), tr("On" if x else "Off")
tr_n("{number} day", "{number} days", n), tr_in("a verb", "Play"), other("Not said")
"""


def test_all_that_is_said_is_found():
    found = list(words.sentences_of(ast.parse(SOURCE)))
    assert sorted(found) == sorted(
        [
            words.Key("From a table"),
            words.Key("In brackets"),
            words.Key("Plain"),
            words.Key("Marked"),
            words.Key("On"),
            words.Key("Off"),
            words.Key("{number} day", many="{number} days"),
            words.Key("Play", "a verb"),
        ]
    )


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "desktop_app").mkdir()
    (tmp_path / "desktop_app" / "a.py").write_text('tr("Send")\ntr_n("{n} day", "{n} days", 1)\n')
    monkeypatch.setattr(words, "ROOT", tmp_path)
    monkeypatch.setattr(words, "FOLDER", tmp_path / "languages")
    return tmp_path


def test_translations_stay_new_ones_are_empty_and_dead_ones_go(house: Path):
    words.renew()
    german = house / "languages" / "de.po"
    german.write_text(german.read_text().replace('id "Send"\nmsgstr ""', 'id "Send"\nmsgstr "Los"'))
    (house / "desktop_app" / "a.py").write_text('tr("Send")\ntr("New \\"one\\"\\n")\n')
    words.renew()
    assert words.read(german) == {
        words.Key("Send"): ("Los",),
        words.Key('New "one"\n'): ("",),
    }


def test_a_plural_has_as_many_forms_as_the_language(house: Path):
    words.renew()
    key = words.Key("{n} day", many="{n} days")
    numbers = {
        name: len(words.read(house / "languages" / f"{name}.po")[key]) for name in words.languages()
    }
    assert numbers == {"de": 2, "es": 2, "fr": 2, "zh_CN": 1, "ar": 6}


def test_it_is_stable(house: Path):
    words.renew()
    before = {path.name: path.read_bytes() for path in (house / "languages").iterdir()}
    words.renew()
    assert {path.name: path.read_bytes() for path in (house / "languages").iterdir()} == before
