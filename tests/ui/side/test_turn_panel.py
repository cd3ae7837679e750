"""The panel of the last turn."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import Role, TurnTimes
from desktop_app.ui.side.turn_panel import TurnPanel
from tests.ui.conftest import make_message


def test_it_says_who_heard_wrote_and_spoke_and_where_the_time_went(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    panel = TurnPanel(look, parent)
    times = TurnTimes(speech_end=1.0, commit=1.3, transcript=1.4, first_text=1.6, first_sound=1.8)
    question = make_message(1, "why", Role.USER, heard_by="builtin/basic")
    reply = make_message(2, "so", model="openai/gpt", spoken_by="builtin/basic", times=times)
    panel.show_messages((question, reply))
    assert panel.accessibleName() == (
        "Model: openai / gpt, Heard by: Built-in, basic, Spoken by: Built-in, basic, "
        "end of turn: 300 ms, transcript: 100 ms, first word: 200 ms, first sound: 200 ms"
    )
    panel.resize(280, 400)
    assert panel.grab().width() == 280


def test_without_a_reply_it_is_empty(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    panel = TurnPanel(look, parent)
    panel.show_messages((make_message(1, "why", Role.USER),))
    assert panel.is_empty
