"""What commands print: tables and progress for people, one JSON object per line for scripts."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from desktop_app.errors import InputError
from desktop_app.text_sink import TextSink

_BAR_CELLS = 24
_LAST_COLUMN_LEAST = 20


class Output:
    """Prints to one stream; a reader that has gone ends the printing, not the command.

    Args:
        as_json: For scripts.
        out: Where to; standard output by default.
    """

    def __init__(self, *, as_json: bool = False, out: TextIO | None = None) -> None:
        self.as_json = as_json
        self._sink = TextSink(out)
        self._bar = ""

    def rows(
        self, columns: Sequence[str], rows: Sequence[Sequence[object]], values: Sequence[Any]
    ) -> None:
        """A table for people, or each value as JSON for scripts; the last column may be cut."""
        if self.as_json:
            for value in values:
                self.value(value)
            return
        self._table(columns, [[_cell(cell) for cell in row] for row in rows])

    def value(self, value: Any) -> None:
        """One JSON object on a line of its own."""
        self._sink.write(msgspec.json.encode(value).decode() + "\n")

    def say(self, sentence: str, value: Any | None = None) -> None:
        """A sentence for people, or ``value`` for scripts."""
        if self.as_json:
            if value is not None:
                self.value(value)
            return
        self._sink.write(sentence + "\n")

    def progress(self, name: str, done: int, total: int, unit: str = "") -> None:
        """Draw a bar over the last one, on a terminal only; ``total`` 0 is not known yet."""
        if self.as_json or not self._sink.is_terminal:
            return
        share = min(done / total, 1.0) if total else 0.0
        full = round(share * _BAR_CELLS)
        bar = "#" * full + "-" * (_BAR_CELLS - full)
        shown = f"{name}  [{bar}] {share:4.0%} {unit}".rstrip()
        self._sink.write("\r" + shown.ljust(len(self._bar)))
        self._bar = shown

    def end_progress(self) -> None:
        """Wipe the bar: what follows says how it ended."""
        if self._bar:
            self._sink.write("\r" + " " * len(self._bar) + "\r")
            self._bar = ""

    def finish(self) -> None:
        """Raises:
        InputError: ``output.lost``: not everything could be printed.
        """
        if self._sink.trouble:
            raise InputError("output.lost", f"The answer cannot be printed: {self._sink.trouble}.")

    def _table(self, columns: Sequence[str], rows: list[list[str]]) -> None:
        widths = [max(_width(line[at]) for line in (columns, *rows)) for at in range(len(columns))]
        if self._sink.is_terminal:
            taken = sum(widths[:-1]) + 2 * len(widths[:-1])
            room = shutil.get_terminal_size().columns - taken
            widths[-1] = min(widths[-1], max(room, _LAST_COLUMN_LEAST))
        for line in (columns, *rows):
            cells = [_fitted(cell, width) for cell, width in zip(line, widths, strict=True)]
            self._sink.write("  ".join(cells).rstrip() + "\n")


def local_time(stamp: str | None) -> str:
    """A moment of the service as a clock here shows it, to the minute; as it came if unreadable."""
    try:
        moment = datetime.fromisoformat(stamp or "")
    except ValueError:
        return stamp or ""
    here = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone()
    return here.strftime("%Y-%m-%d %H:%M")


def _cell(value: object) -> str:
    """One line; control characters of a stranger's text do not reach the terminal."""
    text = "" if value is None else " ".join(str(value).split())
    return "".join(one for one in text if one.isprintable())


def _width(text: str) -> int:
    """Terminal cells; wide letters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _fitted(text: str, width: int) -> str:
    """Cut or filled up to ``width`` cells."""
    if _width(text) <= width:
        return text + " " * (width - _width(text))
    while text and _width(text) > width - 1:
        text = text[:-1]
    return text + "…" + " " * (width - 1 - _width(text))
