"""The same kind under its many names."""

from __future__ import annotations

import pytest

from desktop_app.journal.picture_files import ending_of
from desktop_app.protocol.media_types import is_text, plain_type
from desktop_app.protocol.stream_reading import picture_of


@pytest.mark.parametrize(
    ("told", "plain", "ending"),
    [
        ("video/mp4; codecs=avc1", "video/mp4", ".mp4"),
        (" Video/MP4", "video/mp4", ".mp4"),
        ("video/x-m4v", "video/mp4", ".mp4"),
        ("video/matroska", "video/x-matroska", ".mkv"),
        ("video/vnd.avi", "video/x-msvideo", ".avi"),
        ("video/avi", "video/x-msvideo", ".avi"),
        ("video/ogg", "video/ogg", ".ogv"),
        ("video/3gpp", "video/3gpp", ".3gp"),
        ("image/JPG", "image/jpeg", ".jpg"),
        ("video/unheard", "video/unheard", ".bin"),
        ("", "", ".bin"),
    ],
)
def test_a_kind_has_one_name_and_one_ending(told: str, plain: str, ending: str):
    assert plain_type(told) == plain
    assert ending_of(told) == ending
    assert picture_of(1, {"mime_type": told}).mime_type == plain


def test_words_are_told_from_pictures():
    assert all(map(is_text, ("text/html", "application/json", "application/problem+json")))
    assert not any(map(is_text, ("image/svg+xml", "video/mp4", "application/octet-stream", "")))
