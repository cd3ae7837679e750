"""The text of one reply while it comes in pieces, repeated or whole. Pure."""

from __future__ import annotations

from collections.abc import Collection

from desktop_app.protocol.reply_links import without_links


class ReplyWords:
    """Keeps the text of a turn, which may have several rounds: one for each run or tool call."""

    def __init__(self) -> None:
        self._earlier = ""  # the text of rounds before this one
        self._pieces: list[str] = []
        self._length = 0

    def __bool__(self) -> bool:
        return bool(self._earlier or self._pieces)

    @property
    def text(self) -> str:
        """All of it."""
        return self._earlier + "".join(self._pieces)

    def add(self, piece: str) -> str:
        """What is new in the next piece; some servers repeat in each what they said before."""
        if 0 < self._length < len(piece) and piece.startswith("".join(self._pieces)):
            piece = piece[self._length :]
        if piece:
            self._pieces.append(piece)
            self._length += len(piece)
        return piece

    def complete(self, whole: str) -> bool:
        """Take the text of this round as its server gives it at the end, if that says more."""
        if len(whole) <= self._length:
            return False
        if not whole.startswith(self._earlier):
            whole = self._earlier + whole
        self._become(whole)
        return True

    def unlink(self, urls: Collection[str]) -> bool:
        """Remove the links of pictures; whether there were any."""
        said = self.text
        shown = without_links(said, urls) if urls else said
        if shown == said:
            return False
        self._become(shown)
        return True

    def begin_round(self) -> None:
        """What follows belongs to another run."""
        self._earlier = self.text
        self._pieces, self._length = [], 0

    def _become(self, text: str) -> None:
        self._earlier, self._pieces, self._length = "", [text], len(text)
