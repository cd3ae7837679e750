"""Memories, assistants and models in the window, with the real engine and service behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.journal.reply_details import LearningState
from desktop_app.ui.panels.rows import Rows
from tests.fakes.person import WITHIN_S, Person
from tests.journeys.test_window_loop import live  # noqa: F401 - a fixture

_LOOK_S = 0.05


async def until(is_so: Callable[[], object]) -> None:
    """Return once it is so; lists of the service come when they come."""
    for _ in range(round(WITHIN_S / _LOOK_S)):
        if is_so():
            return
        await asyncio.sleep(_LOOK_S)
    raise AssertionError("it did not come")


def titles(rows: Rows) -> list[str]:
    return [row.title for row in rows.texts]


def press(rows: Rows, key: str, action: str) -> None:
    QTest.mouseClick(rows.row(key).findChild(object, action), Qt.MouseButton.LeftButton)


async def memories(person: Person) -> Rows:
    """The page of all memories, open and filled."""
    person.window.memories_requested.emit()
    rows: Rows = person.window.pane._built("memory").panel.rows
    await until(lambda: rows.texts or "Nothing" in rows.note.text())
    return rows


def test_bar_42_a_memory_leads_to_its_turn_and_is_gone_though_the_window_closes(live):  # noqa: F811
    async def forgets(person: Person) -> None:
        person.types("Remember that my train leaves at nine")
        reply = await person.sees_reply()
        await person.sees(
            lambda state: any(
                one.details.learning and one.details.learning.state is LearningState.DONE
                for one in state.conversation.messages
            )
        )
        rows = await memories(person)
        await until(lambda: "from “" in rows.texts[0].caption)
        assert "train" in titles(rows)[0]
        press(rows, rows.texts[0].key, "turn")
        assert person.window.pane.page == ""
        assert person.state.conversation.thread_id == reply.thread_id
        rows = await memories(person)
        press(rows, rows.texts[0].key, "delete")
        assert rows.texts[0].is_deleted

    async def finds_nothing(person: Person) -> None:
        assert titles(await memories(person)) == []

    live(forgets)
    live(finds_nothing)


def test_bar_45_an_assistant_is_made_and_answers_with_the_model_that_was_picked(live):  # noqa: F811
    async def makes(person: Person) -> None:
        person.window.assistants_requested.emit()
        page = person.window.pane._built("assistants")
        QTest.mouseClick(page.new, Qt.MouseButton.LeftButton)
        page.form.name.setText("Tutor")
        page.form.prompt.show_text("Be patient.")
        QTest.mouseClick(page.form.save, Qt.MouseButton.LeftButton)
        await until(lambda: "Tutor" in titles(page.rows))
        tutor = next(row.key for row in page.rows.texts if row.title == "Tutor")
        press(page.rows, tutor, "use")
        header = person.window.pane.header
        assert header.assistant_chip.text() == "Tutor"
        header.model_chip.click()
        picker = person.window.findChild(object, "models")
        await until(lambda: picker.browser.rows.rows)
        QTest.keyClick(picker.browser.search, Qt.Key.Key_Return)
        assert "basic" in header.model_chip.text()
        person.types("what is seven times eight")
        assert "56" in (await person.sees_reply()).text
        [thread] = person.state.threads
        assert (thread.assistant_id, thread.model) == (tutor, "builtin/basic")

    live(makes)
