"""The menu of the threads that are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.prose import tr
from desktop_app.ui.threads import thread_words as words
from desktop_app.ui.threads.thread_rows import Row

Ids = tuple[str, ...]


class ThreadSteps(NamedTuple):
    """What can be done with threads that are chosen."""

    rename: Callable[[], None]
    pin: Callable[[Ids, bool], None]
    mark: Callable[[Ids, bool], None]
    export: Callable[[Ids], None]
    delete: Callable[[Ids], None]


def thread_menu(parent: QWidget, chosen: Sequence[Row], steps: ThreadSteps) -> QMenu:
    """A menu that deletes itself when it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    ids = tuple(row.thread_id for row in chosen)
    is_pinned = all(row.is_pinned for row in chosen)
    is_unread = all(row.is_unread for row in chosen)

    def add(name: str, step: Callable[[], None], keys: str = "") -> QAction:
        action = menu.addAction(tr(words.MENU[name]))
        action.triggered.connect(lambda _checked=False: step())
        if keys:
            action.setShortcut(keys)
            action.setShortcutVisibleInContextMenu(True)
        return action

    if len(chosen) == 1:
        add("rename", steps.rename, "F2")
    add("unpin" if is_pinned else "pin", partial(steps.pin, ids, not is_pinned))
    add("read" if is_unread else "unread", partial(steps.mark, ids, not is_unread))
    add("export", partial(steps.export, ids))
    menu.addSeparator()
    delete = add("delete", partial(steps.delete, ids), "Del")
    delete.setText(words.delete_label(len(chosen)))
    return menu
