"""Markdown and HTML are read by chapter, XML by element."""

from __future__ import annotations

import pytest

from desktop_app.service.documents.sections import Remark, Section

BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'


def test_markdown_is_cut_at_its_headings_and_keeps_line_numbers(reading):
    text = b"Intro\n\n# Install ##\nRun it.\n\n## Use\nDo it."
    assert reading.all(".md", text) == [
        Section("", "Intro\n", unit="lines", first=1),
        Section('section "Install"', "# Install ##\nRun it.\n", unit="lines", first=3),
        Section('section "Use"', "## Use\nDo it.", unit="lines", first=6),
    ]


@pytest.mark.parametrize(
    ("line", "title"), [("# C# ##", "C#"), ("# C#", "C#"), ("# a b  ", "a b"), ("## ##", "")]
)
def test_hashes_that_close_a_heading_are_not_of_it(reading, line, title):
    ((place, _),) = reading.texts(".md", f"{line}\nSharp.".encode())
    assert place == (f'section "{title}"' if title else "")


def test_a_comment_within_code_is_no_heading(reading):
    text = "# Use\n```sh\n# not a heading\n~~~\n# nor this\n```\n# Next\n"
    assert [place for place, _ in reading.texts(".markdown", text.encode())] == [
        'section "Use"',
        'section "Next"',
    ]


def test_html_is_what_a_browser_shows(reading):
    page = b"""<html><head><title>Shop</title><style>p {color: red}</style></head><body>
    <script>alert("x")</script><p>Open &amp; cheap<br>since 1990</p>
    <h2>Prices <b>today</b></h2><table><tr><td>Tea</td><td>3</td></tr></table>
    <ul><li>one<li>two</ul>"""
    assert reading.texts(".html", page) == [
        ("", "Shop\nOpen & cheap\nsince 1990"),
        ('section "Prices today"', "Prices today\nTea 3\none\ntwo"),
    ]


@pytest.mark.parametrize("page", [b"<p>Hello<!-- never closed", b"<p>Hello</div></b><"])
def test_html_need_not_be_right(reading, page):
    assert reading.texts(".html", page)[0][1].startswith("Hello")


def test_xml_is_read_by_element_with_its_attributes(reading):
    text = b'<r xmlns="n"><item price="3">Black <b>tea</b> leaves</item><item>Coffee</item></r>'
    assert reading.texts(".xml", text) == [("", "b: tea\nitem: 3 Black\nleaves\nitem: Coffee")]


def test_xml_that_defines_entities_is_refused(reading):
    assert reading.refusal(".xml", BOMB) == "It defines entities, which is not safe to read."


def test_bad_xml_is_plain_text_and_that_is_said(reading):
    assert reading.all(".xml", b"<a>Hello") == [
        Section("", "<a>Hello", unit="lines"),
        Remark(note="It is not valid XML and is searched as plain text."),
    ]
