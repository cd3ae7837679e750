"""Words for people go through a catalogue, and stay English where it knows none."""

from __future__ import annotations

import gettext

import pytest

from desktop_app import prose


class Shouting(gettext.NullTranslations):
    """A language in which everything is said loudly."""

    def gettext(self, message: str) -> str:
        return message.upper()

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return (msgid1 if n == 1 else msgid2).upper()

    def pgettext(self, context: str, message: str) -> str:
        return f"{context}: {message}"


@pytest.fixture
def shouting():
    prose.use_catalogue(Shouting())
    yield
    prose.use_catalogue(gettext.NullTranslations())


def test_without_a_catalogue_everything_is_english():
    assert prose.tr("Send") == "Send"
    assert prose.tr_n("{number} file", "{number} files", 2) == "{number} files"
    assert prose.tr_in("a verb", "Play") == "Play"


def test_with_one_sentences_numbers_and_contexts_are_translated(shouting):
    assert prose.tr("Send") == "SEND"
    assert prose.tr_n("{number} file", "{number} files", 1) == "{NUMBER} FILE"
    assert prose.tr_in("a verb", "Play") == "a verb: Play"


def test_nothing_to_say_is_not_looked_up(shouting):
    assert prose.tr("") == "", "gettext answers an empty key with the catalogue's header"


def test_a_mark_leaves_a_sentence_as_it_is(shouting):
    assert prose.mark("Send") == "Send"
