"""Prints to a stream that may be full, poor in letters, or gone."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)))
del _CONTROLS[ord("\n")], _CONTROLS[ord("\t")]


def harmless(text: str) -> str:
    """Without what could command a terminal: text of models and servers is a stranger's."""
    return text.translate(_CONTROLS)


class TextSink:
    """A stream whose failures do not disturb who prints.

    Args:
        out: Where to; standard output by default.

    Attributes:
        trouble: Why not everything was printed; empty also where the reader has simply gone.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out: TextIO | None = out or sys.stdout  # which is None where it was closed before
        self.trouble = ""

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
        return self._out is not None and self._out.isatty()

    def write(self, text: str) -> None:
        """Print now, or never; without control characters."""
        self._write(harmless(text))

    def draw(self, line: str) -> None:
        """Print over the line that stands there; the next ``write`` goes on behind it."""
        self._write("\r" + line)

    def _write(self, text: str) -> None:
        if self._out is None:
            return
        try:
            self._out.write(self._printable(text, self._out.encoding))
            self._out.flush()
        except BrokenPipeError:
            self._give_up()
        except OSError as error:
            self.trouble = error.strerror or str(error)
            self._give_up()

    def _printable(self, text: str, encoding: str | None) -> str:
        """A terminal of few letters shows question marks for the others."""
        if not encoding or text.isascii():
            return text
        return text.encode(encoding, "replace").decode(encoding)

    def _give_up(self) -> None:
        """Print no more; what still waits in the stream goes nowhere, or the exit would fail."""
        if self._out is sys.stdout is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        self._out = None
