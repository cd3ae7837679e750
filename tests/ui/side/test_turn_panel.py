"""The panel of the last turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import Role, TurnTimes
from desktop_app.journal.reply_details import ReplyDetails
from desktop_app.journal.spending import Spent
from desktop_app.protocol.events import Usage
from desktop_app.ui.side.turn_panel import TurnPanel
from desktop_app.ui.wording import spoken_mark
from tests.ui.conftest import make_message


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Numbers as the window writes them in English."""
    before = QLocale(QLocale().name())  # QLocale() itself would change with the default
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


def test_bar_45_it_says_who_heard_wrote_and_spoke_and_where_the_time_went(look, qtbot):
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


@pytest.fixture
def panel(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    yield TurnPanel(look, parent)
    parent.close()


def _accent_dots(panel: TurnPanel, look) -> int:
    image, accent = panel.grab().toImage(), look.colour("accent").rgb()
    places = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return sum(image.pixel(x, y) == accent for x, y in places)


def test_what_took_time_alone_has_no_bar_as_there_is_nothing_beside_it(panel, look):
    panel.resize(280, 200)
    typed = TurnTimes(commit=1.0, first_text=1.2)
    panel.show_messages((make_message(2, "so", times=typed),))
    assert "first word: 200 ms" in panel.accessibleName()
    assert _accent_dots(panel, look) == 0
    spoken = TurnTimes(speech_end=1.0, commit=1.3, first_text=1.6)
    panel.show_messages((make_message(2, "so", times=spoken),))
    assert _accent_dots(panel, look) > 50


def spent(number: int, **usage: float):
    details = ReplyDetails(usage=Usage(**usage))
    return make_message(number, "so", model="a/b", details=details)


def test_bar_46_it_says_what_a_turn_and_the_thread_took(panel):
    first = spent(1, input_tokens=1000, output_tokens=20, cost_usd=0.002)
    second = spent(
        2, input_tokens=412, output_tokens=96, context_used_tokens=40, context_limit_tokens=128000
    )
    panel.show_messages((first, second))
    said = panel.accessibleName()
    assert "Tokens: 412 in, 96 out, Cost: not told, Context: 0% of 128k" in said
    assert "This thread, Tokens: 1,412 in, 116 out, This thread, Cost: $0.0020 or more" in said


def test_a_chosen_turn_is_shown_until_it_is_gone(panel):
    first, second = spent(1, input_tokens=1), spent(2, input_tokens=2)
    panel.show_messages((first, second))
    panel.choose("m1")
    assert "Tokens: 1 in" in panel.accessibleName()
    panel.show_messages((second,))
    assert "Tokens: 2 in" in panel.accessibleName()


def test_a_context_that_is_nearly_full_is_seen(panel):
    panel.resize(280, 400)
    panel.show_messages((spent(1, context_percent=90.0),))
    full = panel.grab().toImage()
    panel.show_messages((spent(1, context_percent=10.0),))
    assert panel.grab().toImage() != full


def test_bar_46_sums_of_the_whole_thread_and_of_today_are_beside_the_turn(panel):
    panel.show_messages((spent(1, input_tokens=10, output_tokens=2, cost_usd=0.5),))
    panel.show_sums(Spent(4000, 100, 1.5, 0, 61_000, 5_000), Spent(5000, 200, None, 1))
    said = panel.accessibleName()
    assert "This thread, Tokens: 4,000 in, 100 out, This thread, You spoke: 1:01" in said
    assert "This thread, Replies spoken: 0:05, This thread, Cost: $1.50" in said
    assert "Today, all threads, Tokens: 5,000 in, 200 out" in said
    assert said.endswith("Today, all threads, Cost: not told")


def test_speech_is_as_long_here_as_beside_the_message(panel):
    """To the nearest second in both: 0:04 there and 0:03 here was one and the same recording."""
    panel.show_messages((replace(spent(2), is_spoken=True, speech_ms=3_700),))
    assert "Reply spoken: 0:04" in panel.accessibleName()
    assert spoken_mark(3_700) == "0:04, spoken"
