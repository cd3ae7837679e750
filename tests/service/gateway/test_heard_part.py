"""From heard milliseconds to heard words."""

from __future__ import annotations

import pytest

from desktop_app.service.gateway.heard_part import HeardPart

TEXT = "**Ten.** It is the square root of a hundred. More"
FIRST, SECOND = "**Ten.**", "It is the square root of a hundred."
SECOND_MS = 1_000.0


def spoken() -> HeardPart:
    part = HeardPart()
    part.written(TEXT[:20])
    part.begin(part.cut_out(FIRST))
    part.said(SECOND_MS)
    part.written(TEXT[20:])
    part.begin(part.cut_out(SECOND))
    part.said(SECOND_MS)
    part.said(SECOND_MS)
    part.finish()
    return part


@pytest.mark.parametrize(
    ("heard_ms", "heard"),
    [
        (0, ""),
        (900, ""),
        (1_000, "**Ten.**"),
        (2_000, "**Ten.** It is the square"),
        (3_000, "**Ten.** It is the square root of a hundred."),
        (9_000, "**Ten.** It is the square root of a hundred."),
    ],
)
def test_whole_sentences_count_by_their_sound_and_the_last_one_by_its_share(heard_ms, heard):
    assert TEXT[: spoken().characters(heard_ms)] == heard


def test_a_sentence_that_is_still_being_spoken_is_longer_than_its_sound_so_far():
    part = HeardPart()
    part.written(SECOND)
    part.begin(part.cut_out(SECOND))
    part.said(SECOND_MS)
    assert SECOND[: part.characters(1_000)] == "It is the"


def test_nothing_was_heard_of_what_was_never_spoken():
    part = HeardPart()
    part.written(TEXT)
    assert part.characters(500) == 0


def test_equal_sentences_are_told_apart():
    part = HeardPart()
    part.written("No. No. Yes.")
    assert [part.cut_out(one) for one in ("No.", "No.", "Yes.")] == [3, 7, 12]
