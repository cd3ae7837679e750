"""Parts the reasoning that local models write between tags from what they answer."""

from __future__ import annotations

import re

from desktop_app.service.providers.ports import ReasoningDelta, TextDelta

_TAGS = ("think", "thinking")
_OPENING = tuple(f"<{tag}>" for tag in _TAGS)
_OPEN = re.compile("|".join(_OPENING))


class ThinkTags:
    """Feed it the pieces of one answer, cut anywhere.

    A tag opens reasoning only where a line begins: an answer that speaks about the tag is none.
    Reasoning that is never closed is all reasoning.
    """

    def __init__(self) -> None:
        self._closing = ""  # the tag that ends the reasoning; empty outside of it
        self._waiting = ""  # what may yet turn out to be a tag, or blank before an answer
        self._is_at_start = True
        self._has_answered = False

    def feed(self, text: str) -> list[TextDelta | ReasoningDelta]:
        """What the next piece adds."""
        self._waiting += text
        found: list[TextDelta | ReasoningDelta] = []
        while self._waiting:
            before = len(self._waiting)
            found += self._reason() if self._closing else self._answer()
            if len(self._waiting) == before:
                break
        return found

    def finish(self) -> list[TextDelta | ReasoningDelta]:
        """What was held back."""
        rest, self._waiting = self._waiting, ""
        if self._closing:
            return [ReasoningDelta(rest)] if rest else []
        return self._text(rest) if rest.strip() else []

    def _reason(self) -> list[TextDelta | ReasoningDelta]:
        text, closed, rest = self._waiting.partition(self._closing)
        if closed:
            self._closing, self._waiting, self._is_at_start = "", rest, True
        else:
            held = _held(text, (self._closing,))
            text, self._waiting = text[: len(text) - held], text[len(text) - held :]
        return [ReasoningDelta(text)] if text else []

    def _answer(self) -> list[TextDelta | ReasoningDelta]:
        for found in _OPEN.finditer(self._waiting):
            before = self._waiting[: found.start()]
            if self._begins_line(before):
                self._closing = found[0].replace("<", "</")
                self._waiting = self._waiting[found.end() :]
                return self._text(before)
        held = _held(self._waiting, _OPENING)
        if held and not self._begins_line(self._waiting[: len(self._waiting) - held]):
            held = 0
        text = self._waiting[: len(self._waiting) - held]
        if not text.strip() and not self._has_answered:
            return []  # blank so far: between the reasoning and the answer it is nothing
        self._waiting = self._waiting[len(text) :]
        return self._text(text)

    def _begins_line(self, before: str) -> bool:
        line = before.rpartition("\n")
        return not line[2].strip() and (bool(line[1]) or self._is_at_start)

    def _text(self, text: str) -> list[TextDelta | ReasoningDelta]:
        if not self._has_answered:
            text = text.lstrip()
        if not text:
            return []
        self._has_answered = True
        last_line = text.rpartition("\n")
        self._is_at_start = bool(last_line[1]) and not last_line[2].strip()
        return [TextDelta(text)]


def _held(text: str, tags: tuple[str, ...]) -> int:
    """How many characters at the end may be the beginning of a tag."""
    longest = max(map(len, tags)) - 1
    for count in range(min(longest, len(text)), 0, -1):
        if any(tag.startswith(text[-count:]) for tag in tags):
            return count
    return 0
