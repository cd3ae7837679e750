"""Files are read in a process of its own, which a hostile file may end, and nothing else."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from desktop_app.errors import ChildError
from desktop_app.service.documents.extractor import Extractor, ReadingLimits, without_secrets
from desktop_app.service.documents.reading_messages import (
    Answer,
    Passages,
    ReadingDone,
    ReadingFailed,
)
from tests.fakes.office_files import archive, docx, relations

TOO_MUCH = "It could not be read: it needs too much memory, or it is damaged."
TOO_LONG = "It took too long to read: it may be damaged, or made to be so."


@pytest.fixture
async def extractor() -> AsyncIterator[Extractor]:
    made = Extractor()
    yield made
    await made.aclose()


async def _read(extractor: Extractor, ending: str, content: bytes) -> list[Answer]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        return [answer async for answer in extractor.read(path, ending)]


def _sheet(cells: str) -> bytes:
    """A workbook whose one sheet has these cells."""
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations({"w": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": (
                '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
                'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
                '<sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": relations({"r1": ("worksheet", "worksheets/s.xml")}),
            "xl/worksheets/s.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
        }
    )


async def test_passages_come_first_and_then_what_it_is(extractor):
    text = "The office opens at nine. " * 100
    *batches, done = await _read(extractor, ".txt", text.encode())
    passages = [one for batch in batches if isinstance(batch, Passages) for one in batch.passages]
    assert len(passages) == 3
    assert {place for place, _ in passages} == {"line 1"}
    assert isinstance(done, ReadingDone)
    assert done.summary.startswith("The office opens at nine.")
    assert 650 < done.total_tokens < 900


async def test_one_process_reads_many_files(extractor):
    await _read(extractor, ".txt", b"one")
    first = extractor.process_id
    await _read(extractor, ".md", b"# two")
    assert extractor.process_id == first


@pytest.mark.parametrize("content", [b" \n\n ", b"\xef\xbb\xbf"])
async def test_a_file_without_words_says_so(extractor, content):
    assert await _read(extractor, ".txt", content) == [ReadingFailed("It contains no text.")]


async def test_a_file_that_is_not_there_says_so(extractor, tmp_path):
    answers = [one async for one in extractor.read(tmp_path / "nothing", ".txt")]
    assert answers == [ReadingFailed("It could not be read from the disk.")]


async def test_a_file_that_takes_all_memory_ends_its_process_and_the_next_is_read(extractor):
    first, last = '<c r="A1"><v>1</v></c>', '<c r="XFD1048576"><v>2</v></c>'
    cells = f'<row r="1">{first}</row><row r="1048576">{last}</row>'
    assert await _read(extractor, ".xlsx", _sheet(cells)) == [ReadingFailed(TOO_MUCH)]
    assert isinstance((await _read(extractor, ".txt", b"next"))[-1], ReadingDone)


async def test_a_file_that_takes_all_time_ends_its_process_and_the_next_is_read():
    extractor = Extractor(ReadingLimits(cpu_s=0, wall_s=30))  # the clock, where nothing else counts
    body = "<w:p/>" * 12_000_000
    long = archive({"word/document.xml": f'<w:d xmlns:w="w">{body}</w:d>'})
    assert await _read(extractor, ".docx", long) == [ReadingFailed(TOO_LONG)]
    assert isinstance((await _read(extractor, ".txt", b"next"))[-1], ReadingDone)
    await extractor.aclose()


async def test_a_process_that_says_nothing_is_ended_when_its_time_is_up():
    silent = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    extractor = Extractor(ReadingLimits(wall_s=0.2), silent)
    assert await _read(extractor, ".txt", b"x") == [ReadingFailed(TOO_LONG)]
    assert extractor.process_id is None


@pytest.mark.parametrize(
    "script",
    [
        "import sys; sys.stdin.buffer.read(4)",
        "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(b'\\0\\0\\0\\4half')",
        "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(b'\\xff' * 9)",
    ],
    ids=["dies", "garbles", "promises too much"],
)
async def test_a_process_that_is_not_itself_any_more_is_ended(script):
    extractor = Extractor(program=[sys.executable, "-c", script])
    assert await _read(extractor, ".txt", b"x") == [ReadingFailed(TOO_MUCH)]
    assert extractor.process_id is None


async def test_a_killed_process_is_started_again(extractor):
    await _read(extractor, ".txt", b"one")
    first = extractor.process_id
    extractor._process.send_signal(signal.SIGTERM)
    await extractor._process.wait()
    assert isinstance((await _read(extractor, ".txt", b"two"))[-1], ReadingDone)
    assert extractor.process_id != first


async def test_a_reader_that_is_not_read_to_its_end_leaves_no_process(extractor, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"A line of words.\n" * 100_000)
    async with aclosing(extractor.read(path, ".txt")) as answers:
        assert isinstance(await anext(answers), Passages)
    assert extractor.process_id is None


async def test_a_process_that_cannot_start_is_an_error_and_not_the_files_fault():
    extractor = Extractor(program=["/nowhere/parley"])
    with pytest.raises(ChildError) as refused:
        await _read(extractor, ".txt", b"x")
    assert refused.value.code == "documents.no_reader"
    assert refused.value.retryable


async def test_it_rests_without_a_process(extractor):
    await _read(extractor, ".txt", b"one")
    await extractor.rest()
    assert extractor.process_id is None


async def test_a_docx_full_of_small_parts_is_read(extractor):
    content = docx([("", f"Paragraph {number}") for number in range(2_000)])
    *_, done = await _read(extractor, ".docx", content)
    assert isinstance(done, ReadingDone)


def test_the_process_is_told_no_secrets():
    environment = {"PATH": "/bin", "OPENAI_API_KEY": "k", "PARLEY_SERVICE_KEY": "k", "a_token": "k"}
    assert without_secrets(environment) == {"PATH": "/bin"}
