"""Words that matter, whatever form they come in."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.builtin.skills.content_words import content_stems, stem_of


@pytest.mark.parametrize(
    "forms",
    [
        ("park", "parks", "parked", "parking"),
        ("live", "lives", "lived", "living"),
        ("run", "runs", "running"),
        ("party", "parties"),
        ("dog", "dogs", "dog's", "dogs'", "dog\u2019s"),
        ("color", "colours", "colour", "colored"),
        ("name", "called", "named", "names"),
    ],
)
def test_the_forms_of_a_word_are_one(forms):
    assert len({stem_of(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["bus", "is", "a", "sing", "red", "bed", "glass", "\u8336", "e"])
def test_short_words_stay_words(word):
    assert stem_of(word) == word


def test_common_words_do_not_count():
    assert content_stems("Where did I park the cars?") == {"park", "car"}
    assert content_stems("What is it?") == frozenset()
