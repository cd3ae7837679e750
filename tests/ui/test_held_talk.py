"""Whether somebody still talks, as far as the next engine is concerned."""

from __future__ import annotations

import pytest

from desktop_app.link.messages import (
    CancelTalk,
    Intent,
    Phase,
    PhaseChanged,
    PressTalk,
    ReleaseTalk,
    ToggleTalk,
)
from desktop_app.ui.held_talk import HeldTalk


def asked(*intents: Intent) -> HeldTalk:
    """At an engine that has not answered."""
    held = HeldTalk()
    for intent in intents:
        held.asked(intent)
        held.sent(intent)
    return held


def heard(begin: Intent) -> HeldTalk:
    """At an engine that hears the person."""
    held = asked(begin)
    held.told(PhaseChanged("t", Phase.CONNECTING))
    held.answered()
    held.told(PhaseChanged("t", Phase.HEARING))
    return held


@pytest.mark.parametrize("begin", [PressTalk("t"), ToggleTalk("t")])
@pytest.mark.parametrize("end", [ToggleTalk("t"), ReleaseTalk(), CancelTalk()])
def test_who_talks_is_known_from_what_was_asked(begin: Intent, end: Intent):
    held = asked(begin)
    assert held.press == PressTalk("t")
    held.asked(end)
    assert held.press is None
    held.asked(end)
    assert (held.press is None) is (end != ToggleTalk("t"))


@pytest.mark.parametrize("begin", [PressTalk("t"), ToggleTalk("t")])
def test_talk_that_an_engine_hears_outlives_it(begin: Intent):
    held = heard(begin)
    held.told(PhaseChanged("other", Phase.READY))
    held.lost()
    assert held.press == PressTalk("t")


@pytest.mark.parametrize("phase", [Phase.THINKING, Phase.READY, Phase.LISTENING, Phase.SPEAKING])
@pytest.mark.parametrize("begin", [PressTalk("t"), ToggleTalk("t")])
def test_talk_that_the_engine_ended_is_not_begun_again(begin: Intent, phase: Phase):
    held = heard(begin)
    held.told(PhaseChanged("t", phase))
    assert held.press is None


def test_a_toggle_that_ended_something_begins_nothing():
    held = HeldTalk()
    held.told(PhaseChanged("t", Phase.HEARING))  # somebody else's, or hands-free
    held.asked(ToggleTalk("t"))
    held.sent(ToggleTalk("t"))
    held.answered()
    held.told(PhaseChanged("t", Phase.THINKING))
    assert held.press is None


def test_who_was_refused_does_not_talk():
    held = asked(PressTalk("t"))
    held.told(PhaseChanged("t", Phase.READY))
    assert held.press == PressTalk("t"), "told before it was taken up"
    held.answered()
    assert held.press is None


def test_what_an_engine_answers_is_not_of_talk_that_waits_for_the_next():
    held = HeldTalk()
    held.asked(ToggleTalk("t"))
    held.answered()
    assert held.press == PressTalk("t")


def test_whoever_opens_another_thread_talks_in_it_or_not_at_all():
    held = asked(PressTalk("t"))
    held.opened("t")
    assert held.press == PressTalk("t")
    held.opened("other")
    assert held.press is None
