from __future__ import annotations

from desktop_app.audio.echo_meter import Echo, EchoMeter

REPLY = 2000.0
ROOM = 30.0


class Reply:
    """Twenty milliseconds of a reply after the other, and what the meter makes of them."""

    def __init__(self) -> None:
        self.meter = EchoMeter()
        for _ in range(100):
            self.meter.feed(0.0, ROOM, ROOM, is_speech=False)

    def plays(
        self, seconds: float, *, near: float, left: float, is_speech: bool = False
    ) -> list[Echo]:
        """The verdicts in order, repetitions left out."""
        seen: list[Echo] = []
        for _ in range(round(seconds * 50)):
            self.meter.feed(REPLY, near, left, is_speech=is_speech)
            if not seen or seen[-1] is not self.meter.verdict:
                seen.append(self.meter.verdict)
        return seen

    def removed(self, seconds: float = 2) -> list[Echo]:
        return self.plays(seconds, near=600.0, left=20.0)

    def left(self, seconds: float = 2) -> list[Echo]:
        return self.plays(seconds, near=600.0, left=500.0, is_speech=True)


def test_nothing_is_said_before_a_second_of_the_reply():
    reply = Reply()
    assert reply.removed(0.9) == [Echo.UNKNOWN]
    assert reply.removed(0.2) == [Echo.UNKNOWN, Echo.REMOVED]


def test_silence_proves_nothing():
    reply = Reply()
    for _ in range(500):
        reply.meter.feed(0.0, ROOM, ROOM, is_speech=False)
    assert reply.meter.verdict is Echo.UNKNOWN


def test_pauses_of_the_reply_are_no_evidence():
    reply = Reply()
    reply.removed(0.5)
    for _ in range(500):
        reply.meter.feed(0.0, ROOM, ROOM, is_speech=False)
    assert reply.meter.verdict is Echo.UNKNOWN
    assert reply.removed(0.6)[-1] is Echo.REMOVED


def test_an_echo_that_is_left_loud_is_not_removed_though_no_detector_calls_it_speech():
    assert Reply().plays(4, near=600.0, left=500.0) == [Echo.UNKNOWN, Echo.LEFT]


def test_headphones_are_noticed_in_a_loud_room():
    reply = Reply()
    for _ in range(200):
        reply.meter.feed(0.0, 150.0, 150.0, is_speech=False)
    assert reply.plays(2, near=150.0, left=30.0) == [Echo.UNKNOWN, Echo.NONE]


def test_who_spoke_before_the_reply_is_not_taken_for_the_room():
    reply = Reply()
    for _ in range(200):
        reply.meter.feed(0.0, 3000.0, 3000.0, is_speech=True)
    assert reply.removed() == [Echo.UNKNOWN, Echo.REMOVED], "an echo that is heard"


def test_headphones_are_noticed():
    reply = Reply()
    assert reply.plays(2, near=ROOM, left=ROOM / 4) == [Echo.UNKNOWN, Echo.NONE]


def test_the_first_words_of_a_person_are_no_echo_though_the_canceller_takes_them():
    reply = Reply()
    reply.plays(0.8, near=ROOM, left=ROOM / 4)
    assert reply.removed(0.4) == [Echo.UNKNOWN]
    assert reply.plays(1.2, near=ROOM, left=ROOM / 4)[-1] is Echo.NONE


def test_a_canceller_that_has_not_learnt_yet_gets_its_second_later():
    reply = Reply()
    assert reply.left(0.6) == [Echo.UNKNOWN]
    assert reply.removed(1.0) == [Echo.UNKNOWN]
    assert reply.removed(5.0)[-1] is Echo.REMOVED


def test_an_echo_that_stays_is_told_after_two_seconds():
    assert Reply().left(3) == [Echo.UNKNOWN, Echo.LEFT]


def test_a_person_who_talks_over_it_for_a_moment_changes_nothing():
    reply = Reply()
    reply.removed()
    assert reply.plays(0.5, near=3000.0, left=3000.0, is_speech=True) == [Echo.REMOVED]
    assert reply.removed(1) == [Echo.REMOVED]


def test_an_echo_that_comes_back_is_noticed_and_trusted_again_after_three_then_six_seconds():
    reply = Reply()
    reply.removed()
    assert reply.left(3) == [Echo.REMOVED, Echo.LEFT]
    assert reply.removed(4) == [Echo.LEFT]
    assert reply.removed(6)[-1] is Echo.REMOVED
    reply.left(3)
    assert reply.removed(10) == [Echo.LEFT]
    assert reply.removed(6)[-1] is Echo.REMOVED


def test_what_is_left_may_be_loud_without_sounding_like_speech():
    reply = Reply()
    assert reply.plays(3, near=600.0, left=590.0)[-1] is Echo.LEFT


def test_an_echo_taken_for_a_person_is_not_forgiven_at_once():
    reply = Reply()
    reply.removed()
    reply.meter.blame()
    assert reply.meter.verdict is Echo.LEFT
    assert reply.removed(2) == [Echo.LEFT]
    assert reply.removed(6)[-1] is Echo.REMOVED


def test_another_way_of_the_sound_is_measured_anew():
    reply = Reply()
    reply.removed()
    reply.meter.reset()
    assert reply.meter.verdict is Echo.UNKNOWN
    assert reply.removed(2)[-1] is Echo.REMOVED


def test_an_echo_that_lost_step_is_removed_again_only_when_one_was_heard_and_removed():
    reply = Reply()
    reply.removed()
    reply.meter.doubt()
    assert reply.plays(3, near=ROOM, left=ROOM / 4) == [Echo.DOUBTED], "the card ran dry"
    assert reply.removed(0.7) == [Echo.DOUBTED]
    assert reply.removed(0.4)[-1] is Echo.REMOVED
    reply.meter.doubt()
    assert reply.left(3) == [Echo.DOUBTED, Echo.LEFT]


def test_what_was_not_removed_before_is_not_doubted():
    for hear in (Reply.left, lambda reply: reply.plays(3, near=ROOM, left=ROOM / 4)):
        reply = Reply()
        *_, verdict = hear(reply)
        reply.meter.doubt()
        assert reply.meter.verdict is verdict


def test_an_echo_that_loses_step_again_is_measured_anew_again():
    reply = Reply()
    reply.removed()
    for _ in range(3):
        reply.meter.doubt()
        assert reply.removed(0.9) == [Echo.DOUBTED]
    assert reply.removed(0.2)[-1] is Echo.REMOVED
