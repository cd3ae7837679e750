"""HTML as a browser would read it, in time that grows with its length alone."""

from __future__ import annotations

import pytest

from desktop_app.service.documents.readers.html_tokens import Tag, Text, html_tokens


def outline(page: str) -> list[str]:
    """Texts as they are, tags in brackets."""
    told = []
    for token in html_tokens(page):
        match token:
            case Text(text):
                told.append(text)
            case Tag(name, is_end, is_empty):
                told.append(f"<{'/' * is_end}{name}{'/' * is_empty}>")
    return told


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("a<b>c</b>d", ["a", "<b>", "c", "</b>", "d"]),
        ("Tea &amp; cake &lt;3", ["Tea & cake <3"]),
        ("1 < 2 <3", ["1 < 2 <3"]),
        ("<BR/><Img src=x />", ["<br/>", "<img/>"]),
        ('<a title="x > y" href=z>t</a >', ["<a>", "t", "</a>"]),
        ("<a title='it\"s > y'>t", ["<a>", "t"]),
        ("<a b=c/>t", ["<a/>", "t"]),
        ("<p\nclass=x\n>t", ["<p>", "t"]),
        ("a<!-- <b> -- > -->c", ["a", "c"]),
        ("a<!-->b<!--->c<!----!>d", ["a", "b", "c", "d"]),
        ("<!DOCTYPE html><?xml x?></ x>t", ["t"]),
        (
            "<script>if (a<b) x('</p>')</SCRIPT >t",
            ["<script>", "if (a<b) x('</p>')", "</script>", "t"],
        ),
        ("<title>a <b> c</title>", ["<title>", "a <b> c", "</title>"]),
        ("<style>p {}</styles></style>", ["<style>", "p {}</styles>", "</style>"]),
        ("<script src=x />t", ["<script/>", "t"]),
        ("a<!-- never closed <b>", ["a"]),
        ("a<b c='", ["a"]),
        ("a<script>b", ["a", "<script>", "b"]),
        ("<", ["<"]),
        ("", []),
    ],
)
def test_text_and_tags_are_told_apart(page, told):
    assert outline(page) == told
