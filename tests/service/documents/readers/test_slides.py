"""Presentations are read in the order in which they are shown, with their notes."""

from __future__ import annotations

import pytest

from tests.fakes.office_files import archive, pptx, relations
from tests.fakes.old_office_files import compound_file, ppt


def test_slides_come_in_the_order_of_the_show_with_their_notes(reading):
    content = pptx([("First\nline two", "Say hello"), ("Second", ""), ("Third", "")])
    assert reading.texts(".pptx", content) == [
        ("slide 1", "First\nline two"),
        ("slide 1, notes", "Say hello"),
        ("slide 2", "Second"),
        ("slide 3", "Third"),
    ]


def test_slides_that_no_list_names_come_by_number(reading):
    slide = '<sld xmlns:a="a"><a:p><a:t>{}</a:t></a:p></sld>'
    members = {f"ppt/slides/slide{n}.xml": slide.format(n) for n in (10, 2)}
    content = archive({"ppt/presentation.xml": "<presentation/>", **members})
    assert reading.texts(".pptx", content) == [("slide 1", "2"), ("slide 2", "10")]


def test_a_row_of_a_table_is_a_line(reading):
    cell = "<a:tc><a:p><a:t>{}</a:t></a:p></a:tc>"
    row = f"<a:tr>{cell.format('Tea')}{cell.format('3')}</a:tr>"
    slide = f'<sld xmlns:a="a"><a:tbl>{row}</a:tbl></sld>'
    content = archive({"ppt/presentation.xml": "<p/>", "ppt/slides/slide1.xml": slide})
    assert reading.texts(".pptx", content) == [("slide 1", "Tea | 3")]


def test_the_words_of_a_diagram_belong_to_its_slide(reading):
    slide = '<sld xmlns:a="a"><a:p><a:t>{}</a:t></a:p></sld>'
    content = archive(
        {
            "ppt/presentation.xml": "<p/>",
            "ppt/slides/slide1.xml": slide.format("Plan"),
            "ppt/slides/_rels/slide1.xml.rels": relations(
                {"d": ("diagramData", "../diagrams/data1.xml"), "x": ("chart", "../nothing.xml")}
            ),
            "ppt/diagrams/data1.xml": slide.format("First step"),
        }
    )
    assert reading.texts(".pptx", content) == [("slide 1", "Plan\nFirst step")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"garbage", "It is not a PowerPoint presentation."),
        (pptx([("x", "")])[:200], "The file is damaged or cut off."),
        (archive({"other.txt": "x"}), "It is not a PowerPoint presentation."),
        (compound_file({"EncryptedPackage": b"x"}), "The file is protected by a password."),
    ],
    ids=["garbage", "cut off", "no presentation", "locked"],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(reading, content, sentence):
    assert reading.refusal(".pptx", content) == sentence


def test_an_old_presentation_is_read_with_outline_boxes_and_notes(reading):
    content = ppt([("Title", "In a box", "Say hello"), ("More\rlines", "", "")])
    assert reading.texts(".ppt", content) == [
        ("slide 1", "Title\nIn a box"),
        ("slide 1, notes", "Say hello"),
        ("slide 2", "More\nlines"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"garbage", "It is not a PowerPoint presentation."),
        (ppt([("x", "", "")], is_locked=True), "The presentation is protected by a password."),
        (compound_file({"Other": b"x"}), "It is not a PowerPoint presentation."),
        (
            compound_file({"Current User": b"", "PowerPoint Document": bytes(100)}),
            "The presentation is damaged: save it as pptx, then add that.",
        ),
    ],
    ids=["garbage", "locked", "another", "damaged"],
)
def test_an_old_presentation_that_cannot_be_read_is_refused(reading, content, sentence):
    assert reading.refusal(".ppt", content) == sentence
