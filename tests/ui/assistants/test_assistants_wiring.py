"""Assistants, as a person makes, changes, copies, deletes and chooses them."""

from __future__ import annotations

import json
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt

from desktop_app.journal.records import Role, ThreadRecord
from desktop_app.link.messages import Connection, ConnectionChanged
from desktop_app.link.thread_messages import ChooseAnswerer, ServiceDescribed, ThreadSaved
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.commands import Answerer
from desktop_app.protocol.service_calls import (
    AssistantCloned,
    AssistantDraft,
    AssistantList,
    AssistantSaved,
    CloneAssistant,
    DeleteAssistant,
    DocumentList,
    ListAssistants,
    ListDocuments,
    SaveAssistant,
)
from desktop_app.state import changes
from desktop_app.ui.chat.empty_state import EmptyPane
from desktop_app.ui.service_asks import AskError
from tests.ui.conftest import make_message

OWN = Assistant(assistant_id="own", name="Parley")
ADD = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
TUTOR = Assistant(assistant_id="t", name="Tutor", description="Latin", tools=[ADD], tok_k=5)


@pytest.fixture
def assistants(desk):
    """The page, open, over a thread with one message."""
    desk.asks.answers[ListAssistants] = AssistantList((OWN, TUTOR), "own")
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1, updated_at=1)]
    desk.reader.written = {"a": [make_message(1, "Hello", Role.USER)]}
    desk.wiring.start()
    desk.window.assistants_requested.emit()
    desk.page = desk.wiring.assistants._page
    desk.form = desk.page.form
    return desk


