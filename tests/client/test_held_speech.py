"""Utterances that wait keep their order, their sound and their ends."""

from __future__ import annotations

from desktop_app.client.held_speech import PIECE_BYTES, HeldSpeech


def held(*said: tuple[int, bytes], most_bytes: int = 100_000) -> HeldSpeech:
    speech = HeldSpeech(most_bytes)
    for turn, sound in said:
        speech.append(turn, sound)
    return speech


def left(speech: HeldSpeech) -> bytes:
    """The sound of the first utterance."""
    return b"".join(iter(speech.piece, b""))


def test_each_utterance_has_its_own_sound_and_end():
    speech = held((2, b"a"), (2, b"b"))
    speech.commit(2)
    speech.append(3, b"c")
    assert (left(speech), speech.end()) == (b"ab", True)
    assert (left(speech), speech.end()) == (b"c", False)
    assert not speech
    assert (speech.piece(), speech.end()) == (b"", False)


def test_an_end_may_be_all_that_waits():
    speech = held()
    speech.commit(2)
    assert (left(speech), speech.end()) == (b"", True)


def test_sound_goes_in_pieces_and_what_is_said_meanwhile_behind_it():
    speech = held((2, bytes(PIECE_BYTES + 1)))
    assert len(speech.piece()) == PIECE_BYTES
    speech.append(2, b"z")
    assert left(speech) == b"\0z"


def test_a_turn_that_is_dropped_takes_no_other_with_it():
    speech = held((2, b"a"), (3, b"b"), (4, b"c"))
    speech.commit(2)
    assert speech.drop(3)
    assert not speech.drop(9)
    assert (left(speech), speech.end()) == (b"a", True)
    assert left(speech) == b"c"


def test_of_a_turn_that_has_begun_only_the_end_is_left():
    speech = held((2, bytes(2 * PIECE_BYTES)))
    speech.piece()
    assert not speech.drop(2)
    assert left(speech) == b""
    assert speech


def test_there_is_a_bound():
    speech = held((2, b"ab"), (2, b"cd"), (3, b"ef"), most_bytes=3)
    speech.commit(3)
    assert (left(speech), speech.end()) == (b"abcd", False)
    assert (left(speech), speech.end()) == (b"", True)
