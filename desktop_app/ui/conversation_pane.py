"""The centre: header, messages or an invitation, notices, voice, composer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.compose.composer import Composer
from desktop_app.ui.header import HEIGHT, Header
from desktop_app.ui.look import Look, fill

if TYPE_CHECKING:
    from desktop_app.state.app_state import Conversation, Levels, Voice
    from desktop_app.ui.chat.chat_view import ChatView
    from desktop_app.ui.chat.empty_state import Invitation
    from desktop_app.ui.compose.attachment_tray import AttachmentTray
    from desktop_app.ui.compose.drop_target import DropTarget
    from desktop_app.ui.compose.edit_line import EditLine
    from desktop_app.ui.notice_bar import NoticeBar
    from desktop_app.ui.voice.voice_dock import VoiceDock
    from desktop_app.ui.welcome.welcome_pane import WelcomePane

_MARGIN = 20
_BOTTOM = 18
_GAP = 8
_LEAST_MESSAGES = 72  # px of them that are seen, as far as other things can give way


class ConversationPane(QWidget):
    """Everything about the open thread; ``furnish`` adds what the first paint does not need.

    A page, such as the gallery, may stand in its place: ``add_page``, ``show_page``.

    Attributes:
        page: Name of the page that is shown; empty for the conversation.
        welcome: Stands in place of the invitation, where there is one.

    Signals:
        furnished: The parts that were added are there.
        page_changed: Name of the page that is shown now, empty for the conversation.
    """

    spoken_role = "Pane"

    furnished = Signal()
    page_changed = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.header = Header(look, self)
        self.composer = Composer(look, self)
        self.composer.height_changed.connect(self.arrange)
        self.chat: ChatView | None = None
        self.invitation: Invitation | None = None
        self.welcome: WelcomePane | None = None
        self.page = ""
        self._pages: dict[str, QWidget | Callable[[QWidget], QWidget]] = {}
        self._conversation: Conversation | None = None
        self.dock: VoiceDock | None = None
        self.tray: AttachmentTray | None = None
        self.edit_line: EditLine | None = None
        self.drop_target: DropTarget | None = None
        self.notices: NoticeBar | None = None

    def furnish(self, drops_on: QWidget | None = None) -> None:
        """Build the parts that show messages, notices and voice.

        Args:
            drops_on: What is dropped there is dropped on the conversation; such as its window.
        """
        from desktop_app.ui.chat.chat_view import ChatView
        from desktop_app.ui.chat.empty_state import Invitation
        from desktop_app.ui.compose.attachment_tray import AttachmentTray
        from desktop_app.ui.compose.drop_target import DropTarget
        from desktop_app.ui.compose.edit_line import EditLine
        from desktop_app.ui.notice_bar import NoticeBar
        from desktop_app.ui.voice.voice_dock import VoiceDock

        self.chat = ChatView(self._look, self)
        self.invitation = Invitation(self._look, self)
        self.dock = VoiceDock(self._look, self)
        self.notices = NoticeBar(self._look, self)
        self.tray = AttachmentTray(self._look, self)
        self.edit_line = EditLine(self._look, self)
        self.drop_target = DropTarget(self._look, self)
        if drops_on is not None:
            self.drop_target.watch(drops_on)
        for part in (self.chat, self.invitation, self.dock):
            part.hide()
        for before, after in pairwise((*self.header.stops, self.chat, *self.composer.stops)):
            QWidget.setTabOrder(before, after)
        self.composer.page_requested.connect(self.chat.turn_page)
        self.furnished.emit()
        self.arrange()

    def show_conversation(self, conversation: Conversation) -> None:
        """Show the open thread."""
        self._conversation = conversation
        if self.chat is None or self.invitation is None:
            return
        has_messages = bool(conversation.messages)
        invites = not has_messages and (conversation.is_loaded or not conversation.thread_id)
        self.chat.show_messages(
            conversation.thread_id, conversation.messages, has_older=conversation.has_older
        )
        self.chat.show_upload(conversation.upload)
        self.chat.setVisible(has_messages and not self.page)
        is_inviting = invites and not self.page
        self.invitation.setVisible(is_inviting and self.welcome is None)
        if self.welcome is not None:
            self.welcome.setVisible(is_inviting)
        self.arrange()

    def use_welcome(self, welcome: WelcomePane | None) -> None:
        """Put this in place of the invitation, or the invitation back."""
        if self.welcome is not None:
            self.welcome.hide()
        self.welcome = welcome
        if welcome is not None and self.chat is not None:
            # with the conversation, or Tab would go from there to the composer's field and back
            stops = (*self.header.stops, *welcome.stops, self.chat, *self.composer.stops)
            for before, after in pairwise(stops):
                QWidget.setTabOrder(before, after)
        if self._conversation is not None:
            self.show_conversation(self._conversation)

    def add_page(self, name: str, make: Callable[[QWidget], QWidget]) -> None:
        """Say what builds a page when it is first shown; its window title stands in the header.

        It gets the keys, or what it has as ``first_stop``.
        """
        self._pages[name] = make

    def show_page(self, name: str) -> None:
        """Show a page instead of the conversation; the empty name shows the conversation."""
        if name == self.page:
            return
        before = self._built(self.page)
        self.page = name
        page = self._built(name)
        comes = self.composer if page is None else page
        self.arrange()  # a page lays its lines out anew once it is shown, for the room it has
        comes.show()
        first = getattr(comes, "first_stop", comes)
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)  # before keys wander from what goes
        goes = self.composer if before is None else before
        goes.hide()
        self.show_edit_line()
        self.header.show_page(page.windowTitle() if page is not None else "")
        if self._conversation is not None:
            self.show_conversation(self._conversation)
        self.arrange()
        self.page_changed.emit(name)

    def show_edit_line(self) -> None:
        """Show that a question is being edited, where it is."""
        line = self.edit_line
        is_shown = line is not None and line.is_on and not self.page
        if line is not None and line.isHidden() == is_shown:
            line.setVisible(is_shown)
            self.arrange()

    def _built(self, name: str) -> QWidget | None:
        page = self._pages.get(name)
        if page is None or isinstance(page, QWidget):
            return page
        made = self._pages[name] = page(self)
        made.hide()
        return made

    def show_talk_mode(self, mode: str) -> None:
        """Say how the talk key is used."""
        self.composer.field.setPlaceholderText(wording.placeholder(mode))
        if self.invitation is not None and self.dock is not None:
            self.invitation.hint.show_text(wording.invitation_hint(mode))
            self.dock.talk_mode = mode

    def show_voice(self, voice: Voice, partial: str) -> None:
        """Show the dock while voice is on."""
        if self.dock is None:
            return
        shown = ("listening", "hearing", "speaking", "paused")
        is_on = voice.is_voice_on or voice.phase in shown
        if voice.phase in ("thinking", "connecting", "reconnecting"):
            # about what was said just now, or about what was typed
            is_on = is_on or not self.dock.isHidden()
        self.dock.show_voice(voice, partial)
        self.composer.show_voice(voice.is_voice_on)
        if is_on == self.dock.isHidden():
            self.dock.setVisible(is_on)
            self.arrange()

    def show_levels(self, levels: Levels) -> None:
        """Move the ring."""
        if self.dock is not None and not self.dock.isHidden():
            self.dock.show_levels(levels)

    def arrange(self) -> None:
        """Stack the parts: composer at the bottom, messages in what is left."""
        width = self.width()
        column = min(self._look.scaled(size.COLUMN), width - 2 * _MARGIN)
        left = (width - column) // 2
        self.header.setGeometry(0, 0, width, HEIGHT)
        heights = self._shared_heights(column)
        height = self.composer.sizeHint().height()
        top = self.height() - _BOTTOM - height
        self.composer.setGeometry(left, top, column, height)
        if self.page:
            top = self.height() - _BOTTOM
        for part, height in heights.items():
            top -= height + _GAP
            part.setGeometry(left, top, column, height)
        room = QRect(0, HEIGHT, width, max(0, top - HEIGHT - _GAP))
        if self.chat is not None:
            self.chat.setGeometry(room)
        if self.invitation is not None:
            least = self.invitation.sizeHint().height()
            self.invitation.setGeometry(self._still_room(room, least))
        if self.welcome is not None:
            least = self.welcome.minimumSizeHint().height()
            self.welcome.setGeometry(self._still_room(room, least))
        page = self._pages.get(self.page)
        if isinstance(page, QWidget):
            is_alone = top == self.height() - _BOTTOM
            below = self.height() if is_alone else top - _GAP
            page.setGeometry(0, HEIGHT, width, below - HEIGHT)

    def _shared_heights(self, column: int) -> dict[QWidget, int]:
        """Heights of what is shown above the composer, from below.

        What is short of room gives way: the files, the text being written, a large dock. So what
        ends voice, and what is to be known, are never behind the header.
        """
        if self.tray is None or self.dock is None:
            return {}
        parts = (self.edit_line, self.tray, self.dock, self.notices)
        heights: dict[QWidget, int] = {
            part: self._wanted_height(part, column)
            for part in parts
            if part is not None and not part.isHidden()
        }
        free = self.height() - _BOTTOM - HEIGHT - _GAP - sum(heights.values()) - _GAP * len(heights)
        free -= 0 if self.page else self._look.scaled(_LEAST_MESSAGES)
        gives = {
            part: heights[part] - part.least_height
            for part in (self.tray, self.dock)
            if part in heights
        }
        self.composer.keep_within(free + gives.get(self.tray, 0))
        over = max(0, (0 if self.page else self.composer.sizeHint().height()) - free)
        for giving, most in gives.items():
            heights[giving] -= min(over, most)
            over -= min(over, most)
        return heights

    def _wanted_height(self, part: QWidget, column: int) -> int:
        if part.hasHeightForWidth() or part is self.notices:
            return part.heightForWidth(column)
        return part.sizeHint().height()

    def _still_room(self, room: QRect, least: int) -> QRect:
        """Where what invites stands without a dock, so that speaking does not move it.

        Args:
            room: What is left for it.
            least: px that it needs.
        """
        still = QRect(0, HEIGHT, self.width(), self.composer.y() - HEIGHT - _GAP)
        lowest = (still.height() - least) * 4 // 9 + least  # it stands a little above the middle
        return still if lowest <= room.height() else room

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.arrange()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        fill(QPainter(self), self.rect(), self._look.colour("background"))
