"""Names of files that every system takes, whatever was asked for."""

from __future__ import annotations

import pytest

from desktop_app.ui.gallery.picture_words import caption, file_name, length, maker, moment, spoken
from tests.ui.gallery.conftest import record


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A red fox", "A red fox.png"),
        ("../../etc/passwd", "etc passwd.png"),
        ('a<b>:"c"|d?*', "a b c d.png"),
        ("line\none\ttwo", "line one two.png"),
        ("x" * 300, "x" * 60 + ".png"),
        ("Ein Fuchs… im Wald. ", "Ein Fuchs… im Wald.png"),
        ("赤い狐", "赤い狐.png"),
    ],
)
def test_a_prompt_becomes_a_name(prompt: str, name: str):
    assert file_name(record(1, prompt=prompt)) == name


@pytest.mark.parametrize("prompt", ["", "???", "CON", "con.x", "..."])
def test_what_makes_no_name_is_named_by_its_date(prompt: str):
    name = file_name(record(1, prompt=prompt))
    assert name.startswith(("picture 1970-01-01 ", "Picture"))


def test_a_name_is_short_in_bytes_too():
    assert len(file_name(record(1, prompt="狐狸" * 60)).encode()) <= 204


def test_a_picture_without_words_has_a_name_and_no_maker():
    bare = record(1, prompt=" \n")
    assert (caption(bare), maker(bare)) == ("Picture", "")
    assert maker(record(1, model="openai/gpt-image-1")) == "Made by openai / gpt-image-1"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.08, "0:01"),
        (0.8, "0:01"),
        (1.9, "0:01"),
        (59.99, "0:59"),
        (3599, "59:59"),
        (36_061, "10:01:01"),
    ],
)
def test_a_length_is_said_as_players_say_it(seconds: float, said: str):
    assert length(seconds) == said


def test_a_place_in_a_video_begins_at_nothing():
    assert [moment(seconds) for seconds in (0, 0.8, 60)] == ["0:00", "0:00", "1:00"]


def test_a_video_is_read_out_with_its_length_where_it_is_known():
    film = record(1, mime_type="video/mp4")
    assert spoken(film, 0, 3, "0:08").endswith(", 0:08")
    assert spoken(film, 0, 3, "") == spoken(film, 0, 3)
