"""The settings as the page has them: read once, written with every change, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.link.messages import Notice, NoticeLevel, ReloadSettings
from desktop_app.profiles import from_start
from desktop_app.settings import Settings, load, save
from desktop_app.system_reasons import reason_of
from desktop_app.ui.settings.setting_table import value_of, with_value
from desktop_app.ui.wires import Wires
from desktop_app.unusable_settings import Unusable


class SettingsKeeper(QObject):
    """Owner of the settings while the window runs. Main thread only.

    Signals:
        changed: The new Settings; they are on the disk, or will be in a moment.
    """

    changed = Signal(object)

    def __init__(self, wires: Wires) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._path: Path = wires.folders.settings
        self._is_writing = False
        self._written = self.settings = Settings()

    def read(self) -> None:
        """Read the file: it may have been written by hand meanwhile."""
        self._wires.run(self._read, "read settings")

    def look_again(self) -> None:
        """Read the file anew where it was read already; who wrote it is followed at once."""
        self._wires.run(self._look_again, "look at settings")

    async def _look_again(self) -> None:
        before = self.settings
        await self._read(tells_same=False)
        if not self._is_writing and self.settings != before:
            self._wires.send(_reload(before, self.settings))

    async def _read(self, *, tells_same: bool = True) -> None:
        problems: list[Unusable] = []
        before = self.settings
        found = await self._wires.on_worker(partial(load, self._path, report=problems.append))
        if not self._is_writing and self.settings is before:  # or this is older than what is chosen
            self._written = self.settings = found
        if problems:
            self._wires.notify(notice_of(problems))
        if tells_same or self.settings != before:
            self.changed.emit(self.settings)

    def change(self, path: str, value: object) -> None:
        """Exchange one setting, and write it down."""
        if value_of(self.settings, path) != value:
            self.replace(with_value(self.settings, path, value))

    def change_as_read(self, path: str, value: object) -> None:
        """Exchange one setting where the page was perhaps never opened: the file is read before."""
        self._wires.run(partial(self._read_and_change, path, value), "read settings")

    async def _read_and_change(self, path: str, value: object) -> None:
        await self._read()
        self.change(path, value)

    def replace_as_read(self, change: Callable[[Settings], Settings]) -> None:
        """Exchange several at once; the file is read before."""
        self._wires.run(partial(self._read_and_replace, change), "read settings")

    async def _read_and_replace(self, change: Callable[[Settings], Settings]) -> None:
        await self._read()
        self.replace(change(self.settings))

    def replace(self, settings: Settings) -> None:
        """Exchange them all, and write them down."""
        self.settings = settings
        self.changed.emit(settings)
        if not self._is_writing:
            self._is_writing = True
            self._wires.run(self._write, "write settings")

    async def _write(self) -> None:
        """One writing at a time; the last words win."""
        try:
            while self._written is not self.settings:
                before, wanted = self._written, self.settings
                await self._wires.on_worker(partial(save, self._path, wanted))
                self._written = wanted
                self._wires.send(_reload(before, wanted))
        except OSError as error:
            facts = {"reason": reason_of(error)}
            self._wires.notify(Notice(NoticeLevel.WARNING, "settings.not_saved", facts))
            self._written = self.settings
        finally:
            self._is_writing = False


def notice_of(problems: Sequence[Unusable]) -> Notice:
    """What could not be used of the settings, which is something."""
    first = problems[0]
    code, facts = "settings.broken", {"reason": ", ".join(one.name for one in problems)}
    if first.is_file:
        code, facts = "settings.set_aside", {"file": first.name}
    if first.is_file and not first.name:
        code, facts = "settings.unread", {}
    return Notice(NoticeLevel.WARNING, code, facts)


def _reload(before: Settings, now: Settings) -> ReloadSettings:
    return ReloadSettings(counts_from_start=from_start(before) != from_start(now))
