"""Calls of functions that were allowed for good, each to be revoked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.settings import ApprovalSettings
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.settings.row_widgets import WrappedText


class ApprovalsCard(QWidget):
    """A line for each.

    Signals:
        revoked: Its name in the settings.
    """

    revoked = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._shown: Mapping[str, ApprovalSettings] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 8)
        self._column.setSpacing(2)
        self.buttons: dict[str, Button] = {}
        self.show_approvals({})

    def show_approvals(self, approvals: Mapping[str, ApprovalSettings]) -> None:
        """Show these."""
        if approvals == self._shown:
            return
        self._shown = dict(approvals)
        while (item := self._column.takeAt(0)) is not None:
            line = item.widget()
            if line is not None:
                line.hide()
                line.deleteLater()
        self.buttons = {}
        for name, one in approvals.items():
            self._column.addWidget(self._line(name, one))
        if not approvals:
            words = tr("You allowed no call for good. Each one waits for you.")
            self._column.addWidget(WrappedText(self._look, self, words, size.SMALL, "dim"))

    def _line(self, name: str, approval: ApprovalSettings) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 2, 0, 2)
        words = approval_words(approval)
        row.addWidget(WrappedText(self._look, line, words, size.SMALL, "text"), 1)
        button = Button(self._look, line, text=tr("Revoke"), tone=Tone.OUTLINE)
        button.setAccessibleName(tr("Revoke: {what}").format(what=words))
        button.clicked.connect(partial(self._on_revoked, name))
        self.buttons[name] = button
        row.addWidget(button)
        return line

    def _on_revoked(self, name: str, _is_checked: bool = False) -> None:
        self.revoked.emit(name)


def approval_words(approval: ApprovalSettings) -> str:
    """What is allowed, in a line."""
    if not approval.arguments:
        words = tr("Every call of {tool}").format(tool=approval.tool)
    elif approval.exact:
        words = tr("{tool} with exactly {arguments}").format(
            tool=approval.tool, arguments=approval.arguments
        )
    else:
        words = tr("{tool} whenever {arguments}").format(
            tool=approval.tool, arguments=approval.arguments
        )
    if approval.thread:
        words = tr("{call}, in one thread").format(call=words)
    return words
