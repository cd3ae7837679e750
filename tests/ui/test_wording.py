"""What the window says."""

from __future__ import annotations

import pytest

from desktop_app.ui import wording


def test_each_phase_has_its_word():
    from desktop_app.link.messages import Phase

    assert len({wording.phase_word(phase) for phase in Phase}) == len(Phase)
    assert wording.phase_word("thinking", thinking_s=3) == "Thinking, 3 s"
    assert wording.phase_word("listening", is_muted=True) == "You are muted"
    assert wording.phase_word("reconnecting", retry_in_s=4) == "Reconnecting in 4 s"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (("ready", "embedded", None), "Embedded, ready"),
        (("reconnecting", "embedded", 4), "Reconnecting in 4 s"),
        (("reconnecting", "embedded", 0), "Reconnecting"),
        (("offline", "backboard", None), "Offline, messages wait"),
        (("starting", "", None), "Starting"),
    ],
)
def test_the_connection_is_said_in_words(state, words):
    assert wording.connection_words(*state) == words


def test_spoken_messages_say_how_long():
    assert wording.spoken_mark(4200) == "0:04, spoken"
    assert wording.spoken_mark(0) == "spoken"
    assert wording.spoken_mark(61_000) == "1:01, spoken"


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("what did i say", "What did I say"),
        ("i'm here and i've time", "I'm here and I've time"),
        ("iPhone or Pixel", "iPhone or Pixel"),
        ("Already written.", "Already written."),
        ("", ""),
    ],
)
def test_bare_words_begin_like_a_sentence_and_nothing_is_added(heard: str, written: str):
    assert wording.as_written(heard) == written


def test_a_very_quick_word_is_not_said_to_take_no_time():
    assert wording.first_word_line(0.003) == "3 ms to first word"
    assert wording.first_word_line(0.0) == "1 ms to first word"
    assert wording.first_word_line(0.479) == "479 ms to first word"
    assert wording.first_word_line(1.48) == "1.48 s to first word"


def test_a_typed_turn_is_timed_from_enter():
    assert wording.since(is_spoken=False) == "From Enter"


def test_the_built_in_parts_are_named_in_words():
    assert wording.peer_words("builtin/basic") == "Built-in, basic"
    assert wording.peer_words("builtin/words") == "Built-in, shared words"
    assert wording.peer_words("builtin/en-gb") == "Built-in, en-gb"
    assert wording.peer_words("builtin") == "Built-in"
    assert wording.peer_words("openai/gpt-4.1") == "openai / gpt-4.1"
