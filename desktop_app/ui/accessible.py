"""What screen readers are told of what the window paints itself: roles, and parts by name.

Qt asks for it, and only while somebody listens. A widget says its role with a class attribute
``spoken_role`` (a name of ``QAccessible.Role``). One that paints several things says what they
are as well: see ``SpokenParts``.
"""

# mypy: disable-error-code="override"
# Qt takes None where there is nothing to give; its stubs do not know that.

from __future__ import annotations

from typing import NamedTuple, Protocol, cast

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleEvent,
    QAccessibleInterface,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget


class SpokenPart(NamedTuple):
    """One thing that is painted.

    Attributes:
        name: What it says, or shows.
        role: A name of ``QAccessible.Role``.
        box: Where it stands in the widget.
        is_current: The keyboard is about it.
        can_press: Pressing it does something.
    """

    name: str
    role: str
    box: QRect
    is_current: bool = False
    can_press: bool = False


class SpokenParts(Protocol):
    """A widget that paints several things."""

    def spoken_count(self) -> int:
        """How many there are."""
        ...

    def spoken_part(self, number: int) -> SpokenPart:
        """One of them, from 0."""
        ...

    def press_part(self, number: int) -> None:
        """Do what a click on it does."""
        ...


def speak_of_painted() -> None:
    """Let screen readers learn of every widget that says a role; once for a process."""
    global _is_installed
    if not _is_installed:
        _is_installed = True
        QAccessible.installFactory(_interface_for)


def tell_current(widget: QWidget, number: int) -> None:
    """Tell whoever listens that the keyboard is about another part now."""
    if not QAccessible.isActive():
        return
    whole = QAccessible.queryAccessibleInterface(widget)
    if isinstance(whole, _Painted):
        event = QAccessibleEvent(whole.part(number), QAccessible.Event.Focus)
        QAccessible.updateAccessibility(event)


_is_installed = False


def _interface_for(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    role = getattr(thing, "spoken_role", "")
    if not role or not isinstance(thing, QWidget):
        return None
    made = _Painted(thing, QAccessible.Role[role])
    thing.__dict__["_spoken_interface"] = made  # it lives as long as its widget
    return made


class _Painted(QAccessibleWidget):
    """A widget: its real children first, then what it paints."""

    def __init__(self, widget: QWidget, role: QAccessible.Role) -> None:
        super().__init__(widget, role)
        self._widget = widget
        self._parts: list[_Part] = []

    def childCount(self) -> int:  # noqa: N802
        return super().childCount() + self._count()

    def child(self, index: int) -> QAccessibleInterface | None:
        widgets = super().childCount()
        if index < widgets:
            return super().child(index)
        return self.part(index - widgets) if index - widgets < self._count() else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:  # noqa: N802
        if isinstance(child, _Part):
            return super().childCount() + child.number
        return super().indexOfChild(child)

    def focusChild(self) -> QAccessibleInterface | None:  # noqa: N802
        for number in range(self._count()):
            if self._widget.hasFocus() and _parts_of(self._widget).spoken_part(number).is_current:
                return self.part(number)
        return super().focusChild()

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # noqa: N802
        for number in range(self._count()):
            if self.part(number).rect().contains(x, y):
                return self.part(number)
        return super().childAt(x, y)

    def part(self, number: int) -> _Part:
        """The interface of something that is painted."""
        while len(self._parts) <= number:
            made = _Part(self._widget, len(self._parts))
            QAccessible.registerAccessibleInterface(made)
            self._parts.append(made)
        return self._parts[number]

    def _count(self) -> int:
        if not shiboken6.isValid(self._widget) or not hasattr(self._widget, "spoken_count"):
            return 0
        return _parts_of(self._widget).spoken_count()


class _Press(QAccessibleActionInterface):
    """The one action of a part that can be pressed; it lives as long as the part."""

    def __init__(self, part: _Part) -> None:
        super().__init__()
        self._part = part

    def actionNames(self) -> list[str]:  # noqa: N802
        return [self.pressAction()] if self._part.can_press else []

    def doAction(self, name: str) -> None:  # noqa: N802
        if name == self.pressAction():
            self._part.press()

    def keyBindingsForAction(self, _name: str) -> list[str]:  # noqa: N802
        return []


class _Part(QAccessibleInterface):
    """Something that a widget paints; it is asked for anew each time, so it is never stale."""

    def __init__(self, widget: QWidget, number: int) -> None:
        super().__init__()
        self._widget = widget
        self.number = number
        self._press = _Press(self)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> shiboken6.VoidPtr:
        """What can be done with it.

        Qt wants an address. An int would be taken for the object that it is, and None too.
        """
        if kind == QAccessible.InterfaceType.ActionInterface and self.can_press:
            return shiboken6.VoidPtr(shiboken6.getCppPointer(self._press)[0])
        return shiboken6.VoidPtr(0)

    @property
    def can_press(self) -> bool:
        """Whether pressing it does something, now."""
        return self.isValid() and self._now().can_press

    def press(self) -> None:
        """Do what a click does; what has gone meanwhile does nothing."""
        if self.can_press:
            _parts_of(self._widget).press_part(self.number)

    def _now(self) -> SpokenPart:
        return _parts_of(self._widget).spoken_part(self.number)

    def isValid(self) -> bool:  # noqa: N802
        if not shiboken6.isValid(self._widget):
            return False
        return self.number < _parts_of(self._widget).spoken_count()

    def object(self) -> QObject | None:
        return None

    def window(self) -> QWindow | None:
        return self._widget.window().windowHandle()

    def parent(self) -> QAccessibleInterface | None:
        return QAccessible.queryAccessibleInterface(self._widget)

    def child(self, _index: int) -> QAccessibleInterface | None:
        return None

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface | None:  # noqa: N802
        return None

    def childCount(self) -> int:  # noqa: N802
        return 0

    def indexOfChild(self, _child: QAccessibleInterface) -> int:  # noqa: N802
        return -1

    def rect(self) -> QRect:
        box = self._now().box if self.isValid() else QRect()
        return QRect(self._widget.mapToGlobal(QPoint(0, 0)) + box.topLeft(), box.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role[self._now().role] if self.isValid() else QAccessible.Role.NoRole

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        if not self.isValid():
            state.invalid = True
            return state
        part = self._now()
        state.focusable = state.selectable = True
        state.focused = state.selected = part.is_current and self._widget.hasFocus()
        state.offscreen = not self._widget.rect().intersects(part.box)
        return state

    def text(self, kind: QAccessible.Text) -> str:
        is_name = kind == QAccessible.Text.Name and self.isValid()
        return self._now().name if is_name else ""

    def setText(self, _kind: QAccessible.Text, _text: str) -> None:  # noqa: N802
        """What is painted is not written into."""


def _parts_of(widget: QWidget) -> SpokenParts:
    return cast("SpokenParts", widget)
