"""Slips, other endings and compounds find what was written; strange words find nothing."""

from __future__ import annotations

import pytest

from desktop_app.database.sqlite_file import open_sound
from desktop_app.service.documents.unwritten_words import is_one_slip, meant_by
from desktop_app.service.storage.schema import MIGRATIONS
from desktop_app.service.storage.store import FILE_NAME, open_store


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vacation", "vacatoin"),
        ("vacation", "vcation"),
        ("vacation", "vacattion"),
        ("vacation", "vacadion"),
        ("vacation", "vacatio"),
        ("vacation", "vacation"),
    ],
)
def test_one_slip_is_forgiven(one, other):
    assert is_one_slip(one, other)
    assert is_one_slip(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("vacation", "vacatnoi"), ("vacation", "vaca"), ("abcd", "badc")]
)
def test_two_slips_are_another_word(one, other):
    assert not is_one_slip(one, other)
    assert not is_one_slip(other, one)


@pytest.fixture
async def written(shelf):
    await shelf.indexed("a.txt", "Vacation: thirty days. Raincoats hang in the wardrobe.")
    await shelf.indexed("b.txt", "Mietvertrag f\u00fcr die Wohnung. Employees park here.")
    return shelf


@pytest.mark.parametrize(
    ("word", "stems"),
    [
        ("vacatoin", ["vacat"]),
        ("employer", ["employe"]),
        ("rainc", ["raincoat"]),
        ("mietvertr", ["mietvertrag"]),
        ("empolyees", ["employe"]),
        ("vacations", []),
        ("wardrobes", []),
        ("parachute", []),
        ("xylophone", []),
        ("par", []),
        ("v4cation", []),
        ("vacation" * 6, []),
    ],
)
async def test_words_that_nobody_wrote_mean_near_ones(written, word, stems):
    meant = await written.rig.store.database.read(lambda one: list(meant_by(one, [word])))
    assert meant == stems


async def test_a_misspelt_question_finds_its_passage(written):
    assert await written.found("How many days of vacatoin?") == ["a.txt"]
    assert await written.found("Where is my raincaot?") == ["a.txt"]


async def test_only_some_words_of_a_text_are_looked_up(written):
    text = [f"strange{letter}" for letter in "abcdefgh"] + ["vacatoin"]
    database = written.rig.store.database
    assert await database.read(lambda one: list(meant_by(one, text))) == []
    assert await database.read(lambda one: list(meant_by(one, text[1:]))) == ["vacat"]


async def test_documents_of_an_earlier_version_are_found_too(tmp_path):
    earlier, _ = open_sound(tmp_path / FILE_NAME, MIGRATIONS[:2])
    earlier.close()
    async with open_store(tmp_path) as store:
        assert await store.database.read(lambda one: list(meant_by(one, ["vacatoin"]))) == []