def press(qtbot, assistants, key, name):
    button = assistants.page.rows.row(key).findChild(object, name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def captions(assistants):
    return [(row.title, row.caption) for row in assistants.page.rows.texts]


def test_assistants_are_listed_with_who_answers_and_what_they_can(assistants):
    assert captions(assistants) == [
        ("Parley", "answers here · Parley's own"),
        ("Tutor", "Latin · 1 function"),
    ]
    assert assistants.page.rows.row("own").findChild(object, "delete") is None


def test_bar_45_an_assistant_answers_in_the_thread_and_what_it_does_not_know_is_said(
    assistants, qtbot
):
    press(qtbot, assistants, "t", "use")
    chosen = ChooseAnswerer("a", Answerer("", "t"))
    assert assistants.sent_of(ChooseAnswerer) == [chosen]
    assert assistants.window.pane.header.assistant_chip.text() == "Tutor"
    assert assistants.store.state.notices[-1].code == "assistant.begins"
    assert assistants.window.pane.page == ""
    assistants.wiring.assistants.use("own")
    assert assistants.sent_of(ChooseAnswerer)[-1].who == Answerer()
    assert assistants.window.pane.header.assistant_chip.text() == "Parley"


@pytest.mark.parametrize("thread_id", ["a", "elsewhere", ""])
def test_an_assistant_leaves_the_usual_model_where_no_other_was_chosen_for_the_service(
    assistants, qtbot, thread_id
):
    threads = (
        ThreadRecord(id="a", created_at=1, updated_at=1, model="a/b", profile="home"),
        ThreadRecord(id="elsewhere", created_at=1, updated_at=1, model="c/d", profile="embedded"),
    )
    told = (
        ConnectionChanged(Connection.READY, "home"),
        ServiceDescribed("home", "own/model"),
        *map(ThreadSaved, threads),
    )
    for event in told:
        assistants.store.apply(event)
    assistants.store.change(partial(changes.with_opened, thread_id=thread_id, is_new=True))
    assistants.wiring.assistants.use("t")
    sent = assistants.sent_of(ChooseAnswerer)[-1]
    model = "a/b" if thread_id == "a" else "own/model"
    assert (sent.who, sent.profile) == (Answerer(model, "t"), "home")


def test_an_assistant_is_made_with_functions_and_begins_with_its_model(assistants, qtbot):
    qtbot.mouseClick(assistants.page.new, Qt.MouseButton.LeftButton)
    assert not assistants.form.save.isEnabled()
    assert assistants.page.documents.isHidden()
    qtbot.keyClicks(assistants.form.name, "Clerk")
    assistants.form.prompt.show_text("Be brief.")
    assistants.form.tools.show_text(json.dumps([ADD]))
    assistants.form.model.setText("openai/gpt-4.1")
    made = Assistant(assistant_id="c", name="Clerk")
    assistants.asks.answers[SaveAssistant] = AssistantSaved(made)
    assistants.asks.answers[ListAssistants] = AssistantList((OWN, TUTOR, made), "own")
    qtbot.mouseClick(assistants.form.save, Qt.MouseButton.LeftButton)
    draft = AssistantDraft("Clerk", system_prompt="Be brief.", tools=(ADD,))
    assert assistants.asks.of(SaveAssistant) == [SaveAssistant(draft)]
    assert not assistants.page.documents.isHidden()
    press(qtbot, assistants, "c", "use")
    assert assistants.sent_of(ChooseAnswerer)[-1].who == Answerer("openai/gpt-4.1", "c")


def test_bar_44_functions_that_cannot_be_used_are_shown_with_their_line_and_not_saved(
    assistants, qtbot
):
    press(qtbot, assistants, "t", "edit")
    assistants.form.tools.show_text('[\n  {"name": "a"},\n  {"name": "a"}\n]')
    assert assistants.form.fault.text() == 'Line 3: there are two functions called "a".'
    qtbot.mouseClick(assistants.form.save, Qt.MouseButton.LeftButton)
    assert assistants.asks.of(SaveAssistant) == []
    assert assistants.form.tools.page.textCursor().blockNumber() == 2
    assistants.form.tools.show_text("")
    assert assistants.form.fault.isHidden()


def test_a_change_keeps_everything_else_and_a_refusal_is_said(assistants, qtbot):
    press(qtbot, assistants, "t", "edit")
    assistants.form.name.setText("Teacher")
    error = AskError("http.422")
    error.facts = {"message": "name: too plain"}
    assistants.asks.answers[SaveAssistant] = error
    qtbot.mouseClick(assistants.form.save, Qt.MouseButton.LeftButton)
    [asked] = assistants.asks.of(SaveAssistant)
    assert asked.assistant_id == "t"
    assert (asked.draft.name, asked.draft.description, asked.draft.tok_k) == ("Teacher", "Latin", 5)
    assert asked.draft.tools == (ADD,)
    assert assistants.form.note.text() == "name: too plain"


def test_what_is_not_saved_is_there_again_and_goes_when_it_is_cancelled(assistants, qtbot):
    press(qtbot, assistants, "t", "edit")
    assistants.form.name.setText("Teacher")
    press(qtbot, assistants, "own", "edit")
    assert assistants.form.name.text() == "Parley"
    press(qtbot, assistants, "t", "edit")
    assert assistants.form.name.text() == "Teacher"
    qtbot.mouseClick(assistants.form.cancel, Qt.MouseButton.LeftButton)
    assert not assistants.page.is_editing
    press(qtbot, assistants, "t", "edit")
    assert assistants.form.name.text() == "Tutor"


def test_a_copy_takes_documents_and_memories_along(assistants, qtbot):
    copy = Assistant(assistant_id="t2", name="Tutor, a copy")
    assistants.asks.answers[CloneAssistant] = AssistantCloned(copy, 1, 2)
    assistants.asks.answers[ListAssistants] = AssistantList((OWN, TUTOR, copy), "own")
    press(qtbot, assistants, "t", "clone")
    assert assistants.asks.of(CloneAssistant) == [CloneAssistant("t", "Tutor, a copy")]
    assert len(captions(assistants)) == 3


def test_a_deletion_can_be_undone_and_a_thread_goes_on_with_parleys_own(assistants, qtbot):
    assistants.wiring.assistants.use("t")
    press(qtbot, assistants, "t", "delete")
    press(qtbot, assistants, "t", "undo")
    press(qtbot, assistants, "t", "delete")
    assert assistants.asks.of(DeleteAssistant) == []
    assert assistants.wiring.settle()
    assert assistants.asks.of(DeleteAssistant) == [DeleteAssistant("t")]
    assert assistants.sent_of(ChooseAnswerer)[-1].who == Answerer()
    assert not assistants.wiring.settle()


def test_bar_38_documents_of_an_assistant_are_listed_with_their_state(assistants, qtbot):
    document = Document(document_id="d", filename="grammar.pdf", status="indexed")
    assistants.asks.answers[ListDocuments] = DocumentList((document,))
    press(qtbot, assistants, "t", "edit")
    assert assistants.asks.of(ListDocuments) == [ListDocuments("", "t")]
    [row] = assistants.page.documents.rows.texts
    assert (row.title, row.caption) == ("grammar.pdf", "Ready")


def test_nothing_is_to_be_chosen_where_nothing_is_listed(assistants, qtbot):
    assert [pane.accessibleName() for pane in _empty(assistants)] == [f"{ABOUT}. {CHOOSE}"]
    assistants.asks.answers[ListAssistants] = AssistantList((), "")
    assistants.wiring.assistants.load()
    assert [pane.accessibleName() for pane in _empty(assistants)] == [f"{ABOUT}. {MAKE}"]


ABOUT = "What an assistant is told, can and knows"
CHOOSE = "Choose one on the left to change it, or make another."
MAKE = "Make one of your own."


def _empty(assistants):
    return [pane for pane in assistants.page.findChildren(EmptyPane) if pane.isVisible()]


def test_a_list_that_does_not_come_can_be_asked_for_again(assistants, qtbot):
    assistants.asks.answers[ListAssistants] = AskError("network.unreachable")
    assistants.wiring.assistants.load()
    assert "cannot be reached" in assistants.page.rows.note.text()
    assert assistants.page.rows.retry.isVisible()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_the_menu_holds_every_assistant_in_one_column_and_finds_by_typing(assistants, qtbot):
    many = [Assistant(assistant_id=f"n{one}", name=f"Q & A {one}") for one in range(120)]
    assistants.asks.answers[ListAssistants] = AssistantList((OWN, TUTOR, *many), "own")
    wiring = assistants.wiring.assistants
    wiring._is_loaded = False
    assistants.window.pane.header.assistant_requested.emit()
    menu = wiring._menu
    names = [one for one in menu.actions() if one.isCheckable()]
    assert len(names) == 122
    screen = menu.screen().availableGeometry()
    assert menu.height() <= screen.height()
    assert len({menu.actionGeometry(one).left() for one in names}) == 1, "one column"
    assert menu.activeAction().text() == "Parley"
    qtbot.keyClicks(menu, "Q & A 11")
    found = menu.activeAction()
    assert found.text() == "Q && A 11"
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    assert menu.activeAction() is names[names.index(found) + 1], "arrows go on from there"
    menu.close()


def test_a_click_on_the_name_of_an_assistant_opens_it_to_be_changed(qtbot, assistants):
    row = assistants.page.rows.row("own")
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(40, row.height() // 2))
    assert assistants.page.is_editing


def test_what_was_saved_says_so_and_leaves_the_keyboard_where_it_was(assistants, qtbot):
    press(qtbot, assistants, "t", "edit")
    assistants.window.activateWindow()
    qtbot.waitUntil(assistants.window.isActiveWindow)
    assistants.form.prompt.setFocus()
    assistants.form.prompt.show_text("Be brief.")
    assistants.asks.answers[SaveAssistant] = AssistantSaved(TUTOR)
    assistants.form.prompt.submitted.emit()
    assert [one.code for one in assistants.store.state.notices] == ["assistant.saved"]
    assert assistants.form.prompt.page.hasFocus()
    qtbot.keyClicks(assistants.form.prompt.page, "x")
    assert assistants.store.state.notices == (), "what is written now is not"


def test_why_it_was_not_saved_is_in_sight_where_that_can_be_tried_again(assistants, qtbot):
    assistants.window.resize(1024, 520)
    press(qtbot, assistants, "t", "edit")
    assistants.window.activateWindow()
    qtbot.waitUntil(assistants.window.isActiveWindow)
    assistants.form.prompt.setFocus()
    assistants.asks.answers[SaveAssistant] = AskError("http.503")
    assistants.form.prompt.submitted.emit()
    assert assistants.form.save.hasFocus()
    qtbot.waitUntil(lambda: not assistants.form.note.visibleRegion().isEmpty())
    assert "cannot be reached" in assistants.form.note.text()


def test_the_keys_go_back_to_where_an_assistant_was_opened(assistants, qtbot):
    assistants.window.activateWindow()
    qtbot.waitUntil(assistants.window.isActiveWindow)
    press(qtbot, assistants, "t", "edit")
    qtbot.keyClick(assistants.form.cancel, Qt.Key.Key_Space)
    assert assistants.page.rows.row("t").findChild(object, "edit").hasFocus()
    qtbot.mouseClick(assistants.page.new, Qt.MouseButton.LeftButton)
    qtbot.keyClick(assistants.form.cancel, Qt.Key.Key_Space)
    assert assistants.page.new.hasFocus()


def test_a_fault_in_the_functions_is_told_with_their_field(assistants, qtbot):
    press(qtbot, assistants, "t", "edit")
    usual = assistants.form.tools.page.accessibleDescription()
    assistants.form.tools.show_text("[")
    assert (
        assistants.form.tools.page.accessibleDescription()
        == "Line 1: it is not JSON: a value is missing."
    )
    assistants.form.tools.show_text("[]")
    assert assistants.form.tools.page.accessibleDescription() == usual
