"""The window's side of W5: the real one, in which somebody types, with a stream or without.

Takes ``busy`` or ``calm``; prints how long each key took to the end of its paint, in ms, and by
how many characters the reply grew meanwhile.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import MessageSaved, ReplyGrew
from desktop_app.state.changes import with_opened
from desktop_app.ui.look import Look
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.store import AppStore
from tests.benchmarks.conversation import markdown, message

KEYS = 150
_EVERY_MS = 61
_PIECE_MS = 5
_PIECE = "more words"
_MESSAGES, _MESSAGE_KB, _GROWING_KB = 50, 15, 50


class Typist(QObject):
    """Presses a key, waits until it is painted, and presses the next one.

    Attributes:
        taken_ms: Of each key.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.taken_ms: list[float] = []
        self._field = window.pane.composer.field
        self._field.viewport().installEventFilter(self)
        self._waits = random.Random(1)
        self._pressed_s: float | None = None

    def press(self) -> None:
        """One letter, through the event queue."""
        self._pressed_s = time.perf_counter()
        down = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a")
        QCoreApplication.postEvent(self._field, down)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Paint:
            QTimer.singleShot(0, self._note)  # the paint itself comes first
        return False

    def _note(self) -> None:
        is_shown = len(self._field.toPlainText()) > len(self.taken_ms)
        if self._pressed_s is None or not is_shown:
            return
        self.taken_ms.append((time.perf_counter() - self._pressed_s) * 1000)
        self._pressed_s = None
        if len(self.taken_ms) == KEYS:
            QApplication.exit()  # quit would ask the window first
        else:
            QTimer.singleShot(_EVERY_MS + self._waits.randrange(20), self.press)


class Stream(QObject):
    """A long thread whose newest reply grows by 200 pieces a second.

    Attributes:
        grown: Characters.
    """

    def __init__(self, store: AppStore, parent: QWidget) -> None:
        super().__init__(parent)
        self.grown = 0
        self._store = store
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._grow)
        store.change(lambda state: with_opened(state, "a", is_new=True))
        for number in range(_MESSAGES):
            store.apply(MessageSaved(message(number, markdown(_MESSAGE_KB * 1000))))
        self._reply = message(
            _MESSAGES, markdown(_GROWING_KB * 1000), status=MessageStatus.STREAMING
        )
        store.apply(MessageSaved(self._reply))
        store.tell()

    def start(self) -> None:
        self._timer.start(_PIECE_MS)

    def _grow(self) -> None:
        self.grown += len(_PIECE)
        self._store.apply(ReplyGrew("a", self._reply.id, _PIECE))


def main(kind: str) -> int:
    qt = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        memory = QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(Look(theme="light"), memory)
        window.furnish()
        window.show()
        store = AppStore()
        store.conversation_changed.connect(window.pane.show_conversation)
        stream, typist = Stream(store, window), Typist(window)
        if kind == "busy":
            stream.start()
        QTimer.singleShot(500, typist.press)
        qt.exec()
        sys.stdout.write(json.dumps({"ms": typist.taken_ms, "grown": stream.grown}) + "\n")
        window.is_closing = True
        window.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
