"""``parley voices``: which there are."""

from __future__ import annotations


def test_every_voice_is_listed_by_the_name_that_turns_take(shell):
    rows = shell.value("voices", "list", "--provider", "builtin")
    german = next(row for row in rows if row["id"] == "de")
    assert (german["name"], german["languages"]) == ("German", ["de"])
    assert len(rows) > 90


def test_words_leave_the_voices_that_have_them_all(shell):
    rows = shell.value("voices", "list", "--search", "ENGLISH britain")
    assert "en-gb" in [row["id"] for row in rows]
    assert "de" not in [row["id"] for row in rows]
    assert "en-gb" in shell.text("voices", "list", "--search", "ENGLISH britain")
