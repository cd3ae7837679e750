"""The messages of a conversation stacked at one width: heights, tops, rows laid out on demand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from desktop_app.journal.records import MessageRecord, Role
from desktop_app.link.messages import UploadAdvanced
from desktop_app.state.app_state import Playing
from desktop_app.ui.chat.height_index import HeightIndex
from desktop_app.ui.chat.message_row import MessageRow, estimated_heights
from desktop_app.ui.chat.picture_shelf import InlinePicture, PictureShelf
from desktop_app.ui.look import Look

_KEPT_ROWS = 48  # laid out rows kept beyond the ones in sight


class MessageStack:
    """Where each message stands; heights are guesses until a row was in sight.

    Attributes:
        messages: Oldest first.
        shelf: The pictures of the messages.
        width: px of a row.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._index = HeightIndex()
        self._rows: OrderedDict[str, MessageRow] = OrderedDict()
        self._numbers: dict[str, int] = {}
        self._playing: Playing | None = None
        self._upload: UploadAdvanced | None = None
        self._uploading = ""  # whose files are under way
        self.shelf = PictureShelf()
        self.messages: tuple[MessageRecord, ...] = ()
        self.width = 0

    def __len__(self) -> int:
        return len(self.messages)

    @property
    def total(self) -> int:
        """Height of all messages, px."""
        return self._index.total

    def show(self, messages: tuple[MessageRecord, ...]) -> None:
        """Replace the messages; known heights are kept."""
        before, self.messages = self.messages, messages
        if len(before) == len(messages) and not self._is_moved(before, messages):
            for number, (old, new) in enumerate(zip(before, messages, strict=True)):
                if old is not new:
                    self._refresh(number)
            return
        known = {old.id: self._index.height(number) for number, old in enumerate(before)}
        self._numbers = {message.id: number for number, message in enumerate(messages)}
        heights = estimated_heights(messages, self.width)
        if known:
            ids = (message.id for message in messages)
            heights = [known.get(one, guess) for one, guess in zip(ids, heights, strict=True)]
        self._index = HeightIndex(heights)
        unchanged = {old.id: old for old in before}
        for number, message in enumerate(messages):
            if message.id in self._rows and unchanged.get(message.id) is not message:
                self._refresh(number)

    def _is_moved(
        self, before: tuple[MessageRecord, ...], after: tuple[MessageRecord, ...]
    ) -> bool:
        return any(
            old is not new and old.id != new.id for old, new in zip(before, after, strict=True)
        )

    def set_width(self, width: int) -> None:
        """Lay out for another width: every height is a guess again."""
        if width != self.width:
            self.width = width
            self.forget()

    def forget(self) -> None:
        """Throw every layout away (another width, another theme)."""
        self._rows.clear()
        self._index = HeightIndex(estimated_heights(self.messages, self.width))

    def _refresh(self, number: int) -> None:
        row = self._rows.get(self.messages[number].id)
        if row is not None:
            row.show(self.messages[number])
            self._index.set_height(number, row.height)

    def row(self, number: int) -> MessageRow:
        """The laid out row; its true height replaces the guess."""
        message = self.messages[number]
        row = self._rows.get(message.id)
        if row is None:
            row = MessageRow(self._look, message, self.width, self.shelf)
            row.show_playing(self._playing)
            row.show_upload(self._upload if message.id == self._uploading else None)
            self._rows[message.id] = row
        self._rows.move_to_end(message.id)
        self._index.set_height(number, row.height)
        return row

    def forget_far_rows(self, in_sight: int) -> None:
        """Keep the rows in sight and the last ones seen before them."""
        while len(self._rows) > in_sight + _KEPT_ROWS:
            self._rows.popitem(last=False)

    def show_pictures(self, by_message: Mapping[str, tuple[InlinePicture, ...]]) -> None:
        """Replace which pictures belong to which message."""
        self.shelf.show(by_message)
        for number, message in enumerate(self.messages):
            if message.id in self._rows:
                self._refresh(number)

    def show_playing(self, playing: Playing | None) -> None:
        """Tell every row which recording is being heard."""
        self._playing = playing
        for row in self._rows.values():
            row.show_playing(playing)

    def show_upload(self, upload: UploadAdvanced | None) -> bool:
        """Tell the question whose files are under way, and the one before, how far they are.

        Returns:
            Whether that is news.
        """
        if upload == self._upload:
            return False
        wanted = upload and self._question_of(upload.turn)
        for message_id in {self._uploading, wanted or ""} & self._rows.keys():
            self._rows[message_id].show_upload(upload if message_id == wanted else None)
            self.settle(self._numbers[message_id])
        self._upload, self._uploading = upload, wanted or ""
        return True

    def _question_of(self, turn: int) -> str:
        """The newest question of that number: turns are counted anew in each session."""
        asked = (one for one in reversed(self.messages) if one.role is Role.USER)
        return next((one.id for one in asked if one.turn == turn), "")

    def touch(self, picture_id: str) -> None:
        """A picture looks different now, wherever it is."""
        for message_id, row in self._rows.items():
            if any(one.record.id == picture_id for one in self.shelf.of_message(message_id)):
                row.touch()

    def top(self, number: int) -> int:
        """Where a message begins, px from the first."""
        return self._index.top(number)

    def number_at(self, y: int) -> int:
        """The message at a height, the nearest one outside; -1 when there is none."""
        return self._index.row_at(y)

    def number_of(self, message_id: str) -> int:
        """Where a message stands, -1 when it is not here."""
        return self._numbers.get(message_id, -1)

    def measure(self, top: int, height: int) -> bool:
        """Lay out what is in sight; True when a guess was wrong."""
        before = self._index.total
        number = self.number_at(top)
        while 0 <= number < len(self.messages) and self.top(number) < top + height:
            row, start = self.row(number), self.top(number)
            row.measure(top - start, top + height - start)
            self._index.set_height(number, row.height)
            number += 1
        return self._index.total != before

    def settle(self, number: int) -> None:
        """Take over the height of a row that was changed from outside."""
        self._index.set_height(number, self.row(number).height)
