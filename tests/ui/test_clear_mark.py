"""What was looked for goes with one click, wherever something is looked for."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QToolButton

from desktop_app.journal.records import ThreadRecord


def emptied_by_its_mark(field) -> bool:
    [mark] = field.findChildren(QToolButton)
    mark.click()
    return field.text() == ""


def test_the_search_of_threads_is_emptied_and_all_are_listed_again(desk, qtbot):
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1.0, updated_at=2.0)]
    desk.wiring.start()
    threads = desk.window.threads
    threads.search.setText("xyzzy")
    qtbot.waitUntil(threads._nothing.isVisible)
    assert emptied_by_its_mark(threads.search)
    qtbot.waitUntil(threads._nothing.isHidden)


@pytest.mark.parametrize("page", ["settings", "memory", "models"])
def test_other_searches_are_emptied_too(desk, page):
    desk.wiring.start()
    desk.window.pane.show_page(page)
    shown = desk.window.pane._pages[page]
    search = {
        "settings": lambda: shown.search,
        "memory": lambda: shown.panel.search,
        "models": lambda: shown.browser.search,
    }[page]()
    search.setText("xyzzy")
    assert emptied_by_its_mark(search)


def test_where_there_is_nothing_to_empty_there_is_no_mark(desk):
    search = desk.window.threads.search
    [mark] = search.findChildren(QToolButton)
    assert not mark.isVisible()
    search.setText("tram")
    assert mark.isVisible()
    search.clear()
    assert not mark.isVisible()
