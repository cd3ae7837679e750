"""What is said of settings that cannot be used, in the window's own words."""

from __future__ import annotations

from pathlib import Path

from desktop_app.sentences import sentence_of
from desktop_app.settings import load
from desktop_app.ui.settings.settings_keeper import notice_of
from desktop_app.unusable_settings import Unusable


def told_of(path: Path) -> str:
    problems: list[Unusable] = []
    load(path, report=problems.append)
    notice = notice_of(problems)
    return sentence_of(notice.code, notice.facts)


def test_bad_values_are_named_all_of_them(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"appearance": {"theme": "pink"}, "voice": 3}')
    said = told_of(path)
    assert "appearance.theme" in said
    assert "voice" in said
    assert "cannot be 'pink'" not in said  # that sentence is the log's and the command line's


def test_a_file_that_was_set_aside_is_named_and_one_that_stays_is_not(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text("{")
    assert "kept as settings.json.broken." in told_of(path)
    path.mkdir()
    assert told_of(path).startswith("Your settings cannot be read now")
