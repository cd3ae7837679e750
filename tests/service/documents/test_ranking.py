"""Meaning decides, words help a little; what is literal comes first."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.service.documents.questions import Emphasis
from desktop_app.service.documents.ranking import Cosines, merged


def _cosines(**values: float) -> Cosines:
    seqs = [int(name[1:]) for name in values]
    return Cosines(np.array(seqs, np.int64), np.array(list(values.values()), np.float32))


def _order(*args: object) -> list[int]:
    return [seq for seq, _ in merged(*args)]  # type: ignore[arg-type]


def test_without_vectors_words_decide():
    assert merged([(3, 2.0), (1, 1.0)], Cosines(), Emphasis.MEANING, 5) == [(3, 2.0), (1, 1.0)]


def test_words_cannot_outweigh_a_clear_meaning():
    assert _order([(2, 9.0)], _cosines(_1=0.8, _2=0.5), Emphasis.MEANING, 5) == [1, 2]


def test_words_decide_between_equal_meanings():
    found = merged([(2, 9.0)], _cosines(_1=0.8, _2=0.78), Emphasis.MEANING, 5)
    assert found == [(2, pytest.approx(0.88)), (1, pytest.approx(0.8))]


def test_what_is_unrelated_and_shares_no_word_is_left_out():
    assert _order([(3, 1.0)], _cosines(_1=0.6, _2=0.1, _3=0.1), Emphasis.MEANING, 5) == [1, 3]


def test_a_passage_without_a_vector_yet_is_found_by_its_words():
    assert _order([(9, 4.0), (1, 1.0)], _cosines(_1=0.7, _2=0.5), Emphasis.MEANING, 2) == [1, 9]


def test_what_must_be_literal_comes_first_and_meaning_fills_up():
    assert _order([(2, 9.0)], _cosines(_1=0.9, _2=0.2), Emphasis.WORDS, 5) == [2, 1]


def test_in_other_languages_both_take_turns():
    cosines = _cosines(_1=0.9, _2=0.8, _3=0.7, _4=0.2)
    assert _order([(4, 2.0), (3, 1.0)], cosines, Emphasis.BOTH, 4) == [4, 1, 3, 2]


def test_no_more_than_asked_for():
    cosines = _cosines(**{f"_{n}": n / 100 for n in range(20, 90)})
    assert _order([], cosines, Emphasis.MEANING, 3) == [89, 88, 87]
