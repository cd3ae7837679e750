"""The window in its language: words, direction, dates, and Qt's own few words."""

from __future__ import annotations

import os

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from desktop_app.languages import ENGLISH, RIGHT_TO_LEFT, VARIABLE, choose, known, speak

# Where the system itself speaks another language: the way to write numbers and dates.
_REGIONS = {ENGLISH: "en_GB", "ar": "ar_AE"}  # of several ways, the one with digits as in the code


def use_language(qt: QApplication, setting: str) -> str:
    """Make the whole process speak; before the first widget is made. Main thread only.

    Args:
        setting: As ``appearance.language`` has it.

    Returns:
        The language; processes started from now on are told it.
    """
    language = choose(setting, os.environ, QLocale.system().uiLanguages())
    os.environ[VARIABLE] = language
    speak(language)
    QLocale.setDefault(_locale(language))
    is_mirrored = language in RIGHT_TO_LEFT
    direction = Qt.LayoutDirection
    qt.setLayoutDirection(direction.RightToLeft if is_mirrored else direction.LeftToRight)
    if language != ENGLISH:
        words = QTranslator(qt)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if words.load(f"qtbase_{language}", folder):
            qt.installTranslator(words)
    return language


def _locale(language: str) -> QLocale:
    """How numbers and dates are written: as on the system, where it speaks the same language."""
    system = QLocale.system()
    if system.language() != QLocale.Language.C and known(system.name()) == language:
        return system
    return QLocale(_REGIONS.get(language, language))
