"""Notices that only confirm something: they go by themselves once they could be read."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.ui.wires import Wires

READ_MS = 10_000
"""As long as what was removed can be brought back."""

_CONFIRMING = (
    "archive.imported",
    "assistant.begins",
    "assistant.saved",
    "device.other_",
    "export.written",
    "kept.",
    "model.for_new_threads",
    "picture.copied",
    "picture.saved",
    "recording.saved",
    "voice.for_all_threads",
)
"""How their codes begin. What has to be done, or goes on, is none of them."""


class PassingNotices(QObject):
    """Watches the notices of one window. Main thread only."""

    def __init__(self, wires: Wires) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._shown: Notice | None = None
        self._time = QTimer(self)
        self._time.setSingleShot(True)
        self._time.setInterval(READ_MS)
        self._time.timeout.connect(self._on_read)
        wires.store.notices_changed.connect(self._on_notices)

    def _on_notices(self, notices: tuple[Notice, ...]) -> None:
        """Only the newest is in sight: the time of another one begins when it is.

        What was confirmed before does not come back behind it.
        """
        newest = notices[-1] if notices else None
        if newest is self._shown:
            return
        self._shown = newest
        if newest is None or not is_confirming(newest):
            self._time.stop()
            return
        self._time.start()
        for one in filter(is_confirming, notices[:-1]):
            self._wires.dismiss(one.code)

    def _on_read(self) -> None:
        if self._shown is not None:
            self._wires.dismiss(self._shown.code)


def is_confirming(notice: Notice) -> bool:
    """Whether nothing has to be done about it."""
    return notice.level is NoticeLevel.INFO and notice.code.startswith(_CONFIRMING)
