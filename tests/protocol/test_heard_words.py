"""Where the words end that somebody heard."""

from __future__ import annotations

import pytest

from desktop_app.protocol.heard_words import word_end


@pytest.mark.parametrize(
    ("text", "at", "heard"),
    [
        ("Hello there. How are you?", 16, "Hello there. How"),
        ("Hello there. How are you?", 15, "Hello there."),
        ("Hello there", 11, "Hello there"),
        ("One line\nand another", 10, "One line"),
        ("Hello", 3, ""),
        ("", 0, ""),
        ("今天天气很好。我们去公园吧。", 5, "今天天气很"),
        ("明日は晴れです。", 4, "明日は晴"),
        ("用Python写的程序", 4, "用"),
        ("用Python写的程序", 7, "用Python"),
    ],
)
def test_a_heard_text_ends_with_a_whole_word(text: str, at: int, heard: str):
    assert text[: word_end(text, at)] == heard
