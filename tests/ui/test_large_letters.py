"""Nothing is cut at twice the size of letters in a window of 1024x700, in long and turned words."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app import prose
from desktop_app.ui.look import Look
from desktop_app.ui.panes import RIGHT
from desktop_app.ui.side.side_panel import TABS, SidePanel
from desktop_app.ui.window_language import WindowLanguage
from tests.fakes.layout_rules import faults_in
from tests.ui.conftest import Desk

PAGES = ("", "settings", "keys", "gallery", "models", "assistants", "questions")


@pytest.fixture(params=["en", "de", "fr", "es", "ar"])
def language(request, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.delenv("PARLEY_LANGUAGE")
    locale = QLocale(QLocale().name())
    yield WindowLanguage(qapp).use(request.param)
    prose.use_catalogue(gettext.NullTranslations())
    QLocale.setDefault(locale)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()


@pytest.fixture
def look(language: str, qapp: QApplication) -> Look:
    return Look(theme="light", is_calm=True, text_percent=200)


@pytest.mark.parametrize("percent", [100, 200])
def test_every_tab_of_the_side_is_whole(language, qtbot, percent):
    parent = QWidget()
    qtbot.addWidget(parent)
    look = Look(theme="light", is_calm=True, text_percent=percent)
    side = SidePanel(look, parent)
    side.resize(look.scaled(RIGHT), 700)
    side.show()
    parent.show()
    boxes = [side.tabs.box(number).toAlignedRect() for number in range(len(TABS))]
    assert all(side.tabs.rect().contains(box) for box in boxes)
    for box, other in combinations(boxes, 2):
        assert not box.intersects(other)


def test_every_page_is_whole(desk: Desk, qapp: QApplication):
    desk.window.resize(1024, 700)
    desk.wiring.start()
    faults = []
    for page in PAGES:
        desk.window.pane.show_page(page)
        qapp.processEvents()
        faults += [f"{page}: {fault}" for fault in faults_in(desk.window)]
    desk.window.pane.show_page("")
    desk.window.toggle_right()
    qapp.processEvents()
    faults += [f"side: {fault}" for fault in faults_in(desk.window.side)]
    assert faults == []
