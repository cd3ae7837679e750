"""A reply that hears itself is not answered; a person who quotes it is."""

from __future__ import annotations

import pytest

from desktop_app.engine.loop_breaker import LoopBreaker

REPLY = "Ten miles is about sixteen kilometers, and the road goes on along the river for a while."


class Talk:
    def __init__(self) -> None:
        self.now_s = 100.0
        self.turn = 0
        self.breaker = LoopBreaker(lambda: self.now_s)

    def replied(self, text: str = REPLY) -> Talk:
        self.turn += 1
        for at in range(0, len(text), 7):
            self.breaker.spoke(self.turn, text[at : at + 7])
        self.breaker.sounded()
        return self

    def heard(self, text: str, *, after_s: float = 0.2, for_s: float = 0.4) -> bool:
        self.now_s += after_s
        self.breaker.began()
        self.now_s += 3
        self.breaker.ended(self.now_s - 3 + for_s)
        return self.breaker.is_echo(self.turn + 1, text)


@pytest.mark.parametrize(
    "words",
    [
        "ten miles is about sixteen kilometers",
        "miles is about sixteen kilometres and the road goes on along the river",
        "the road goes on along the river for a while",
        "TEN MILES is about sixteen",
    ],
)
def test_the_replys_own_words_are_an_echo(words):
    assert Talk().replied().heard(words)


@pytest.mark.parametrize(
    "words",
    [
        "yes yes",
        "sixteen kilometers",
        "about sixteen kilometers",
        "and how many miles are ten kilometers along the road",
        "please stop talking about the river and tell me a joke",
        "",
    ],
)
def test_a_person_who_repeats_a_few_words_is_none(words):
    assert not Talk().replied().heard(words)


def test_what_is_said_long_after_the_reply_is_a_person():
    assert not Talk().replied().heard("ten miles is about sixteen kilometers", after_s=2)


def test_before_any_reply_there_is_no_echo():
    assert not Talk().heard("ten miles is about sixteen kilometers")


def test_an_echo_of_the_last_reply_is_found_behind_many_others():
    talk = Talk()
    for number in range(200):
        talk.replied(f"Sentence number {number} has nothing to say to anybody. ")
    assert talk.replied().heard("ten miles is about sixteen kilometers")


def test_the_reply_before_the_last_cannot_sound_any_more():
    talk = Talk().replied().replied("That is noted.")
    assert not talk.heard("ten miles is about sixteen kilometers")


def test_after_a_reply_only_its_last_words_can_still_ring():
    assert Talk().replied().heard("along the river for a while", after_s=1)
    assert not Talk().replied().heard("ten miles is about sixteen kilometers", after_s=1)
    assert not Talk().replied().heard("the road goes on along the river", after_s=1)


def test_a_person_who_says_at_once_what_the_reply_said_is_heard():
    talk = Talk().replied("I will keep in mind that your favorite color is green.")
    assert not talk.heard("remember that my favorite color is green", after_s=0.6)


def test_a_turn_that_a_person_began_by_hand_is_no_echo_but_the_next_may_be():
    talk = Talk().replied()
    talk.breaker.meant(2)
    assert not talk.heard("ten miles is about sixteen kilometers")
    assert talk.replied().heard("ten miles is about sixteen kilometers")


@pytest.mark.parametrize("after_s", [0.2, 0.7])
def test_who_goes_on_long_after_the_reply_fell_silent_repeats_it(after_s):
    lesson = "Now repeat after me: the cat sat on the mat."
    talk = Talk().replied(lesson)
    assert not talk.heard("the cat sat on the mat", after_s=after_s, for_s=1.6)
    assert Talk().replied(lesson).heard("the cat sat on the mat", after_s=after_s)
