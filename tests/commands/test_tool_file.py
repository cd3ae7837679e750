"""Functions in a file are read in each usual shape, and refused with the place that is wrong."""

from __future__ import annotations

import json

import pytest

from desktop_app.commands.tool_file import read_tools
from desktop_app.errors import InputError

BARE = {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "number"}}}}
WHOLE = {"type": "function", "function": BARE}


@pytest.mark.parametrize("content", [[WHOLE], {"tools": [WHOLE]}, WHOLE, [BARE], BARE])
def test_every_usual_shape_becomes_a_list_of_definitions(tmp_path, content):
    path = tmp_path / "tools.json"
    path.write_text(json.dumps(content))
    assert read_tools(path) == [WHOLE]


def test_a_function_without_parameters_gets_none_written_out(tmp_path):
    path = tmp_path / "tools.json"
    path.write_text('{"name": "now"}')
    [tool] = read_tools(path)
    assert tool["function"]["parameters"] == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('"hello"', "no list of functions"),
        ("[1]", "function 1 is no object"),
        ('[{"name": "a"}, {"type": "search"}]', "function 2 is not"),
        ('[{"name": "two words"}]', "name of function 1"),
        ('[{"name": 5}]', "name of function 1"),
        ('[{"name": "a"}, {"name": "a"}]', 'two functions called "a"'),
        ('[{"name": "a", "parameters": {"type": "array"}}]', 'parameters of "a"'),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, words):
    path = tmp_path / "tools.json"
    path.write_text(content)
    with pytest.raises(InputError, match=words):
        read_tools(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"missing.json cannot be read"):
        read_tools(tmp_path / "missing.json")
