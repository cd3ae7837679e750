"""Which files are taken, in words."""

from __future__ import annotations

import pytest

from desktop_app.ui.compose.attachments import (
    MOST_BYTES,
    Attachment,
    Stage,
    are_any_usable,
    offer,
    refusal,
)


def test_a_usable_file_is_not_refused():
    assert refusal("Report.PDF", 1000) == ""
    assert refusal("notes.md", MOST_BYTES) == ""


@pytest.mark.parametrize(
    ("name", "size_bytes", "said"),
    [
        ("virus.exe", 10, "This kind of file is not taken. Taken are PDF, Office,"),
        ("no_ending", 10, "up to 256 MB each."),
        ("empty.txt", 0, "The file is empty"),
        ("huge.mp4", MOST_BYTES + (1 << 20), "257 MB is too large: 256 MB is the most"),
    ],
)
def test_bar_38_why_a_file_is_refused_is_said_with_the_limit(name, size_bytes, said):
    assert said in refusal(name, size_bytes)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a.pdf",), "Drop to attach a.pdf"),
        (("a.pdf", "b.png"), "Drop to attach 2 files"),
        (("a.pdf", "b.exe", "c.md"), "Drop to attach 2 of 3 files"),
        (("b.exe",), "This file cannot be attached"),
        (("b.exe", "c.dll"), "These 2 files cannot be attached"),
    ],
)
def test_what_a_drop_would_do_is_said_before(names, said):
    assert offer(names) == said
    assert are_any_usable(names) == said.startswith("Drop")


def test_only_a_pasted_text_of_bearable_length_can_go_into_the_field():
    ready = Attachment("1", "Pasted text.txt", stage=Stage.READY, characters=50_000)
    assert ready.can_become_text
    assert not Attachment("1", "x.txt", stage=Stage.READY).can_become_text
    assert not Attachment("1", "x.txt", stage=Stage.READY, characters=10**8).can_become_text
