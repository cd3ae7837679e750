"""Goes through what can be pressed in the conversation by keyboard."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.prose import tr
from desktop_app.ui.chat.message_actions import MENU, steps_of
from desktop_app.ui.chat.message_stack import MessageStack
from desktop_app.ui.chat.targets import Target


@dataclass(frozen=True, slots=True)
class Pressable:
    """A target, its message, and how far from the upper edge of all messages it stands."""

    message_id: str
    target: Target
    y: float

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The same target, wherever it stands now."""
        return self.message_id, self.target.kind, self.target.value, self.target.label


def next_of(
    pressable: list[Pressable], chosen: Pressable | None, *, backwards: bool
) -> Pressable | None:
    """The one after (or before) the chosen one, None after the last: the focus goes on."""
    if not pressable:
        return None
    keys = [one.key for one in pressable]
    if chosen is None or chosen.key not in keys:
        return pressable[-1 if backwards else 0]
    number = keys.index(chosen.key) + (-1 if backwards else 1)
    return pressable[number] if 0 <= number < len(pressable) else None


def same_of(pressable: list[Pressable], chosen: Pressable) -> Pressable | None:
    """The chosen one as it stands now; the nearest, where several say the same."""
    same = (one for one in pressable if one.key == chosen.key)
    return min(same, key=lambda one: abs(one.y - chosen.y), default=None)


def pressable_in(
    stack: MessageStack, top: int, height: int, *, has_menus: bool = False
) -> list[Pressable]:
    """What can be pressed in the part of the conversation that is in sight.

    Args:
        has_menus: The menu of each message is among it.
    """
    found: list[Pressable] = []
    number = stack.number_at(top)
    while 0 <= number < len(stack) and stack.top(number) < top + height:
        start, row = stack.top(number), stack.row(number)
        targets = row.targets(top - start, top + height - start)
        if has_menus and steps_of(row.message):
            targets.append(Target("menu", "", tr(MENU), row.actions_box))
        for target in targets:
            if top <= start + target.box.center().y() <= top + height:
                found.append(Pressable(row.message.id, target, start + target.box.top()))
        number += 1
    return found
