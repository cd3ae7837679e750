"""What is being said of a spoken reply: the words around the one that sounds. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.journal.records import MessageRecord, Role

MS_PER_CHARACTER = 65
"""Of speech at an ordinary pace, while it is not known how long the whole will be."""

_BEFORE, _AFTER = 40, 80  # characters around the word, cut at words


@dataclass(frozen=True, slots=True)
class Caption:
    """A piece of the reply on one line or two.

    Attributes:
        before: What was said just now, with the space that follows it.
        word: What is being said.
        after: What comes next.
    """

    before: str = ""
    word: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """All of it, as it is read."""
        return f"{self.before}{self.word}{self.after}"


SILENT = Caption()


def caption_of(text: str, heard_ms: int, speech_ms: int = 0) -> Caption:
    """The place in a reply that sounds after ``heard_ms``.

    Args:
        text: The reply as far as it has come.
        heard_ms: How much of its speech left the loudspeaker.
        speech_ms: Length of the whole speech, 0 while it is not known.
    """
    flat = " ".join(text.split())
    if not flat:
        return SILENT
    total_ms = speech_ms or len(flat) * MS_PER_CHARACTER
    place = min(len(flat) - 1, len(flat) * max(0, heard_ms) // total_ms)
    if flat[place] == " ":
        place += 1
    start = flat.rfind(" ", 0, place) + 1
    end = flat.find(" ", place)
    end = len(flat) if end < 0 else end
    left = _word_start(flat, start - _BEFORE)
    right = flat.rfind(" ", end, end + _AFTER)
    right = len(flat) if right < 0 or end + _AFTER >= len(flat) else right
    return Caption(flat[left:start], flat[start:end], flat[end:right])


def caption_of_turn(messages: tuple[MessageRecord, ...], turn: int, heard_ms: int) -> Caption:
    """The caption of the newest reply of a turn; nothing where there is none."""
    for message in reversed(messages[-3:]):
        if message.role is Role.ASSISTANT and message.turn == turn:
            return caption_of(message.text, heard_ms)
    return SILENT


def _word_start(flat: str, place: int) -> int:
    return 0 if place <= 0 else flat.find(" ", place) + 1
