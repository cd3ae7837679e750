"""Which language is spoken, and how a catalogue answers."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from desktop_app import prose, resources
from desktop_app.languages import Catalogue, Entry, choose, read_entries, speak

ARABIC = (
    "Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);\n"
)
FILE = r"""# A comment
msgid ""
msgstr ""
"Language: de\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: somewhere.py
msgid "Send"
msgstr "Senden"

msgctxt "a verb"
msgid "Play"
msgstr "Abspielen"

msgid "{number} file"
msgid_plural "{number} files"
msgstr[0] "{number} Datei"
msgstr[1] "{number} Dateien"

msgid "Two \"lines\"\nof a \\ path"
msgstr ""
"Zwei „Zeilen“\n"
"eines \\ Pfads"

msgid "Stop"
msgstr ""

#~ msgid "Dead"
#~ msgstr "Tot"
"""


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    prose.use_catalogue(gettext.NullTranslations())


@pytest.mark.parametrize(
    ("setting", "system", "spoken"),
    [
        ("de", ["fr"], "de"),
        ("system", ["de-AT", "en"], "de"),
        ("system", ["it_IT.UTF-8", "es"], "es"),
        ("system", ["zh-Hans-CN"], "zh_CN"),
        ("system", ["zh_SG"], "zh_CN"),
        ("system", ["zh-Hant-TW", "fr-CA"], "fr"),
        ("system", ["ar"], "ar"),
        ("system", ["C.UTF-8"], "en"),
        ("system", ["POSIX", "en_GB", "de"], "en"),
        ("system", [], "en"),
        ("klingon", ["es"], "es"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_first_that_is_known(setting, system, spoken):
    assert choose(setting, {}, system) == spoken


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"PARLEY_LANGUAGE": "ar", "LANG": "de_DE.UTF-8"}, "ar"),
        ({"PARLEY_LANGUAGE": "klingon", "LANG": "de_DE.UTF-8"}, "de"),
        ({"LANGUAGE": "it:fr", "LANG": "en_US.UTF-8"}, "fr"),
        ({"LANGUAGE": "", "LC_ALL": "es_ES"}, "es"),
        ({"LANG": "fr_FR@euro"}, "fr"),
        ({}, "zh_CN"),
    ],
)
def test_the_environment_comes_before_the_system(environment, spoken):
    assert choose("system", environment, ["zh_CN"]) == spoken


def test_parleys_own_variable_is_stronger_than_the_setting():
    assert choose("de", {"PARLEY_LANGUAGE": "fr_CA", "LANG": "es"}) == "fr"
    assert choose("de", {"LANG": "es"}) == "de"


def test_a_catalogue_says_sentences_contexts_and_plurals():
    prose.use_catalogue(Catalogue(read_entries(FILE)))
    assert prose.tr("Send") == "Senden"
    assert prose.tr_in("a verb", "Play") == "Abspielen"
    assert [prose.tr_n("{number} file", "{number} files", n) for n in (0, 1, 2)] == [
        "{number} Dateien",
        "{number} Datei",
        "{number} Dateien",
    ]
    assert prose.tr('Two "lines"\nof a \\ path') == "Zwei „Zeilen“\neines \\ Pfads"


def test_what_it_does_not_know_stays_english():
    prose.use_catalogue(Catalogue(read_entries(FILE)))
    assert prose.tr("Stop") == "Stop"
    assert prose.tr("Dead") == "Dead"
    assert prose.tr_in("a noun", "Play") == "Play"
    assert prose.tr_n("{number} day", "{number} days", 2) == "{number} days"


def test_arabic_has_six_forms():
    said = tuple("012345")
    prose.use_catalogue(Catalogue([Entry("", "", "", (ARABIC,)), Entry("", "one", "many", said)]))
    numbers = (0, 1, 2, 3, 10, 11, 99, 100, 102, 103)
    assert "".join(prose.tr_n("one", "many", n) for n in numbers) == "0123344553"


@pytest.mark.parametrize("broken", [b"\xff\xfe no text", b'msgid "a\nmsgstr', b"", None])
def test_a_broken_catalogue_leaves_english(broken, tmp_path: Path, monkeypatch, caplog):
    monkeypatch.setattr(resources, "ROOT", tmp_path)
    (tmp_path / "languages").mkdir()
    if broken is not None:
        (tmp_path / "languages" / "de.po").write_bytes(broken)
    speak("de")
    assert prose.tr("Send") == "Send"
    caplog.clear()


def test_an_impossible_plural_rule_leaves_english(tmp_path: Path, monkeypatch, caplog):
    monkeypatch.setattr(resources, "ROOT", tmp_path)
    (tmp_path / "languages").mkdir()
    text = FILE.replace("plural=(n != 1)", "plural=__import__('os')")
    (tmp_path / "languages" / "de.po").write_text(text, encoding="utf-8")
    speak("de")
    assert prose.tr("Send") == "Send"
    assert "de.po" in caplog.text
    caplog.clear()
