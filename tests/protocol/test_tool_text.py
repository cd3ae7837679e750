"""Functions as people write them; what is wrong is said with its line."""

from __future__ import annotations

import pytest

from desktop_app.protocol.tool_text import ToolTextError, read_tool_text, tool_text


def test_what_is_shown_is_read_back_as_it_was():
    tools = read_tool_text('[{"name": "add", "description": "Plus"},\n{"name": "now"}]')
    assert [tool["function"]["name"] for tool in tools] == ["add", "now"]
    assert read_tool_text(tool_text(tools)) == tools


@pytest.mark.parametrize("text", ["", " \n", "[]", '{"tools": []}'])
def test_there_may_be_no_functions(text):
    assert read_tool_text(text) == []
    assert tool_text([]) == ""


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[\n  {"name": "a"}\n  {"name": "b"}\n]', 3, "not JSON: a comma is missing"),
        ('[\n  {"name": "a"},\n\n  {"name": "two words"}\n]', 4, "name of function 2"),
        ('{"tools": [\n  {"name": "a"},\n  5]}', 3, "function 2 is no object"),
        ('[{"name": "a"},\n{"name": "b"},\n{"name": "a"}]', 3, 'two functions called "a"'),
        ('\n\n{"type": "search"}', 3, "function 1 is not"),
        ('"hello"', 1, "no list of functions"),
        ('{"tools": 5}', 1, "no list of functions"),
        ("[" * 100_000, 1, "too deep"),
        ('[{"name": "a", "top": NaN}]', 1, "NaN is no number"),
        ('[{"name": "a", "top": 1e999}]', 1, "a number is too large"),
        ('[{"name": "a",}]', 1, "not JSON: "),
        ('[{"name" "a"}]', 1, "a colon is missing"),
        ('[{"name": }]', 1, "a value is missing"),
        ('[{"name": "a"}] [', 1, "something stands behind its end"),
        ('[{"name":\n "a\nb"}]', 2, "a line ends within a text in quotes"),
        ('[{"name": "a', 1, "a text in quotes has no end"),
        ('[{"name": "\\q"}]', 1, "a backslash stands before a character that takes none"),
        ('[{"name": "\\u12"}]', 1, "a backslash stands before a character that takes none"),
        ("[{name: 1}]", 1, "a name in double quotes is missing"),
        ('[{"name": "a", "description": "\\ud800"}]', 1, "half of a character"),
    ],
)
def test_bar_44_a_fault_names_its_line_and_its_reason(text, line, words):
    with pytest.raises(ToolTextError) as caught:
        read_tool_text(text)
    assert caught.value.line == line
    assert words in caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        r'{"\u0074ools": [{"name": "a"}]}',
        '{"x": {"tools": [{"name": "b"}]}, "tools": [{"name": "a"}]}',
        '{"x": "\\"tools\\": [", "tools": [{"name": "a"}], "y": 1}',
        '{"tools": [{"name": "b"}], "tools": [{"name": "a"}]}',
    ],
)
def test_the_list_that_is_called_tools_is_read_whatever_else_stands_there(text):
    assert [tool["function"]["name"] for tool in read_tool_text(text)] == ["a"]


def test_each_line_is_counted_once_however_many_functions_there_are():
    class Counting(str):
        """A text that knows how much of it was looked through for lines."""

        looked = 0

        def count(self, sub, start=0, end=None):
            Counting.looked += (len(self) if end is None else end) - start
            return str.count(self, sub, start, len(self) if end is None else end)

    text = Counting("[" + ",\n".join(f'{{"name": "f{number}"}}' for number in range(200)) + "]")
    assert len(read_tool_text(text)) == 200
    assert Counting.looked <= len(text)
