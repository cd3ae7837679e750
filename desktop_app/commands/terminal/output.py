"""What commands print: tables and progress for people, one JSON value for scripts."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from desktop_app.commands.terminal.progress_bar import ProgressBar
from desktop_app.commands.terminal.text_sink import TextSink
from desktop_app.errors import InputError

_MARGIN = "    "
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
        self._bar = ProgressBar(self._sink)
        self._added: list[Any] = []

    def rows(
        self, columns: Sequence[str], rows: Sequence[Sequence[object]], values: Sequence[Any]
    ) -> None:
        """A table for people, or a list of the values for scripts; the last column may be cut."""
        if self.as_json:
            self.value(list(values))
            return
        self._table(columns, [[_cell(cell) for cell in row] for row in rows])
        if not rows:
            self._sink.write("(none)\n")

    def value(self, value: Any) -> None:
        """One JSON value on a line of its own."""
        self._sink.write(msgspec.json.encode(value).decode() + "\n")

    def say(self, sentence: str, value: Any | None = None) -> None:
        """A sentence for people, or ``value`` for scripts."""
        if self.as_json:
            if value is not None:
                self.value(value)
            return
        self._sink.write(sentence + "\n")

    def add(self, sentence: str, value: Any) -> None:
        """A sentence for people now, or one more element of the list that scripts get."""
        if self.as_json:
            self._added.append(value)
        else:
            self._sink.write(sentence + "\n")

    def end_list(self) -> None:
        """What was added, as one value; also where the command failed after it."""
        if self._added:
            added, self._added = self._added, []
            self.value(added)

    def facts(self, facts: Mapping[str, object], value: Any) -> None:
        """One thing in full: a line for each fact, long ones below their name."""
        if self.as_json:
            self.value(value)
            return
        shown = {name: text for name, fact in facts.items() if (text := printable(fact))}
        width = max(map(len, shown), default=0)
        for name, text in shown.items():
            if "\n" in text:
                lines = text.replace("\n", "\n" + _MARGIN)
                self._sink.write(f"{name}\n{_MARGIN}{lines}\n")
            else:
                self._sink.write(f"{name:<{width}}  {text}\n")

    def progress(self, name: str, done: int, total: int, unit: str = "") -> None:
        """Draw a bar over the last one, on a terminal only; ``total`` 0 is not known yet."""
        if not self.as_json:
            self._bar.draw(name, done, total, unit)

    def end_progress(self) -> None:
        """Wipe the bar: what follows says how it ended."""
        self._bar.wipe()

    def finish(self) -> None:
        """Raises:
        InputError: ``output.lost``: not everything could be printed.
        """
        if self._sink.trouble:
            raise InputError("output.lost", f"The answer cannot be printed: {self._sink.trouble}.")

    def _table(self, columns: Sequence[str], rows: list[list[str]]) -> None:
        widths = [
            max(width_of(line[at]) for line in (columns, *rows)) for at in range(len(columns))
        ]
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


def counted(number: int, one: str, many: str = "") -> str:
    """``1 memory``, ``2 memories``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def printable(value: object) -> str:
    """Its text; control characters of a stranger's text do not reach the terminal."""
    text = "" if value is None else str(value)
    return "".join(one for one in text if one.isprintable() or one == "\n").strip()


def _cell(value: object) -> str:
    return printable("" if value is None else " ".join(str(value).split()))


def width_of(text: str) -> int:
    """Terminal cells; wide letters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _fitted(text: str, width: int) -> str:
    """Cut or filled up to ``width`` cells."""
    if width_of(text) <= width:
        return text + " " * (width - width_of(text))
    while text and width_of(text) > width - 1:
        text = text[:-1]
    return text + "…" + " " * (width - 1 - width_of(text))
