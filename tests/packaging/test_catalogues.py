"""Every sentence of the window is there in every language, with its facts and its plurals."""

from __future__ import annotations

import re
import string

import pytest
import words

SENTENCES = words.found_in(words.ROOT / "desktop_app")
IS_SPACE = (" ", "\n")


def facts_of(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module", params=words.languages())
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalogue(language: str) -> dict[words.Key, tuple[str, ...]]:
    return words.read(words.FOLDER / f"{language}.po")


def test_there_are_sentences():
    assert len(SENTENCES) > 500
    assert words.Key("Send") in SENTENCES


def test_the_catalogue_holds_what_stands_in_the_code(catalogue):
    """If not: python3 packaging/dev.py words, then translate what is empty."""
    assert list(catalogue) == list(SENTENCES)


def test_bar_57_every_sentence_is_translated(catalogue):
    assert [key.one for key, said in catalogue.items() if not all(said)] == []


def test_the_facts_of_a_sentence_are_those_of_its_translation(catalogue):
    wrong = []
    for key, said in catalogue.items():
        wanted = facts_of(key.many or key.one)
        for text in said:
            is_word_for_a_number = key.many and facts_of(text) < wanted  # one, two, none
            if facts_of(text) != wanted and not is_word_for_a_number:
                wrong.append(text)
    assert wrong == []


def test_the_last_form_of_a_plural_names_its_number(catalogue):
    plurals = [said for key, said in catalogue.items() if key.many]
    assert [said for said in plurals if "{number}" not in said[-1]] == []


def test_there_are_as_many_forms_as_the_language_has(language, catalogue):
    wrong = [key for key, said in catalogue.items()
             if len(said) != (words.forms(language) if key.many else 1)]  # fmt: skip
    assert wrong == []


def test_words_begin_and_end_as_in_english(catalogue):
    """No blank at an end that English does not have, and no lost ellipsis."""
    wrong = []
    for key, said in catalogue.items():
        for text in said:
            blanks = text.startswith(IS_SPACE) or text.endswith(IS_SPACE)
            if blanks or text.endswith("…") != key.one.endswith("…"):
                wrong.append(text)
    assert wrong == []


def test_a_language_writes_one_apostrophe(language, catalogue):
    """That of books, where letters are left out (in French), and never that of keyboards too."""
    wrong = [one for said in catalogue.values() for one in said if re.search(r"\w'[\w{`«“]", one)]
    assert wrong == []


def test_what_a_person_types_is_not_translated(catalogue):
    """Commands, variables and settings in a sentence are the same everywhere."""
    literal = re.compile(r"`[^`]+`|--\w+|[A-Z]+_[A-Z]+|network\.\w+|https?://|wss?://")
    wrong = []
    for key, said in catalogue.items():
        wrong += [one for one in said if literal.findall(one) != literal.findall(key.one)]
    assert wrong == []
