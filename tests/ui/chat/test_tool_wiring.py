"""Allowing a call once, or for good, and taking that back in the settings."""

from __future__ import annotations

import pytest
from msgspec import structs
from PySide6.QtCore import Qt

from desktop_app.journal.records import MessageStatus
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.link.messages import MessageSaved
from desktop_app.link.replies import DecideTool, Decision, ToolRuns
from desktop_app.settings import ApprovalSettings, load
from desktop_app.ui.chat.folds import folds_of
from desktop_app.ui.chat.tool_wiring import approvals_for
from desktop_app.ui.settings.approvals_card import approval_words
from tests.ui.conftest import make_message

CALL = ToolUse(
    "c", "look_up", '{"of": "tram", "at": "Lisbon"}', state=ToolState.WANTED, run_id="run"
)


@pytest.fixture
def waiting(desk):
    """A reply that waits for one call."""
    desk.wiring.threads.open_thread("a")
    details = ReplyDetails(tools=(CALL,))
    reply = make_message(2, "", turn=4, status=MessageStatus.STREAMING, details=details)
    desk.store.apply(MessageSaved(reply))
    desk.store.tell()
    desk.chat = desk.window.pane.chat
    return desk


def choose(waiting, words):
    menu = waiting.wiring.tools.always_menu("m2", "c")
    next(one for one in menu.actions() if one.text() == words).trigger()
    menu.deleteLater()


def allowed(waiting):
    return list(load(waiting.wiring.settings.keeper._path).approvals.values())


def test_bar_44_a_call_shows_what_can_be_decided_and_runs_when_it_is_allowed(waiting):
    [fold] = folds_of(waiting.store.state.conversation.messages[-1])
    assert [kind for kind, _ in fold.actions] == ["refuse", "answer", "always", "run"]
    waiting.chat.tool_allowed.emit("m2", "c")
    [sent] = waiting.sent_of(DecideTool)
    assert (sent.decision, sent.call.name, sent.place.call_ids) == (Decision.RUN, "look_up", ("c",))
    assert allowed(waiting) == []
    waiting.store.apply(ToolRuns("a", 4, "c"))
    [fold] = folds_of(waiting.store.state.conversation.messages[-1])
    assert (fold.note, fold.actions) == ("running", ())


@pytest.mark.parametrize(
    ("words", "approval"),
    [
        ("Exactly this call, always", ApprovalSettings("look_up", CALL.arguments)),
        ("Whenever at is Lisbon", ApprovalSettings("look_up", '{"at":"Lisbon"}', exact=False)),
        ("Every call of look_up in this thread", ApprovalSettings("look_up", thread="a")),
        ("Every call of look_up, everywhere", ApprovalSettings("look_up")),
    ],
)
def test_bar_44_a_call_is_allowed_for_good_in_each_measure(waiting, words, approval):
    choose(waiting, words)
    assert allowed(waiting) == [approval]
    assert waiting.sent_of(DecideTool)[0].decision is Decision.RUN


def test_the_same_approval_stands_in_the_settings_once(waiting):
    for _ in range(2):
        choose(waiting, "Every call of look_up, everywhere")
    assert len(allowed(waiting)) == 1


def test_bar_44_an_approval_is_listed_and_revoked_in_the_settings(waiting, qtbot):
    choose(waiting, "Every call of look_up in this thread")
    waiting.window.settings_requested.emit()
    card = waiting.wiring.settings._page.approvals
    [button] = card.buttons.values()
    assert button.accessibleName() == "Revoke: Every call of look_up, in one thread"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert allowed(waiting) == []
    assert card.buttons == {}


def test_a_call_without_arguments_offers_no_patterns():
    call = ToolUse("c", "now", state=ToolState.WANTED)
    assert len(approvals_for(call, "a")) == 3


def test_an_approval_is_said_in_a_line():
    assert approval_words(ApprovalSettings("f", '{"a":1}')) == 'f with exactly {"a":1}'
    assert approval_words(ApprovalSettings("f", '{"a":1}', exact=False)) == 'f whenever {"a":1}'


def test_what_is_allowed_for_good_hides_nothing_of_what_a_model_wrote(waiting):
    given = r'{"of": "a&b\n\u202edc", "at": "' + "x" * 40 + r'\u202exx"}'
    call = ToolUse("c", "look_up", given, state=ToolState.WANTED, run_id="run")
    reply = waiting.store.state.conversation.messages[-1]
    shown = structs.replace(reply, details=ReplyDetails(tools=(call,)))
    waiting.store.apply(MessageSaved(shown))
    waiting.store.tell()
    menu = waiting.wiring.tools.always_menu("m2", "c")
    words = [one.text().replace("&&", "§") for one in menu.actions()]
    menu.deleteLater()
    assert not any("&" in said for said in words)
    assert r"Whenever of is a§b\n\u202edc" in words
    assert f"Whenever at is {'x' * 40}…" in words
