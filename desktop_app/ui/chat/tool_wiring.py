"""What a person says to calls of functions: once, or for good."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from desktop_app.journal.records import MessageRecord
from desktop_app.journal.reply_details import ToolState, ToolUse
from desktop_app.link.replies import DecideTool, Decision, ToolPlace
from desktop_app.prose import tr
from desktop_app.protocol.events import ToolCall
from desktop_app.protocol.tool_approval import arguments_of
from desktop_app.settings import ApprovalSettings, Settings
from desktop_app.ui.settings.settings_keeper import SettingsKeeper
from desktop_app.ui.wires import Wires

_MOST_PATTERNS = 4
_LONGEST_VALUE = 40


class ToolWiring(QObject):
    """Between the calls in the conversation, what is allowed, and the engine. Main thread only.

    Args:
        keeper: Keeps what is allowed for good.
    """

    def __init__(self, wires: Wires, keeper: SettingsKeeper) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._keeper = keeper
        chat = wires.window.pane.chat
        assert chat is not None  # the window is furnished as a whole, before this
        chat.tool_answered.connect(self._on_answered)
        chat.tool_refused.connect(self._on_refused)
        chat.tool_allowed.connect(self._on_allowed)
        chat.tool_always.connect(self._on_always)

    def _on_answered(self, message_id: str, call_id: str, output: str) -> None:
        self._decide(message_id, call_id, Decision.ANSWER, output)

    def _on_refused(self, message_id: str, call_id: str) -> None:
        self._decide(message_id, call_id, Decision.REFUSE)

    def _on_allowed(self, message_id: str, call_id: str) -> None:
        self._decide(message_id, call_id, Decision.RUN)

    def _decide(self, message_id: str, call_id: str, decision: Decision, output: str = "") -> None:
        message = self._message(message_id)
        waiting = _waiting(message) if message is not None else ()
        call = next((one for one in waiting if one.id == call_id), None)
        if message is None or call is None:
            return
        ids = tuple(one.id for one in _round_of(message, call))
        place = ToolPlace(message.thread_id, message.turn, call.run_id, ids)
        asked = ToolCall(call.id, call.name, call.arguments)
        self._wires.send(DecideTool(place, asked, decision, output))

    def _message(self, message_id: str) -> MessageRecord | None:
        messages = self._wires.store.state.conversation.messages
        return next((one for one in messages if one.id == message_id), None)

    # ---- for good -----------------------------------------------------------------------------

    def _on_always(self, message_id: str, call_id: str) -> None:
        menu = self.always_menu(message_id, call_id)
        if menu is not None:
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(QCursor.pos())

    def always_menu(self, message_id: str, call_id: str) -> QMenu | None:
        """What can be allowed for good because of a call; None where it waits no more."""
        message = self._message(message_id)
        waiting = _waiting(message) if message is not None else ()
        call = next((one for one in waiting if one.id == call_id), None)
        if message is None or call is None:
            return None
        menu = QMenu(self._wires.window)
        for words, approval in approvals_for(call, message.thread_id):
            chosen = partial(self._allow, message_id, call_id, approval)
            menu.addAction(words.replace("&", "&&"), chosen)
        return menu

    def _allow(self, message_id: str, call_id: str, approval: ApprovalSettings) -> None:
        change = partial(with_approval, approval=approval)
        self._keeper.replace_as_read(change)
        self._decide(message_id, call_id, Decision.RUN)


def approvals_for(call: ToolUse, thread_id: str) -> list[tuple[str, ApprovalSettings]]:
    """What can be allowed for good because of this call, the least first."""
    name = call.name
    found = [
        (
            tr("Exactly this call, always"),
            ApprovalSettings(name, call.arguments or "{}"),
        )
    ]
    given = arguments_of(ToolCall(call.id, name, call.arguments))
    plain = [(key, one) for key, one in given.items() if isinstance(one, str | int | float)]
    for key, value in plain[:_MOST_PATTERNS] if len(given) > 1 else ():
        words = tr("Whenever {argument} is {value}").format(
            argument=_legible(key), value=_legible(str(value))
        )
        only = msgspec.json.encode({key: value}).decode()
        found.append((words, ApprovalSettings(name, only, exact=False)))
    in_thread = tr("Every call of {tool} in this thread").format(tool=_legible(name))
    found.append((in_thread, ApprovalSettings(name, thread=thread_id)))
    everywhere = tr("Every call of {tool}, everywhere").format(tool=_legible(name))
    return [*found, (everywhere, ApprovalSettings(name))]


def _legible(text: str) -> str:
    """What a model wrote, so that nothing in it hides or turns around what is being allowed."""
    seen = (
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode()
        for sign in text[:_LONGEST_VALUE]
    )
    return "".join(seen) + ("…" if len(text) > _LONGEST_VALUE else "")


def with_approval(settings: Settings, approval: ApprovalSettings) -> Settings:
    """The settings with one more approval; the same one stands there once."""
    if approval in settings.approvals.values():
        return settings
    approvals = {**settings.approvals, uuid.uuid4().hex[:12]: approval}
    return replace(settings, approvals=approvals)


def _waiting(message: MessageRecord) -> tuple[ToolUse, ...]:
    return tuple(one for one in message.details.tools if one.state is ToolState.WANTED)


def _round_of(message: MessageRecord, call: ToolUse) -> list[ToolUse]:
    """The calls of one run that were wanted together; one of them may be at work already."""
    return [one for one in message.details.tools if one.run_id == call.run_id]
