"""What is left open in one message is closed before the next one."""

from __future__ import annotations

import pytest

from desktop_app.export.open_ends import closing_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain\n\nwords", ""),
        ("```python\nprint(1)", "```"),
        ("```\na\n```", ""),
        ("```\na\n```\n~~~~\nb", "~~~~"),
        ("````\n```\nstill code", "````"),
        ("```\n~~~\n``` not the end", "```"),
        ("- one\n  ```\n  code", "  ```"),
        ("a `code` and ``` in a line ```", ""),
        ("``` is ``` no fence", ""),
        ("<!-- open\n```\nwords", "-->"),
        ("<!-- closed -->\n```", "```"),
        ("<SCRIPT src=x>\nalert(1)", "</script>"),
        ("<script>\n</Script>", ""),
        ("<prefix>", ""),
        ("    <!-- code by its columns", ""),
        ("<![CDATA[ x", "]]>"),
        ("<?php\n?>", ""),
        ("words\u2028```\x0c```", ""),
    ],
)
def test_what_never_ends_is_known_by_what_would_end_it(text: str, line: str):
    assert closing_line(text) == line
    assert not closing_line(f"{text}\n{line}\nmore") or not line
