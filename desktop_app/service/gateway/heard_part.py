"""How far into the text of a reply somebody came who heard so much of its speech. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.protocol.heard_words import word_end
from desktop_app.protocol.spoken_reply import MS_PER_CHARACTER


@dataclass(slots=True)
class _Sentence:
    """One piece of the text: where it ends, and the speech made of it so far."""

    end: int
    said_ms: float = 0.0
    is_whole: bool = False


class HeardPart:
    """Follows one reply: its text as it is written, its sentences as they are spoken."""

    def __init__(self) -> None:
        self._text = ""
        self._cut_until = 0
        self._sentences: list[_Sentence] = []

    def written(self, delta: str) -> None:
        """More text of the reply."""
        self._text += delta

    def cut_out(self, sentence: str) -> int:
        """Where a sentence that was cut out of the text ends in it; call it in their order."""
        found = self._text.find(sentence, self._cut_until)
        self._cut_until = max(found, self._cut_until) + len(sentence)
        return self._cut_until

    def begin(self, end: int) -> None:
        """The voice begins the sentence that ends there; the one before is whole."""
        if self._sentences:
            self._sentences[-1].is_whole = True
        self._sentences.append(_Sentence(end))

    def said(self, ms: float) -> None:
        """So much more speech of that sentence."""
        self._sentences[-1].said_ms += ms

    def finish(self) -> None:
        """Everything has been spoken."""
        if self._sentences:
            self._sentences[-1].is_whole = True

    def characters(self, heard_ms: int) -> int:
        """How many characters of the text were heard, cut back to the end of a word."""
        at, left_ms = 0, float(heard_ms)
        for sentence in self._sentences:
            length_ms = sentence.said_ms
            if not sentence.is_whole:
                length_ms = max(length_ms, (sentence.end - at) * MS_PER_CHARACTER)
            if left_ms < length_ms:
                heard = at + int((sentence.end - at) * left_ms / length_ms)
                return word_end(self._text, heard)
            at, left_ms = sentence.end, left_ms - length_ms
        return at
