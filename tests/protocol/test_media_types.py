"""The same kind under its many names."""

from __future__ import annotations

import pytest

from desktop_app.journal.picture_files import ending_of
from desktop_app.protocol.media_types import (
    HEAD_BYTES,
    SVG,
    is_drawing,
    is_text,
    is_written,
    plain_type,
)
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
        ("image/svg+xml; charset=utf-8", "image/svg+xml", ".svg"),
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


KINDS = ("image/png", SVG, "text/plain", "application/xml", "")
LONG_REMARK = b"<!-- " + HEAD_BYTES * b"x" + b" --><svg/>"


@pytest.mark.parametrize("told", KINDS)
@pytest.mark.parametrize(
    "drawing",
    [
        b"<svg width='3'>",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawn -->\n<svg:svg>",
        b"<!-- Error -->\n<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' [<!ENTITY a 'b'>]>",
    ],
)
def test_a_drawing_is_seen_whatever_it_is_told_to_be(drawing: bytes, told: str):
    assert is_drawing(drawing)
    assert not is_written(drawing, told)


@pytest.mark.parametrize("told", KINDS)
@pytest.mark.parametrize(
    "page",
    [
        b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>",
        b"<Error><Message>no <svg> here</Message></Error>",
        b"<!-- no <svg> here --><html>",
        b"<svgs>",
        b"<!DOCTYPE html><html><svg/></html>",
        b'{"detail": "<svg>"}',
        b"<?xml version='1.0'?>",
    ],
)
def test_a_page_about_an_error_is_no_drawing(page: bytes, told: str):
    assert not is_drawing(page)
    assert is_written(page, told)


def test_of_a_drawing_with_long_remarks_the_storage_is_believed():
    assert not is_written(LONG_REMARK[:HEAD_BYTES], SVG)
    assert is_written(LONG_REMARK[:HEAD_BYTES], "image/png")


def test_many_remarks_take_no_longer():
    assert is_written(b"<!---->" * (HEAD_BYTES // 7), "image/png")
