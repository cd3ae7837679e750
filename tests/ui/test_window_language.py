"""The process speaks, writes dates and reads in one direction, by one setting."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app import prose
from desktop_app.ui import moments
from desktop_app.ui.tips import Tips
from desktop_app.ui.window_language import WindowLanguage
from desktop_app.ui.wording import duration

EVENING = datetime(2026, 11, 26, 17, 5)


@pytest.fixture
def qt(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    """An application that is English and reads from the left again afterwards."""
    monkeypatch.delenv("PARLEY_LANGUAGE")
    locale = QLocale(QLocale().name())  # QLocale() itself would change with the default
    yield qapp
    prose.use_catalogue(gettext.NullTranslations())
    QLocale.setDefault(locale)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()


def test_the_setting_comes_before_the_system(qt):
    assert WindowLanguage(qt).use("de") == "de"
    assert os.environ["PARLEY_LANGUAGE"] == "de", "for the engine"
    assert QLocale().language() == QLocale.Language.German


def test_the_systems_language_is_the_default(qt, monkeypatch):
    monkeypatch.setenv("PARLEY_LANGUAGE", "fr_FR.UTF-8")
    assert WindowLanguage(qt).use("system") == "fr"


def test_bar_57_arabic_is_read_from_the_right_with_the_digits_of_the_code(qt):
    WindowLanguage(qt).use("ar")
    assert qt.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert QLocale().toString(1234) in ("1234", "1,234")


def test_qts_own_words_are_translated_too(qt, qtbot):
    button = QWidget()
    qtbot.addWidget(button)
    WindowLanguage(qt).use("de")
    assert QCoreApplication.translate("QWidgetTextControl", "&Copy") == "&Kopieren"
    Tips().set(button, "Suchen", "Ctrl+K")
    assert button.toolTip() == "Suchen (Strg+K)"


@pytest.mark.parametrize(
    ("language", "day", "clock"),
    [("en", "26 November 2026", "17:05"), ("fr", "26 novembre 2026", "17:05")],
)
def test_days_and_times_are_written_one_way(qt, language, day, clock):
    WindowLanguage(qt).use(language)
    assert moments.day(EVENING) == day
    assert moments.clock(EVENING) == clock
    assert moments.day_and_clock(EVENING) == f"{day}, {clock}"


def test_people_with_half_days_see_them_everywhere(qt):
    QLocale.setDefault(QLocale("en_US"))
    assert moments.clock(EVENING).replace("\N{NARROW NO-BREAK SPACE}", " ") == "5:05 PM"


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "1 ms"), (479, "479 ms"), (1000, "1.00 s"), (2480, "2.48 s"), (12_340, "12.3 s")],
)
def test_a_duration_is_written_one_way(milliseconds, words):
    assert duration(milliseconds) == words


def test_numbers_have_the_languages_point(qt):
    WindowLanguage(qt).use("de")
    assert duration(2480).startswith("2,48")


def test_another_language_takes_everything_of_the_one_before_away(qt):
    language = WindowLanguage(qt)
    language.use("ar")
    assert language.use("de") == "de", "what was said to the engine is nobody's wish"
    assert qt.layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert language.use("en") == "en"
    assert QCoreApplication.translate("QWidgetTextControl", "&Copy") == "&Copy"
