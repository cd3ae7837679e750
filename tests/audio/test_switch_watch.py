"""A switch that is off, a noise gate and a room are told apart by their zeros."""

from desktop_app.audio.switch_watch import SwitchWatch


def watched(picture: str) -> SwitchWatch:
    """After blocks of 20 ms: ``#`` of a room, ``!`` of a voice, ``.`` of zeros."""
    watch = SwitchWatch(20)
    for mark in picture:
        watch.note(is_sound=mark != ".", is_loud=mark == "!")
    return watch


def test_a_switch_that_goes_off_after_sound_is_noticed_within_a_second():
    assert not watched("#" * 100 + "." * 39).is_off
    assert watched("#" * 100 + "." * 40).is_off


def test_a_device_that_never_gave_sound_is_off_as_soon():
    assert not watched("." * 39).is_off
    assert watched("." * 40).is_off


def test_the_first_sound_ends_it():
    assert not watched("." * 500 + "#").is_off


def test_a_gate_that_opened_and_closed_between_words_is_given_longer():
    gate = "#" * 20 + "." * 10 + "#" * 20 + "." * 10 + "#" * 20
    assert not watched(gate + "." * 1_499).is_off
    assert watched(gate + "." * 1_500).is_off


def test_zeros_before_the_first_sound_and_single_lost_blocks_are_no_gate():
    assert watched("." * 10 + "#.#.#.#.#.#" + "." * 40).is_off


def test_a_switch_that_is_used_often_is_no_gate():
    assert watched(("#" * 50 + "." * 60) * 5).is_off


def test_a_gate_that_opens_with_a_word_after_long_pauses_is_told_from_a_switch():
    sentence = "." * 60 + "!" * 30
    assert watched("#" + sentence + "." * 60).is_off
    assert not watched("#" + sentence * 2 + "." * 60).is_off
    assert watched("#" + sentence * 2 + "." * 1_500).is_off


def test_a_switch_that_is_off_from_the_start_and_opens_into_a_word_is_no_gate():
    assert watched("." * 60 + "!" * 30 + "#." * 100 + "." * 60).is_off


def test_another_stream_begins_anew():
    watch = watched("." * 100)
    watch.begin()
    assert not watch.is_off
