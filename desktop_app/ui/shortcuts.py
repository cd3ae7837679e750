"""Every key of the window in one table: what it does, in words, and what it is bound to.

Rooms make their ``QShortcut``s with the keys of the table; a test holds both together. What a
person chose instead is put in place afterwards, by ``rebind``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop_app.prose import mark, tr
from desktop_app.ui.key_words import shown_keys
from desktop_app.ui.tips import Tips

_DEFAULT = "default_keys"
TALK, THREAD, WINDOW, PICTURES = (
    mark("Talking"),
    mark("Writing and reading"),
    mark("Window"),
    mark("Gallery"),
)


class Shortcut(NamedTuple):
    """One key.

    Attributes:
        name: Stable; names it in the settings.
        keys: As Qt writes them, without a person's choice.
        title: What it does; English, said through ``tr``.
        is_fixed: It belongs to one place, such as the composer, and cannot be bound anew.
    """

    name: str
    keys: str
    title: str
    group: str
    is_fixed: bool = False


TABLE = (
    Shortcut("talk", "Space", mark("Talk, in an empty composer"), TALK, True),
    Shortcut("talk_anywhere", "Ctrl+Space", mark("Talk, anywhere"), TALK, True),
    Shortcut("voice", "Ctrl+Shift+Space", mark("Begin or end a spoken conversation"), TALK),
    Shortcut("mute", "Ctrl+D", mark("Mute the microphone"), TALK),
    Shortcut("focus", "F11", mark("Large captions while you speak"), TALK),
    Shortcut("stop", "Esc", mark("Stop the reply, or close what is open"), TALK, True),
    Shortcut("send", "Return", mark("Send"), THREAD, True),
    Shortcut("line", "Shift+Return", mark("A new line"), THREAD, True),
    Shortcut(
        "edit_last", "Up", mark("Edit the last question, while nothing is written"), THREAD, True
    ),
    Shortcut("page_up", "PgUp", mark("Scroll back while you write"), THREAD, True),
    Shortcut("page_down", "PgDown", mark("Scroll on while you write"), THREAD, True),
    Shortcut("attach", "Ctrl+U", mark("Attach files"), THREAD),
    Shortcut("note", "Ctrl+Shift+N", mark("Record or finish a voice note"), THREAD),
    Shortcut("questions", "Ctrl+Shift+J", mark("Questions with set answers"), THREAD),
    Shortcut("again", "Ctrl+R", mark("Ask the last question again"), THREAD),
    Shortcut("copy_last", "Ctrl+Shift+C", mark("Copy the last reply"), THREAD),
    Shortcut("copy_code", "Ctrl+Shift+B", mark("Copy the last block of code"), THREAD),
    Shortcut("write", "Shift+Esc", mark("Write a message, wherever you are"), THREAD),
    Shortcut("find", "Ctrl+F", mark("Find in this thread"), THREAD),
    Shortcut("find_next", "F3", mark("Find the next place"), THREAD),
    Shortcut("find_previous", "Shift+F3", mark("Find the place before"), THREAD),
    Shortcut("new", "Ctrl+N", mark("New thread"), WINDOW),
    Shortcut("search", "Ctrl+K", mark("Search threads and words"), WINDOW),
    Shortcut("next_thread", "Ctrl+Tab", mark("Next thread"), WINDOW),
    Shortcut("previous_thread", "Ctrl+Shift+Tab", mark("Thread before"), WINDOW),
    Shortcut("rename", "F2", mark("Rename the open thread"), WINDOW),
    Shortcut("left", "Ctrl+Shift+S", mark("Show or hide the threads"), WINDOW),
    Shortcut("right", "Ctrl+Shift+D", mark("Show or hide the details"), WINDOW),
    Shortcut("model", "Ctrl+Shift+M", mark("Choose the model that answers"), WINDOW),
    Shortcut("models", "Ctrl+Shift+L", mark("All models"), WINDOW),
    Shortcut("assistants", "Ctrl+Shift+A", mark("Assistants"), WINDOW),
    Shortcut("memories", "Ctrl+Shift+Y", mark("Everything that is remembered"), WINDOW),
    Shortcut("gallery", "Ctrl+Shift+G", mark("Gallery"), WINDOW),
    Shortcut("settings", "Ctrl+,", mark("Settings"), WINDOW),
    Shortcut("menu", "Shift+F10", mark("Open the menu of what has the keys"), WINDOW, True),
    Shortcut("keys", "Ctrl+/", mark("All keys"), WINDOW),
    Shortcut("quit", "Ctrl+Q", mark("Quit"), WINDOW),
    Shortcut("picture_open", "Return", mark("Look at the picture"), PICTURES, True),
    Shortcut("picture_play", "Space", mark("Play the video, or pause it"), PICTURES, True),
    Shortcut("picture_next", "PgDown", mark("Next picture"), PICTURES, True),
    Shortcut("picture_copy", "Ctrl+C", mark("Copy the picture"), PICTURES, True),
    Shortcut("picture_save", "Ctrl+S", mark("Save the picture as a file"), PICTURES, True),
    Shortcut("picture_delete", "Del", mark("Delete the picture"), PICTURES, True),
)
BY_NAME = {one.name: one for one in TABLE}


def keys_of(name: str, chosen: Mapping[str, str]) -> str:
    """What the shortcut is bound to, as Qt writes it.

    Nothing, where a person gave its usual keys to another before there was this one.
    """
    shortcut, wish = BY_NAME[name], _wish(name, chosen)
    if wish is not None:
        return wish
    others = (_wish(one, chosen) for one in chosen if one != name)
    is_taken = not shortcut.is_fixed and any(
        QKeySequence(other) == QKeySequence(shortcut.keys) for other in others if other
    )
    return "" if is_taken else shortcut.keys


def _wish(name: str, chosen: Mapping[str, str]) -> str | None:
    wish, known = chosen.get(name), BY_NAME.get(name)
    return wish if isinstance(wish, str) and known and not known.is_fixed else None


def conflict(name: str, keys: str, chosen: Mapping[str, str]) -> str:
    """Why the shortcut cannot be bound to these keys, in words; empty when it can."""
    sequence = QKeySequence(keys)
    if not keys:
        return ""
    if sequence.isEmpty():
        return tr("These keys cannot be used.")
    for other in TABLE:
        same_place = other.group != PICTURES or not other.is_fixed
        bound = QKeySequence(keys_of(other.name, chosen))
        if other.name != name and same_place and bound == sequence:
            words = tr("{keys} is taken: {title}.")
            return words.format(keys=shown_keys(keys), title=tr(other.title))
    if _is_written(sequence):
        return tr("{keys} is needed for writing. Choose other keys.").format(keys=shown_keys(keys))
    return ""


def _is_written(sequence: QKeySequence) -> bool:
    """Whether a field in which one writes keeps these keys to itself: letters, copying, undoing."""
    from PySide6.QtWidgets import QPlainTextEdit  # for who binds keys

    keys = sequence[0]  # type: ignore[index]  # its stubs lack it
    event = QKeyEvent(QEvent.Type.ShortcutOverride, keys.key(), keys.keyboardModifiers())
    event.ignore()
    QCoreApplication.sendEvent(QPlainTextEdit(), event)
    return event.isAccepted()


def rebind(window: QWidget, tips: Tips, chosen: Mapping[str, str]) -> None:
    """Bind every shortcut of the window to what a person chose, and let its tooltips say so."""
    names = {QKeySequence(one.keys).toString(): one.name for one in TABLE if not one.is_fixed}
    for shortcut in window.findChildren(QShortcut):
        default = shortcut.property(_DEFAULT) or shortcut.key().toString()
        shortcut.setProperty(_DEFAULT, default)
        if default in names:
            keys = QKeySequence(keys_of(names[default], chosen))
            if keys != shortcut.key():
                shortcut.setKey(keys)
    now = {one.keys: keys_of(one.name, chosen) for one in TABLE if not one.is_fixed}
    tips.bind(window, {keys: bound for keys, bound in now.items() if keys != bound})
