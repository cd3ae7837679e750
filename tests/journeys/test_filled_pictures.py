"""The window at its usual size with all that may stand in it: pictured, and nothing is cut."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop_app.link.messages import Notice, NoticeLevel, NoticeRaised
from desktop_app.prose import tr
from desktop_app.settings import AppearanceSettings
from desktop_app.ui.assistants.assistants_page import AssistantsPage
from desktop_app.ui.gallery.gallery_page import GalleryPage
from desktop_app.ui.models.model_picker import ModelPicker
from desktop_app.ui.panels.files_panel import FilesPanel
from desktop_app.ui.panels.memory_panel import NO_MEMORIES, MemoryPanel
from desktop_app.ui.questions.questions_page import QuestionsPage
from desktop_app.ui.settings.settings_page import SettingsPage
from tests.fakes.filled import MEMORIES, MODELS
from tests.fakes.filled import files as filled_files
from tests.fakes.person import CALM, Person, prefer
from tests.fakes.photographer import CONTROL, SHIFT, Photographer, escape, eventually, key
from tests.journeys.test_window_pictures import (  # noqa: F401 - two are fixtures
    kept,
    live,
    opened_trip,
)

WIDE = (1280, 800)
W = TypeVar("W", bound=QWidget)


async def beside_the_conversation(camera: Photographer) -> None:
    person = camera.person
    chat = person.window.pane.chat
    assert chat is not None
    key(person, Qt.Key.Key_S, CONTROL | SHIFT)
    await camera.take("03-conversation")
    chat.verticalScrollBar().setValue(0)
    await camera.take("04-conversation-top")
    chat.verticalScrollBar().setValue(260)
    await camera.take("05-conversation-table")
    key(person, Qt.Key.Key_D, CONTROL | SHIFT)
    side = person.window.side
    assert side is not None
    side.show_turn("m2")
    await camera.take("30-side-turn")
    side.tabs.open_tab(2)
    files = await one_of(person, FilesPanel)
    await eventually(lambda: files.rows.note.text() == files.nothing)
    files.rows.show_note("")
    files.rows.show_rows(filled_files())
    await camera.take("30-side-files")
    side.tabs.open_tab(3)
    memories = await one_of(person, MemoryPanel)
    await eventually(lambda: memories.rows.note.text() == tr(NO_MEMORIES))
    for number, words in enumerate(MEMORIES, start=1):
        memories.editor.saved.emit("", words, "")
        await eventually(lambda number=number: len(memories.rows.texts) == number)
    await camera.take("30-side-memory")
    memories.editor.open_for("1", "Lives in Lisbon")
    await camera.take("31-side-memory-edited")


async def in_the_list(camera: Photographer) -> None:
    person = camera.person
    key(person, Qt.Key.Key_K)
    QTest.keyClicks(person.window.focusWidget(), "tram")
    await camera.take("16-search")
    person.window.threads.search.setText("nothing is called so")
    await camera.take("16-search-nothing")
    person.window.threads.search.clear()
    threads = person.window.threads
    await eventually(lambda: threads.chosen() or threads.list.setFocus())
    QTest.keyClick(threads.list, Qt.Key.Key_Delete)
    await person.sees(lambda state: any("deleted" in one.code for one in state.notices))
    await camera.take("18-undo")
    facts = {"file": "conversations.pdf", "number": "40"}
    person.store.apply(
        NoticeRaised(Notice(NoticeLevel.INFO, "export.running", facts, "stop_export"))
    )
    await camera.take("19-exporting")


async def choosing(camera: Photographer) -> None:
    person = camera.person
    key(person, Qt.Key.Key_M, CONTROL | SHIFT)
    picker = await one_of(person, ModelPicker)
    await eventually(lambda: picker.browser.rows.rows)
    picker.browser.show_models(MODELS, "openai/gpt-4.1", ("openai/o4-mini",))
    await camera.take("15-model-picker")
    picker.browser.search.setText("nothing is called so")
    await camera.take("15-model-picker-nothing")
    picker.browser.search.clear()
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)
    person.window.assistants_requested.emit()
    page = await one_of(person, AssistantsPage)
    QTest.mouseClick(page.new, Qt.MouseButton.LeftButton)
    await camera.take("62-assistant-form")


async def asking(camera: Photographer) -> None:
    person = camera.person
    key(person, Qt.Key.Key_J, CONTROL | SHIFT)
    page = await one_of(person, QuestionsPage)
    QTest.keyClicks(page.rows[0].words, "Is the tram late?")
    QTest.mouseClick(page.more, Qt.MouseButton.LeftButton)
    page.rows[1].kind.setCurrentIndex(1)
    QTest.keyClicks(page.rows[1].words, "Which line?")
    await camera.take("63-questions")
    page.rows[1].options.setFocus()
    QTest.keyClicks(page.rows[1].options.page, "28: to the castle")
    page.about.show_text("The tram to the castle is late.")
    QTest.mouseClick(page.ask, Qt.MouseButton.LeftButton)
    await camera.take("63-questions-fault")
    page.rows[1].options.show_text("28: to the castle\n15: along the river")
    await camera.take("63-questions-written")
    QTest.mouseClick(page.ask, Qt.MouseButton.LeftButton)
    await person.sees(lambda state: "| 28 |" in state.conversation.messages[-1].text)
    await camera.take("64-questions-answered")
    key(person, Qt.Key.Key_D, CONTROL | SHIFT)
    await camera.take("65-questions-shares")


async def looking(camera: Photographer) -> None:
    person = camera.person
    key(person, Qt.Key.Key_G, CONTROL | SHIFT)
    page = await one_of(person, GalleryPage)
    await eventually(lambda: not page.is_empty)
    await camera.take("40-gallery")
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Home)
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Return)
    await eventually(lambda: page.viewer.compare.isEnabled())
    await camera.take("41-viewer")
    QTest.mouseClick(page.viewer.compare, Qt.MouseButton.LeftButton)
    await camera.take("42-compare")
    escape(person)
    escape(person)
    key(person, Qt.Key.Key_Comma)
    settings = await one_of(person, SettingsPage)
    await camera.take("50-settings")
    settings.search.setText(tr("Microphone")[:5])
    await camera.take("52-settings-search")
    settings.search.setText("nothing is called so")
    await camera.take("52-settings-search-nothing")


async def one_of(person: Person, kind: type[W]) -> W:
    """The widget of that kind, once it is there."""
    found: list[W] = []
    await eventually(lambda: found.extend(person.window.findChildren(kind)) or found)
    return found[0]


States = Callable[[Photographer], Coroutine[Any, Any, None]]
LANGUAGES = {
    "en": ("light", "dark"),
    **dict.fromkeys(("de", "es", "fr", "zh_CN", "ar"), ("light",)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "states", [beside_the_conversation, in_the_list, choosing, asking, looking]
)
def test_with_something_in_it_the_wide_window_is_whole(live, kept, states: States, language):  # noqa: F811
    async def journey(person: Person) -> None:
        camera = Photographer(person, f"wide-{language}-", themes=LANGUAGES[language])
        await opened_trip(person)
        person.window.resize(*WIDE)
        await states(camera)
        camera.is_content()

    prefer(replace(CALM, language=language))
    live(journey)


@pytest.mark.parametrize(
    ("prefix", "size", "appearance", "themes"),
    [
        ("narrow-", (760, 520), CALM, ("light", "dark")),
        ("200-", (1280, 800), replace(CALM, text_size=200), ("light", "dark")),
        ("200-narrow-", (760, 520), replace(CALM, text_size=200), ("light",)),
        ("200-ar-", (1024, 700), replace(CALM, text_size=200, language="ar"), ("light",)),
    ],
)
def test_questions_are_whole_in_narrow_windows_and_with_large_letters(
    live,  # noqa: F811
    kept,  # noqa: F811
    prefix: str,
    size: tuple[int, int],
    appearance: AppearanceSettings,
    themes: tuple[str, ...],
):
    async def journey(person: Person) -> None:
        camera = Photographer(person, prefix, themes=themes)
        await opened_trip(person)
        person.window.resize(*size)
        await asking(camera)
        camera.is_content()

    prefer(appearance)
    live(journey)
