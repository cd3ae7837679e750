"""What a turn made goes to where it was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.commands.questions.made_files import MadeFiles
from desktop_app.errors import InputError
from desktop_app.journal.records import PictureRecord
from desktop_app.link.thread_messages import PictureSaved


@pytest.fixture
def made(tmp_path: Path) -> MadeFiles:
    files = MadeFiles()
    for number, (kind, name) in enumerate(
        (("image/png", "a.png"), ("video/x-msvideo", "b.avi"), ("video/mp4", "c.mp4"))
    ):
        (tmp_path / name).write_text(name)
        record = PictureRecord(
            id=str(number),
            thread_id="t",
            message_id="m",
            remote_id="",
            mime_type=kind,
            path=name,
            size_bytes=5,
            created_at=0.0,
        )
        files.take(PictureSaved(record))
    return files


def test_pictures_and_videos_go_their_own_ways_with_the_endings_that_they_are(made, tmp_path):
    assert made.pictures_at(tmp_path / "still.PNG", tmp_path) == [tmp_path / "still.PNG"]
    first, second = made.videos_at(tmp_path / "film.mp4", tmp_path)
    assert (first.name, first.read_text()) == ("film.avi", "b.avi")
    assert (second.name, second.read_text()) == ("film-2.mp4", "c.mp4")


def test_what_was_not_made_is_said_to_be_missing(tmp_path):
    with pytest.raises(InputError) as refused:
        MadeFiles().videos_at(tmp_path / "film.avi", tmp_path)
    assert refused.value.code == "ask.no_video"
    with pytest.raises(InputError) as refused:
        MadeFiles().pictures_at(tmp_path / "still.png", tmp_path)
    assert refused.value.code == "ask.no_picture"


def test_a_place_that_cannot_be_written_is_named(made, tmp_path):
    with pytest.raises(InputError) as refused:
        made.videos_at(tmp_path / "nowhere" / "film.avi", tmp_path)
    assert refused.value.code == "file.unwritable"
