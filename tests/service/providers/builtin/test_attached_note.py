"""How a model is told of the files of a message, and how that is read again."""

from __future__ import annotations

import pytest

from desktop_app.protocol.backboard.documents import IMAGES
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.providers.builtin.attached_note import (
    attached_ids,
    with_note,
    without_note,
)


def file(name: str, document_id: str, status: str = "indexed") -> Attachment:
    return Attachment(document_id=document_id, filename=name, status=status)


def test_files_are_named_with_their_ids_and_what_is_not_known_of_them():
    files = [file("a.pdf", "1"), file("b.png", "2", "pending"), file("c.pdf", "3", "error")]
    assert with_note("Hi", files) == (
        "Hi\n\n[Attached: a.pdf (document_id 1), b.png (document_id 2, not read yet),"
        " c.pdf (document_id 3, it could not be read)]"
    )
    assert with_note("Hi", []) == "Hi"
    assert with_note("", [file("a.pdf", "1")]) == "[Attached: a.pdf (document_id 1)]"


@pytest.mark.parametrize("text", ["Hi", "", "What is [this]?", "Two\n\nparagraphs"])
def test_what_was_said_is_found_again(text):
    files = [file("a, (1).PNG", "1-a"), file("b.txt", "2-b"), file("c.webp", "3-c", "pending")]
    noted = with_note(text, files)
    assert without_note(noted) == text
    assert attached_ids(noted, IMAGES) == ["1-a", "3-c"]
    assert attached_ids(noted, {".txt"}) == ["2-b"]
    assert without_note(text) == text
    assert attached_ids(text, IMAGES) == []


@pytest.mark.parametrize("piece", ["\n", " ", "[Attached: ", "a (document_id a", "] ", "x"])
def test_a_text_of_any_length_is_read_in_one_go(piece):
    text = f"Hi [Attached: {piece * 300_000}x]"
    assert without_note(text) == "Hi"
    assert attached_ids(text, IMAGES) == []
    plain = f"Hi{piece * 300_000}x"
    assert without_note(plain).startswith("Hi")
