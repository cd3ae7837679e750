"""Where a spoken reply was cut, for the model that answers next. Pure.

Backboard's messages have no word for it: what the model is told stands in the next turn's system
prompt.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.protocol.events import ReplyAudio, ReplyStarted, ReplyText, ServerEvent
from desktop_app.protocol.heard_words import word_end
from desktop_app.protocol.spoken_reply import MS_PER_CHARACTER

_BYTES_PER_MS = 48  # 24 kHz, s16le, mono
_QUOTED = 160


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a reply was cut.

    Attributes:
        run_id: As the server calls the turn; empty where it has not said so.
        heard_ms: How much of its speech was heard.
        heard: The text of that.
        heard_chars: Its length up to the end of a word.
    """

    run_id: str
    heard_ms: int
    heard: str
    heard_chars: int


class CutReply:
    """Follows the newest reply, and remembers where it was cut until that has been told."""

    def __init__(self) -> None:
        self._turn = 0
        self._run_id = ""
        self._text = ""
        self._bytes = 0
        self._is_whole = False
        self._cut: Cut | None = None

    def follow(self, event: ServerEvent) -> None:
        """Take one event of a reply."""
        match event:
            case ReplyStarted(turn=turn):
                self._turn, self._text, self._bytes, self._is_whole = turn, "", 0, False
                self._run_id, self._cut = event.run_id, None
            case ReplyText(turn=turn, text=text, is_whole=is_whole) if turn == self._turn:
                self._text = text if is_whole else self._text + text
            case ReplyAudio(turn=turn, pcm=pcm) if turn == self._turn:
                self._bytes += len(pcm)

    def finish(self, turn: int) -> None:
        """All of the reply's speech has come."""
        self._is_whole = self._is_whole or turn == self._turn

    def cut(self, turn: int, heard_ms: int, *, is_spoken: bool = False) -> None:
        """The person ended the reply after hearing so much of it.

        Args:
            turn: The one that it answers.
            heard_ms: Of its speech.
            is_spoken: It is to be spoken, though nothing may have sounded yet.
        """
        if turn != self._turn or not self._text or not (self._bytes or is_spoken):
            return
        length_ms = self._bytes / _BYTES_PER_MS
        if not self._is_whole:
            length_ms = max(length_ms, len(self._text) * MS_PER_CHARACTER)
        if heard_ms < length_ms:  # never where a speech without a sound is whole
            at = round(len(self._text) * heard_ms / length_ms)
            heard = self._text[:at].strip()
            self._cut = Cut(self._run_id, heard_ms, heard, word_end(self._text, at))

    @property
    def is_untold(self) -> bool:
        """Whether the next turn's model should be told."""
        return self._cut is not None

    def take(self) -> Cut | None:
        """Where it was cut, if that is untold; it is told by whoever takes it."""
        cut, self._cut = self._cut, None
        return cut

    def note(self) -> str:
        """What the model is told; once."""
        cut = self.take()
        return cut_note(cut.heard if cut else "")


def cut_note(heard: str) -> str:
    """What a model is told of a reply of which only ``heard`` was heard."""
    if not heard:
        return "The user interrupted your last spoken reply before hearing any of it."
    end = heard if len(heard) <= _QUOTED else "…" + heard[-_QUOTED:]
    return (
        "The user interrupted your last spoken reply and heard it only up to here: "
        f"“{end}”. They did not hear the rest."
    )


def with_note(own_prompt: str, note: str) -> str:
    """The assistant's own prompt, which a turn's would replace, and the note."""
    return f"{own_prompt}\n\n{note}" if own_prompt else note
