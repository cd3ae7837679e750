"""What commands print: tables that fit, JSON that a script reads, bars on terminals only."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from desktop_app.commands.terminal.output import Output, local_time
from desktop_app.errors import InputError


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Full(io.StringIO):
    """A stream on a disk that is full."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


ROWS = [["1", "a"], ["22", "two words"]]


def test_a_table_has_a_head_and_even_columns():
    out = io.StringIO()
    Output(out=out).rows(("id", "words"), ROWS, [])
    assert out.getvalue() == "id  words\n1   a\n22  two words\n"


def test_an_empty_table_says_so_and_scripts_get_an_empty_list():
    people, scripts = io.StringIO(), io.StringIO()
    Output(out=people).rows(("id",), [], [])
    Output(as_json=True, out=scripts).rows(("id",), [], [])
    assert (people.getvalue(), scripts.getvalue()) == ("id\n(none)\n", "[]\n")


def test_scripts_get_a_table_as_one_list():
    out = io.StringIO()
    Output(as_json=True, out=out).rows(("id",), [["1"]], [{"id": 1}, {"id": 2}])
    assert json.loads(out.getvalue()) == [{"id": 1}, {"id": 2}]


def test_scripts_get_what_was_added_as_one_list_and_people_at_once():
    people, scripts = io.StringIO(), io.StringIO()
    for out in (Output(out=people), Output(as_json=True, out=scripts)):
        out.add("Deleted 1", {"id": 1})
        out.add("Deleted 2", {"id": 2})
        assert scripts.getvalue() == ""
        out.end_list()
        out.end_list()
    assert people.getvalue() == "Deleted 1\nDeleted 2\n"
    assert scripts.getvalue() == '[{"id":1},{"id":2}]\n'


def test_one_thing_in_full_leaves_out_what_is_not_known():
    out = io.StringIO()
    facts = {"id": 7, "name": None, "told to": "Be kind.\nBe brief.", "note": "a\x1b[2Jb"}
    Output(out=out).facts(facts, {})
    assert out.getvalue() == "id       7\ntold to\n    Be kind.\n    Be brief.\nnote     a[2Jb\n"


def test_wide_letters_take_two_cells_and_control_characters_none():
    out = io.StringIO()
    Output(out=out).rows(("name", "x"), [["你好", "1"], ["a\x1b[2Jb\nc", "2"]], [])
    assert out.getvalue().splitlines() == ["name     x", "你好     1", "a[2Jb c  2"]


def test_the_last_column_is_cut_to_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    out = Terminal()
    Output(out=out).rows(("id", "words"), [["1", "word " * 20]], [])
    assert max(len(line) for line in out.getvalue().splitlines()) == 30
    assert out.getvalue().splitlines()[1].endswith("…")


def test_times_are_those_of_the_clock_here():
    moment = datetime(2026, 7, 1, 23, 30, 12, tzinfo=UTC)
    here = moment.astimezone().strftime("%Y-%m-%d %H:%M")
    assert local_time("2026-07-01T23:30:12.5Z") == here
    assert local_time("2026-07-01T23:30:12") == here
    assert local_time("2026-07-02T01:30:12+02:00") == here
    assert [local_time("soon"), local_time(None)] == ["soon", ""]


def test_a_bar_is_drawn_over_itself_and_wiped():
    out = Terminal()
    shown = Output(out=out)
    shown.progress("Uploading a.pdf", 5, 10, "5 B")
    shown.progress("Uploading a.pdf", 10, 10, "")
    shown.end_progress()
    first, second, wiped, _ = out.getvalue().split("\r")[1:]
    assert first == "Uploading a.pdf  [############------------]  50% 5 B"
    assert second.rstrip() == "Uploading a.pdf  [########################] 100%"
    assert len(second) == len(first)
    assert wiped.strip() == ""


@pytest.mark.parametrize(("as_json", "stream"), [(False, io.StringIO), (True, Terminal)])
def test_there_is_no_bar_for_scripts_and_files(as_json: bool, stream: type[io.StringIO]):
    out = stream()
    shown = Output(as_json=as_json, out=out)
    shown.progress("Uploading", 1, 2)
    shown.end_progress()
    assert out.getvalue() == ""


def test_a_sentence_is_for_people_and_a_value_for_scripts():
    people, scripts = io.StringIO(), io.StringIO()
    Output(out=people).say("Done", {"done": True})
    Output(as_json=True, out=scripts).say("Done", {"done": True})
    Output(as_json=True, out=scripts).say("Only for people")
    assert (people.getvalue(), scripts.getvalue()) == ("Done\n", '{"done":true}\n')


def test_a_disk_that_is_full_is_told_at_the_end():
    shown = Output(out=Full())
    shown.say("Done")
    shown.say("Again")
    with pytest.raises(InputError, match="No space left"):
        shown.finish()
