"""The window in its language: words, direction, dates, and Qt's own few words."""

from __future__ import annotations

import os

from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from desktop_app.languages import ENGLISH, RIGHT_TO_LEFT, VARIABLE, choose, known, speak

# Where the system itself speaks another language: the way to write numbers and dates.
_REGIONS = {ENGLISH: "en_GB", "ar": "ar_AE"}  # of several ways, the one with digits as in the code


class WindowLanguage:
    """What the process speaks; chosen as often as a person likes. Main thread only.

    Widgets ask once for their words: those that are there already keep them.
    """

    def __init__(self, qt: QApplication) -> None:
        self._qt = qt
        self._words: QTranslator | None = None
        self._forced = os.environ.get(VARIABLE, "")  # from outside; later it is what we say

    def use(self, setting: str) -> str:
        """Make the whole process speak.

        Args:
            setting: As ``appearance.language`` has it.

        Returns:
            The language; processes started from now on are told it.
        """
        given = {**os.environ, VARIABLE: self._forced}
        language = choose(setting, given, QLocale.system().uiLanguages())
        os.environ[VARIABLE] = language
        speak(language)
        QLocale.setDefault(_locale(language))
        is_mirrored = language in RIGHT_TO_LEFT
        direction = Qt.LayoutDirection
        self._qt.setLayoutDirection(direction.RightToLeft if is_mirrored else direction.LeftToRight)
        self._use_words_of_qt(language)
        return language

    def _use_words_of_qt(self, language: str) -> None:
        if self._words is not None:
            self._qt.removeTranslator(self._words)
            self._words.deleteLater()
            self._words = None
        if language == ENGLISH:
            return
        from PySide6.QtCore import QLibraryInfo

        words = QTranslator(self._qt)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if words.load(f"qtbase_{language}", folder):
            self._qt.installTranslator(words)
            self._words = words


def _locale(language: str) -> QLocale:
    """How numbers and dates are written: as on the system, where it speaks the same language."""
    system = QLocale.system()
    if system.language() != QLocale.Language.C and known(system.name()) == language:
        return system
    return QLocale(_REGIONS.get(language, language))
