"""What is remembered, as a person sees, corrects and forgets it."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from desktop_app.journal.origins import Origin
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.reply_details import Learned, Learning, LearningState, ReplyDetails
from desktop_app.link.messages import MessageSaved, OpenThread
from desktop_app.link.thread_messages import ThreadSaved
from desktop_app.protocol.backboard.memories import StoredMemory
from desktop_app.protocol.commands import Answerer
from desktop_app.protocol.service_calls import (
    AddMemory,
    DeleteMemory,
    ListMemories,
    MemoryList,
    ResetMemories,
    SearchMemories,
    UpdateMemory,
)
from desktop_app.state import changes
from desktop_app.state.app_state import Service
from desktop_app.ui.chat.folds import chips_of
from desktop_app.ui.look import COLUMN, Look
from desktop_app.ui.panels.memory_page import MemoryPage
from desktop_app.ui.panels.memory_panel import NO_MATCH, NO_MEMORIES, memory_row
from desktop_app.ui.service_asks import AskError
from tests.ui.conftest import make_message

TEA = StoredMemory(
    id="m",
    content="Likes tea",
    metadata={"source": "learned"},
    created_at="2026-11-20T10:00:00+00:00",
)
DOG = StoredMemory(id="n", content="Has a dog called Rex")


@pytest.fixture
def memories(desk):
    """The tab, open, with two memories."""
    desk.asks.answers[ListMemories] = MemoryList((TEA, DOG), 2)
    desk.wiring.start()
    desk.window.toggle_right()
    desk.window.side.tabs.open_tab(3)
    desk.panel = desk.window.side.memory
    return desk


def contents(memories):
    return [row.title for row in memories.panel.rows.texts]


def press(qtbot, memories, key, name):
    button = memories.panel.rows.row(key).findChild(object, name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_memories_are_listed_with_their_number(memories):
    assert contents(memories) == ["Likes tea", "Has a dog called Rex"]
    assert memories.panel.total.text == "2 memories"


@pytest.mark.parametrize(("profile", "whose"), [("home", "tutor"), ("embedded", "")])
def test_whose_memories_are_meant_is_told_by_the_service_that_knows_the_assistant(
    memories, profile, whose
):
    new = ThreadRecord(id="x", created_at=1.0, updated_at=1.0)
    memories.store.change(partial(changes.with_service, service=Service(profile=profile)))
    memories.store.apply(ThreadSaved(new.chosen(Answerer("", "tutor"), "home")))
    memories.store.tell()
    memories.wiring.threads.open_thread("x")
    assert memories.asks.of(ListMemories)[-1].assistant_id == whose


def test_bar_42_a_memory_says_how_and_when_it_was_learned():
    assert memory_row(TEA).caption.endswith(" · from a conversation")
    assert "20" in memory_row(TEA).caption
    assert memory_row(DOG).caption == "added by hand"
    asked = replace(DOG, metadata={"source": "asked"})
    assert memory_row(asked).caption == "from a conversation", "its thread may be gone"


def test_bar_42_words_find_memories_and_no_words_list_all(memories, qtbot):
    memories.asks.answers[SearchMemories] = MemoryList((DOG,))
    memories.panel.search.setText("dog")
    qtbot.keyClick(memories.panel.search, Qt.Key.Key_Return)
    assert memories.asks.of(SearchMemories) == [SearchMemories("dog")]
    assert contents(memories) == ["Has a dog called Rex"]
    memories.panel.search.clear()
    qtbot.waitUntil(lambda: len(contents(memories)) == 2)


def test_what_fits_nothing_and_what_is_empty_is_said(memories, qtbot):
    memories.asks.answers[SearchMemories] = memories.asks.answers[ListMemories] = MemoryList(())
    memories.panel.search.setText("zebra")
    qtbot.keyClick(memories.panel.search, Qt.Key.Key_Return)
    assert memories.panel.rows.note.text() == NO_MATCH
    memories.panel.search.clear()
    qtbot.waitUntil(lambda: memories.panel.rows.note.text() == NO_MEMORIES)


def test_a_memory_is_added(memories, qtbot):
    qtbot.mouseClick(memories.panel.add, Qt.MouseButton.LeftButton)
    assert not memories.panel.editor.save.isEnabled()
    qtbot.keyClicks(memories.panel.editor.field.page, "Lives in Oslo")
    memories.asks.answers[ListMemories] = MemoryList((TEA, DOG), 3)
    qtbot.mouseClick(memories.panel.editor.save, Qt.MouseButton.LeftButton)
    assert memories.asks.of(AddMemory) == [AddMemory("Lives in Oslo")]
    assert memories.panel.total.text == "3 memories"
    assert memories.panel.editor.isHidden()


def test_bar_42_a_wrong_memory_is_corrected(memories, qtbot):
    press(qtbot, memories, "m", "edit")
    page = memories.panel.editor.field.page
    assert page.toPlainText() == "Likes tea"
    page.setPlainText("Likes coffee")
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert memories.asks.of(UpdateMemory) == [UpdateMemory("m", "Likes coffee")]


def test_bar_42_a_memory_is_forgotten_once_it_is_not_undone(memories, qtbot):
    press(qtbot, memories, "m", "delete")
    press(qtbot, memories, "m", "undo")
    press(qtbot, memories, "n", "delete")
    assert [row.is_deleted for row in memories.panel.rows.texts] == [False, True]
    memories.wiring.panels.memory.deletions.settle()
    assert memories.asks.of(DeleteMemory) == [DeleteMemory("n")]


def test_forgetting_everything_asks_in_place(memories, qtbot):
    panel = memories.panel
    qtbot.mouseClick(panel.reset, Qt.MouseButton.LeftButton)
    assert panel.confirm.isVisible()
    assert panel.reset.isHidden()
    qtbot.mouseClick(panel.keep, Qt.MouseButton.LeftButton)
    assert memories.asks.of(ResetMemories) == []
    qtbot.mouseClick(panel.reset, Qt.MouseButton.LeftButton)
    memories.asks.answers[ListMemories] = MemoryList(())
    qtbot.mouseClick(panel.confirm, Qt.MouseButton.LeftButton)
    assert memories.asks.of(ResetMemories) == [ResetMemories()]
    assert contents(memories) == []
    assert panel.reset.isHidden()


def test_many_memories_come_page_by_page(memories, qtbot):
    many = tuple(StoredMemory(id=str(number), content=f"Fact {number}") for number in range(60))

    def page(question):
        start = (question.page - 1) * question.page_size
        return MemoryList(many[start : start + question.page_size], 60)

    memories.asks.answers[ListMemories] = page
    memories.wiring.panels.memory.load()
    assert len(contents(memories)) == 50
    qtbot.mouseClick(memories.panel.rows.more, Qt.MouseButton.LeftButton)
    assert contents(memories) == [f"Fact {number}" for number in range(60)]
    assert memories.panel.rows.more.isHidden()


def test_who_corrects_one_of_many_stays_among_those_that_are_shown(memories, qtbot):
    many = [StoredMemory(id=str(number), content=f"Fact {number}") for number in range(120)]

    def page(question):
        start = (question.page - 1) * question.page_size
        return MemoryList(tuple(many[start : start + question.page_size]), len(many))

    memories.asks.answers[ListMemories] = page
    memories.wiring.panels.memory.load()
    qtbot.mouseClick(memories.panel.rows.more, Qt.MouseButton.LeftButton)
    assert len(contents(memories)) == 100
    press(qtbot, memories, "80", "delete")
    del many[80]
    memories.wiring.panels.memory.deletions.settle()
    assert contents(memories) == [one.content for one in many[:100]]
    qtbot.mouseClick(memories.panel.rows.more, Qt.MouseButton.LeftButton)
    assert contents(memories) == [one.content for one in many]


def test_what_is_being_written_comes_back_after_another_memory(memories, qtbot):
    editor = memories.panel.editor
    press(qtbot, memories, "m", "edit")
    qtbot.keyClicks(editor.field.page, " with milk")
    assert editor.field.text == "Likes tea with milk"
    press(qtbot, memories, "n", "edit")
    qtbot.mouseClick(editor.cancel, Qt.MouseButton.LeftButton)
    assert (editor.isHidden(), editor.field.text) == (False, "Likes tea with milk")
    press(qtbot, memories, "m", "edit")
    qtbot.mouseClick(editor.cancel, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(editor.cancel, Qt.MouseButton.LeftButton)
    assert editor.isHidden()


def test_keys_go_back_to_what_they_pressed(memories, qtbot):
    panel = memories.panel
    memories.window.activateWindow()
    qtbot.waitUntil(memories.window.isActiveWindow)
    press(qtbot, memories, "m", "edit")
    qtbot.keyClick(panel.editor.cancel, Qt.Key.Key_Space)
    assert panel.rows.row("m").findChild(object, "edit").hasFocus()
    qtbot.keyClick(panel.add, Qt.Key.Key_Space)
    qtbot.keyClick(panel.editor.cancel, Qt.Key.Key_Space)
    assert panel.add.hasFocus()
    qtbot.keyClick(panel.reset, Qt.Key.Key_Space)
    qtbot.keyClick(panel.keep, Qt.Key.Key_Space)
    assert panel.reset.hasFocus()


def test_a_failure_is_said_in_the_services_words(memories):
    facts = {"message": "content: String should have 1 to 4000 characters"}
    error = AskError("http.422")
    error.facts = facts
    memories.asks.answers[AddMemory] = error
    memories.panel.editor.saved.emit("", "x", "")
    assert memories.panel.rows.note.text() == facts["message"]


def test_what_could_not_be_saved_can_be_saved_again(memories, qtbot):
    memories.asks.answers[AddMemory] = AskError("http.503")
    editor = memories.panel.editor
    editor.open_for("", "Lives in Oslo")
    qtbot.mouseClick(editor.save, Qt.MouseButton.LeftButton)
    assert (editor.isHidden(), editor.field.text) == (False, "Lives in Oslo")
    del memories.asks.answers[AddMemory]
    qtbot.mouseClick(editor.save, Qt.MouseButton.LeftButton)
    assert editor.isHidden()
    assert memories.asks.of(AddMemory) == [AddMemory("Lives in Oslo")] * 2


def test_what_could_not_be_saved_waits_for_what_is_being_written(memories, qtbot):
    editor = memories.panel.editor
    editor.open_for("m", "Likes coffee")
    editor.give_back("", "Lives in Oslo", "a")
    assert editor.field.text == "Likes coffee"
    qtbot.mouseClick(editor.cancel, Qt.MouseButton.LeftButton)
    assert (editor.isHidden(), editor.field.text) == (False, "Lives in Oslo")
    qtbot.mouseClick(editor.cancel, Qt.MouseButton.LeftButton)
    assert editor.isHidden()


def test_what_is_given_back_takes_no_keys_and_stays_with_its_assistant(memories, qtbot):
    editor, composer = memories.panel.editor, memories.window.pane.composer.field
    memories.window.activateWindow()
    composer.setFocus()
    qtbot.waitUntil(composer.hasFocus)
    editor.give_back("", "Lives in Oslo", "another")
    assert not editor.isHidden()
    assert composer.hasFocus()
    qtbot.mouseClick(editor.save, Qt.MouseButton.LeftButton)
    assert memories.asks.of(AddMemory) == [AddMemory("Lives in Oslo", "another")]


def test_space_writes_into_a_memory_and_does_not_talk(memories, qtbot):
    qtbot.mouseClick(memories.panel.add, Qt.MouseButton.LeftButton)
    memories.window.activateWindow()
    page = memories.panel.editor.field.page
    page.setFocus()
    qtbot.waitUntil(page.hasFocus)
    memories.sent.clear()
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert page.toPlainText() == " "
    assert memories.sent == []


LEARNED = (Learned("m", "ADD", "Likes tea"), Learned("x", "DELETE", "Likes coffee"))


def learning_reply(state=LearningState.DONE, changes=LEARNED):
    details = ReplyDetails(learning=Learning("op", state, changes))
    return make_message(2, "Noted.", details=details)


def test_bar_42_a_memory_leads_to_the_turn_it_came_from(memories, qtbot):
    memories.reader.known = [ThreadRecord(id="b", title="Tea", created_at=1, updated_at=1)]
    memories.reader.written = {"b": [make_message(1, "I like tea")]}
    memories.reader.learned = {"m": Origin("b", "m1", "Tea", 1.0)}
    memories.wiring.panels.memory.load()
    assert memories.panel.rows.texts[0].caption.endswith("from “Tea”")
    assert memories.panel.rows.row("n").findChild(object, "turn") is None
    press(qtbot, memories, "m", "turn")
    assert memories.sent_of(OpenThread)[-1] == OpenThread("b")


def test_bar_42_what_a_turn_taught_is_corrected_from_that_turn(memories, qtbot):
    thread_id = memories.store.state.conversation.thread_id
    reply = learning_reply()
    memories.store.apply(MessageSaved(replace(reply, thread_id=thread_id)))
    memories.store.tell()
    memories.window.side.tabs.open_tab(0)
    memories.window.pane.chat.step_requested.emit("memories", "m2")
    assert contents(memories) == ["Likes tea"]
    assert memories.panel.of_turn.isVisible()
    press(qtbot, memories, "m", "edit")
    memories.panel.editor.field.page.setPlainText("Likes green tea")
    qtbot.mouseClick(memories.panel.editor.save, Qt.MouseButton.LeftButton)
    assert memories.asks.of(UpdateMemory) == [UpdateMemory("m", "Likes green tea")]
    assert contents(memories) == ["Likes green tea"]
    qtbot.mouseClick(memories.panel.all, Qt.MouseButton.LeftButton)
    assert len(contents(memories)) == 2


@pytest.mark.parametrize(
    ("state", "changes", "label"),
    [
        (LearningState.PENDING, (), "Remembering…"),
        (LearningState.FAILED, (), "Not remembered"),
        (LearningState.DONE, LEARNED[:1], "Remembered: Likes tea"),
        (LearningState.DONE, LEARNED, "Remembered 2 things"),
    ],
)
def test_bar_43_a_turn_says_that_it_is_remembered_and_then_what(state, changes, label):
    [chip] = chips_of(learning_reply(state, changes))
    assert chip.label == label
    assert chips_of(learning_reply(LearningState.DONE, ())) == ()


def test_the_page_lists_everything_that_is_remembered(memories):
    memories.window.memories_requested.emit()
    page = memories.window.pane._built("memory")
    assert page.isVisible()
    assert [row.title for row in page.panel.rows.texts] == ["Likes tea", "Has a dog called Rex"]
    memories.window.memories_requested.emit()
    assert memories.window.pane.page == ""


def test_the_page_is_as_wide_as_the_column_where_letters_are_large(qtbot):
    look = Look(theme="light", is_calm=True, text_percent=200)
    page = MemoryPage(look, None)
    qtbot.addWidget(page)
    assert page.panel.maximumWidth() == look.scaled(COLUMN)


def test_who_comes_back_to_the_page_finds_all_that_is_remembered(memories):
    memories.window.memories_requested.emit()
    page = memories.window.pane._pages["memory"]
    page.panel.search.setText("dog")
    memories.window.memories_requested.emit()
    memories.window.memories_requested.emit()
    assert page.isVisible()
    assert page.panel.words == ""
