"""A recording that is not wanted takes itself away, and nothing that is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.audio.growing_wav import GrowingWav
from desktop_app.errors import StorageError


def test_it_goes_with_the_folder_that_was_made_for_it(tmp_path: Path):
    note = GrowingWav(tmp_path / "n" / "note.wav")
    note.begin()
    note.add(bytes(320))
    note.remove()
    note.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_the_folder_has_beside_it_stays(tmp_path: Path):
    other = tmp_path / "mine" / "letter.txt"
    other.parent.mkdir()
    other.write_text("Dear")
    note = GrowingWav(tmp_path / "note.wav")
    note.begin()
    note.end()
    note.remove()
    assert list(tmp_path.iterdir()) == [other.parent]
    assert other.read_text() == "Dear"


def test_a_file_that_was_there_before_stays(tmp_path: Path):
    there = tmp_path / "note.wav"
    there.write_text("something")
    note = GrowingWav(there)
    with pytest.raises(StorageError):
        note.begin()
    note.remove()
    assert there.read_text() == "something"
