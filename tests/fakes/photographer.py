"""Takes pictures of the window and looks at them, and the keys by which it gets there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.settings.settings_page import SettingsPage
from tests.fakes.album import Album, colours_of
from tests.fakes.layout_rules import faults_in
from tests.fakes.person import Person

_LOOK_S = 0.04
_LEAST_COLOURS = 12
_THEME = "appearance.theme"
_UNPAINTED = 0xFFFF00FF
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Photographer:
    """Takes states of the window, and looks whether anything in them is wrong.

    Attributes:
        person: Whose window it is.
    """

    def __init__(
        self,
        person: Person,
        prefix: str = "",
        *,
        ratio: float = 1.0,
        themes: tuple[str, ...] = ("light", "dark"),
    ) -> None:
        self.person = person
        self._album = Album()
        self._prefix = prefix
        self._ratio = ratio
        self._themes = themes
        self._faults: list[str] = []

    async def take(self, name: str) -> None:
        """Picture the window once it stands still."""
        name = f"{self._prefix}{name}"
        window = self.person.window
        seen: list[set[int]] = []
        for theme in self._themes:
            self._choose(theme)
            await self._stands_still()
            picture = self._album.take(window, f"{name}-{theme}", ratio=self._ratio)
            seen.append(colours_of(picture))
            assert len(seen[-1]) > _LEAST_COLOURS, name
            assert _UNPAINTED not in seen[-1], name
        assert len(seen) == 1 or seen[0] != seen[1], name
        self._choose("light")
        self._faults += [f"{name}: {fault}" for fault in faults_in(window)]

    def _choose(self, theme: str) -> None:
        """Where the settings are open, as a person does, so that they say what is seen."""
        page = self.person.window.findChild(SettingsPage)
        if page is not None and page.isVisible():
            page.row(_THEME).changed.emit(_THEME, theme)
        self.person.window.look.pin(theme)

    def is_content(self) -> None:
        """Fail when anything was wrong in any of the pictures."""
        self._album.write_index()
        assert not self._faults, "\n".join(self._faults)

    async def _stands_still(self) -> None:
        before: QImage | None = None
        async with asyncio.timeout(20):
            while True:
                self.person.store.tell()
                await asyncio.sleep(_LOOK_S)
                brings = self._brings_pictures()
                now = self.person.window.grab().toImage()
                if before == now and not brings:
                    return
                before = now

    def _brings_pictures(self) -> bool:
        """Whether a gallery still waits for small pictures, however long they take."""
        grids = self.person.window.findChildren(PictureGrid)
        return any(grid.isVisible() and grid._supply._wanted for grid in grids)


def key(person: Person, press: Qt.Key, modifiers: Qt.KeyboardModifier = CONTROL) -> None:
    """Press a key in the window."""
    QTest.keyClick(person.window, press, modifiers)


def escape(person: Person) -> None:
    """Press Escape in the window."""
    key(person, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)


async def eventually(what: Callable[[], object]) -> None:
    """Wait for something on the screen that no signal tells."""
    async with asyncio.timeout(20):
        while not what():  # noqa: ASYNC110 - widgets do not tell
            await asyncio.sleep(_LOOK_S)
