"""A wish for one spoken turn: a line carries it there, and the next one does not."""

from __future__ import annotations

import pytest

from desktop_app.engine.inputs import LineOpened
from desktop_app.engine.next_turn_wish import NextTurnWish, wished
from desktop_app.link.thread_messages import NextTurnTaken
from desktop_app.protocol.commands import Answerer, ConfigureSession, SpeechInput, SpeechOutput

SESSION = ConfigureSession("a")
NOVA = Answerer("x/y", "", "openai/whisper-1", "openai/tts-1", "nova")


class Rig:
    def __init__(self) -> None:
        self.opened: list[ConfigureSession] = []
        self.renewals = 0
        self.told: list[object] = []
        self.published: list[object] = []
        self.wish = NextTurnWish(
            "a", self._open, renew=self._renew, tell=self.told.append, publish=self.published.append
        )

    async def _open(self, configuration: ConfigureSession) -> None:
        self.opened.append(configuration)

    def _renew(self) -> None:
        self.renewals += 1

    async def exchanged(self) -> None:
        """A line was opened and is used now."""
        await self.wish.open(SESSION)
        self.wish.tell(LineOpened())


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_bar_45_one_spoken_turn_has_another_model_and_voice(rig):
    await rig.exchanged()
    rig.wish.wish(NOVA)
    assert rig.renewals == 1
    await rig.exchanged()
    session = rig.opened[-1]
    assert (session.model, session.speech_input) == ("x/y", SpeechInput("openai/whisper-1"))
    assert session.speech_output == SpeechOutput("openai/tts-1", "nova")
    rig.wish.end()
    assert (rig.published, rig.renewals) == ([NextTurnTaken("a")], 2)
    await rig.exchanged()
    assert rig.opened[-1] == SESSION
    rig.wish.end()
    assert (len(rig.published), rig.told) == (1, [LineOpened()] * 3)


async def test_a_turn_that_began_before_leaves_the_wish_to_the_next(rig):
    await rig.exchanged()
    rig.wish.wish(NOVA)
    rig.wish.end()
    assert rig.published == []
    await rig.exchanged()
    rig.wish.end()
    assert rig.published == [NextTurnTaken("a")]


async def test_a_wish_that_comes_while_a_line_is_opened_is_not_forgotten(rig):
    await rig.wish.open(SESSION)
    rig.wish.wish(NOVA)
    before = rig.renewals
    rig.wish.tell(LineOpened())
    assert rig.renewals == before + 1


async def test_a_wish_can_be_taken_back(rig):
    rig.wish.wish(NOVA)
    rig.wish.wish(NOVA)
    await rig.exchanged()
    rig.wish.wish(Answerer())
    assert rig.renewals == 2
    rig.wish.end()
    assert rig.published == []


def test_nobody_in_particular_changes_nothing():
    named = ConfigureSession("a", SpeechInput("b"), SpeechOutput("c", "d"), "e/f")
    assert wished(named, Answerer()) == named
    assert wished(ConfigureSession("a", None, None), NOVA).speech_output is None
