"""Whatever is wrong with a file, reading ends soon, and with words or with a sentence."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.service.documents.extractor import Extractor
from desktop_app.service.documents.reading_messages import (
    Passages,
    ReadingDone,
    ReadingFailed,
)
from tests.fakes.office_files import docx, pdf, pptx, xlsx
from tests.fakes.old_office_files import doc, ppt, xls

FILES = {
    ".docx": docx([("berschrift1", "Costs"), ("", "Tea is 3.")], table=[["a", "b"]]),
    ".pptx": pptx([("First", "Notes"), ("Second", "")]),
    ".xlsx": xlsx({"Costs": [["Item", "Price"], ["Tea", 3.0]]}),
    ".doc": doc("An old document. " * 20),
    ".ppt": ppt([("Outline", "Box", "Notes")] * 3),
    ".xls": xls("Costs", [["Item", "Price"], ["Tea", 3.0]]),
    ".pdf": pdf(["The first page", "The second page"]),
    ".html": b"<html><h1>Title</h1><p>Words &amp; more</p><table><tr><td>x</td></tr></table>",
    ".xml": b'<?xml version="1.0"?><a b="c"><d>Words</d>more</a>',
    ".csv": b'a,b\n"x, y",2\n',
}


def _damaged(content: bytes, seed: int) -> bytes:
    """Cut off, overwritten, with something put in or taken out."""
    chance = random.Random(seed)
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(damaged) or 1)
        match chance.randrange(4):
            case 0:
                damaged[at : at + 1] = chance.randbytes(1)
            case 1:
                damaged[at:at] = chance.randbytes(chance.randint(1, 40))
            case 2:
                del damaged[at : at + chance.randint(1, 40)]
            case 3:
                damaged[at : at + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f" * 4))
    return bytes(damaged if chance.random() < 0.8 else damaged[: len(damaged) // 2])


@pytest.fixture
async def extractor() -> AsyncIterator[Extractor]:
    made = Extractor()
    yield made
    await made.aclose()


@pytest.mark.parametrize("ending", FILES)
async def test_a_damaged_file_is_read_or_refused(tmp_path: Path, extractor, ending):
    path = tmp_path / "file"
    for seed in range(60):
        path.write_bytes(_damaged(FILES[ending], seed) or b"x")
        *before, last = [answer async for answer in extractor.read(path, ending)]
        assert all(isinstance(one, Passages) for one in before), seed
        assert isinstance(last, ReadingDone | ReadingFailed), seed
