"""How likely answers are, beside the conversation."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import Role
from desktop_app.journal.reply_details import ReplyDetails
from desktop_app.protocol.backboard.system_one import (
    ChoiceAnswer,
    NoulAnswer,
    ScoreAnswer,
    SystemOneResult,
    result_of,
)
from desktop_app.protocol.commands import TurnWishes
from desktop_app.ui.side.shares import judged_of
from desktop_app.ui.side.turn_panel import TurnPanel
from tests.ui.conftest import make_message

ANSWERS = {
    "q1": NoulAnswer(noul=0.9),
    "q2": ChoiceAnswer(choice="a", probabilities={str(n): n / 28 for n in range(8)}),
    "q3": ScoreAnswer(
        score=0.7, legend={"0": "calm", "1": "cross"}, probabilities={"0": 0.3, "1": 0.7}
    ),
}
ASKED = make_message(
    1,
    "Is it urgent?",
    Role.USER,
    wishes=TurnWishes(
        fields={
            "system_one": {"questions": {"q1": {"type": "noul", "instructions": "Is it\nurgent?"}}}
        }
    ),
)
REPLY = make_message(2, "| 90% |", details=ReplyDetails(judged=result_of("jev", ANSWERS, {})))


def test_answers_stand_below_their_questions_the_likeliest_first_levels_in_order():
    yes_no, choice, scale = judged_of(REPLY, ASKED)
    assert yes_no.question == "Is it urgent?"
    assert [(one.words, one.percent) for one in yes_no.shares] == [("Yes", "90%"), ("No", "10%")]
    assert [one.words for one in choice.shares] == ["7", "6", "5", "4", "3", "2"]
    assert [(one.words, one.part) for one in scale.shares] == [("calm", 0.3), ("cross", 0.7)]
    assert scale.question == "q3"


def test_words_of_a_person_keep_their_direction_where_people_read_from_the_right(qapp):
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yes_no, choice, _ = judged_of(REPLY, ASKED)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert yes_no.question == "\u2068Is it urgent?\u2069"
    assert choice.shares[0].words == "\u20687\u2069"


@pytest.mark.parametrize("reply", [None, make_message(2, "so")])
def test_other_replies_have_none(reply):
    assert judged_of(reply, ASKED) == ()


def test_an_answer_of_a_kind_that_is_not_known_is_left_out():
    result = SystemOneResult(model="jev", answers={"q1": {"type": "song"}})
    assert judged_of(make_message(2, "x", details=ReplyDetails(judged=result)), ASKED) == ()


def test_the_panel_says_and_paints_them(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    panel = TurnPanel(look, parent)
    panel.resize(280, 900)
    panel.show_messages((ASKED, REPLY))
    assert "Is it urgent?: Yes 90%, No 10%" in panel.accessibleName()
    picture = panel.grab().toImage()
    accent = look.colour("accent").rgb()
    bars = [y for y in range(picture.height()) if picture.pixel(8, y) == accent]
    assert len(bars) > 20
    assert panel.sizeHint().height() > 12 * 30
