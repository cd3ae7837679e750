"""The file of what is not safe yet."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from desktop_app.link.messages import SendText
from desktop_app.ui.compose.unsent import Unsent, read, write


def test_what_is_written_is_read_again(tmp_path: Path):
    unsent = Unsent("t", {"t": "half a sen", "u": "été\n"}, (SendText("t", "m", "hello"),))
    write(tmp_path / "unsent.json", unsent)
    assert read(tmp_path / "unsent.json") == unsent
    assert [file.name for file in tmp_path.iterdir()] == ["unsent.json"]


@pytest.mark.parametrize("found", [None, b"", b"{", b'{"drafts": 5}', b"[]", b"\xff\xfe"])
def test_a_missing_or_broken_file_leaves_nothing(tmp_path: Path, found: bytes | None):
    path = tmp_path / "unsent.json"
    if found is not None:
        path.write_bytes(found)
    assert read(path) == Unsent()


def test_nobody_else_can_read_it(tmp_path: Path):
    write(tmp_path / "unsent.json", Unsent("t"))
    mode = stat.S_IMODE((tmp_path / "unsent.json").stat().st_mode)
    assert mode == 0o600 or sys.platform == "win32"  # which has no such modes


def test_the_old_file_stays_when_the_new_one_cannot_be_written(tmp_path: Path):
    path = tmp_path / "unsent.json"
    write(path, Unsent("old"))
    (tmp_path / "unsent.json.new").mkdir()
    with pytest.raises(OSError, match=r"unsent\.json\.new"):
        write(path, Unsent("new"))
    assert read(path) == Unsent("old")


def test_a_thread_is_needed_for_its_draft_or_its_message():
    assert Unsent("t", {"t": "x"}).needs_its_thread
    assert Unsent("t", {}, (SendText("t", "m", "x"),)).needs_its_thread
    assert not Unsent("t", {"u": "x"}).needs_its_thread
    assert not Unsent("", {"": "x"}).needs_its_thread
