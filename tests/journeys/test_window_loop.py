"""The window on its own loop, with the real engine, service and sound server behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import Phase
from tests.fakes.person import Journey, Person, travel

DEMO = Path(__file__).parents[2] / "resources" / "demo"


@pytest.fixture
def live(qapp: QApplication) -> Callable[[Journey], None]:
    """Runs a journey on the window's loop."""
    return partial(travel, qapp)


def test_a_typed_question_is_answered_and_titles_its_thread(live):
    async def journey(person: Person) -> None:
        person.types("what is seven times eight")
        assert "56" in (await person.sees_reply()).text
        [thread] = await person.sees(lambda state: state.threads)
        assert thread.title.lower() == "what is seven times eight"

    live(journey)


def test_voice_hears_two_questions_without_a_key_and_closes_when_ended(live, sound_server):
    async def journey(person: Person) -> None:
        person.clicks("Start a spoken conversation")
        await person.sees_phase(Phase.LISTENING)
        await sound_server.speak(DEMO / "remember_green.wav")
        assert "green" in (await person.sees_reply(1)).text
        await person.sees_phase(Phase.LISTENING)
        await sound_server.speak(DEMO / "favorite_color.wav")
        reply = await person.sees_reply(2)
        assert reply.text == "You told me that your favorite color is green."
        assert reply.is_spoken
        await person.sees_phase(Phase.LISTENING)
        person.clicks("End")
        await person.sees_phase(Phase.READY)

    live(journey)


def test_a_new_thread_closes_the_microphone_of_the_one_that_was_left(live, sound_server):
    async def journey(person: Person) -> None:
        person.clicks("Start a spoken conversation")
        await sound_server.microphone_is_open()
        await person.sees_phase(Phase.LISTENING)
        left = person.state.conversation.thread_id
        QTest.keyClick(person.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        await person.sees(
            lambda state: state.voice.thread_id == state.conversation.thread_id != left
        )
        assert person.state.voice.phase is Phase.READY
        await sound_server.microphone_is_closed()

    live(journey)


def test_escape_silences_a_spoken_reply_and_the_next_question_is_answered(live, sound_server):
    async def journey(person: Person) -> None:
        person.clicks("Start a spoken conversation")
        await person.sees_phase(Phase.LISTENING)
        person.types("what can you do")
        await person.sees_phase(Phase.SPEAKING)
        QTest.keyClick(person.window, Qt.Key.Key_Escape)
        await person.sees_phase(Phase.LISTENING)
        cut = await person.sees(
            lambda state: [
                one
                for one in state.conversation.messages
                if one.status is MessageStatus.INTERRUPTED
            ]
        )
        assert cut[0].heard_chars is not None
        assert cut[0].heard_chars < len(cut[0].text)
        person.types("what is two plus two")
        assert "4" in (await person.sees_reply()).text

    live(journey)


def test_without_a_microphone_the_window_says_so_and_typing_works(live):
    async def journey(person: Person) -> None:
        person.clicks("Start a spoken conversation")
        await person.sees(
            lambda state: [one for one in state.notices if one.code.startswith("device.")]
        )
        person.types("what is two plus two")
        assert "4" in (await person.sees_reply()).text

    live(journey)
