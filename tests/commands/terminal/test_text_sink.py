"""Whatever becomes of the stream, who prints goes on."""

from __future__ import annotations

import io

from desktop_app.commands.terminal.text_sink import TextSink


class Failing(io.StringIO):
    """A stream that fails so; counts how often it was tried."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error
        self.tries = 0

    def write(self, _text: str) -> int:
        self.tries += 1
        raise self.error


def test_a_full_disk_is_told_once_and_not_tried_again():
    out = Failing(OSError(28, "No space left on device"))
    sink = TextSink(out)
    sink.write("a")
    sink.write("b")
    assert (sink.trouble, out.tries) == ("No space left on device", 1)


def test_a_reader_that_has_gone_is_no_trouble():
    out = Failing(BrokenPipeError())
    sink = TextSink(out)
    sink.write("a")
    sink.write("b")
    assert (sink.trouble, out.tries) == ("", 1)


def test_a_terminal_of_few_letters_shows_what_it_can():
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    TextSink(out).write("na\u00efve\n")
    assert raw.getvalue() == b"na?ve\n"


def test_a_program_without_output_prints_nothing(monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    sink = TextSink()
    sink.write("a")
    assert not sink.is_terminal


def test_what_a_stranger_writes_commands_no_terminal():
    out = io.StringIO()
    TextSink(out).write("Hi\x1b]0;owned\x07\x1b[2J\r\x9b2Jyou\x7f\n\tna\u00efve \U0001f600")
    assert out.getvalue() == "Hi]0;owned[2J2Jyou\n\tna\u00efve \U0001f600"
