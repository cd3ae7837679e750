"""A bar for people alone, which leaves nothing behind."""

from __future__ import annotations

import io

import pytest

from desktop_app.commands.terminal.progress_bar import ProgressBar, size_of
from desktop_app.commands.terminal.text_sink import TextSink


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_far_it_is_and_nothing_afterwards():
    out = Terminal()
    bar = ProgressBar(TextSink(out))
    bar.draw("Uploading a.pdf", 1, 4, "1 kB")
    assert out.getvalue() == "\rUploading a.pdf  [######------------------]  25% 1 kB"
    bar.wipe()
    last = out.getvalue().split("\r")[-2]
    assert (last.strip(), out.getvalue()[-1]) == ("", "\r")
    bar.wipe()
    assert out.getvalue().count("\r") == 3


def test_a_file_shows_nothing():
    out = io.StringIO()
    bar = ProgressBar(TextSink(out))
    bar.draw("Uploading a.pdf", 1, 4)
    bar.wipe()
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("count", "words"),
    [(None, ""), (0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000_000, "2.0 GB")],
)
def test_sizes_are_for_people(count, words):
    assert size_of(count) == words
