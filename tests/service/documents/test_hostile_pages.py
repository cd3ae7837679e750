"""Pages that are made to be slow to read are read, or refused, as fast as honest ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.service.documents.extractor import Extractor, ReadingLimits
from desktop_app.service.documents.reading_messages import Passages, ReadingDone, ReadingFailed

MANY = 500_000
CPU_S = 6
"""Each takes at most one; what takes the square of its length would take hours."""

SHAPES = {
    "comments never closed": "<!--" * MANY,
    "a comment of dashes": "<!--" + "-" * 4 * MANY,
    "tags never closed": "<a " * MANY,
    "ends never closed": "</a" * MANY,
    "declarations never closed": "<![" * MANY,
    "instructions never closed": "<?" * MANY,
    "quotations never closed": "<a b='" * MANY,
    "quotations in turn": "<a b='><a b=\">" * (MANY // 4),
    "equals signs": "<a " + "=" * MANY,
    "many attributes": "<a " + "b=c " * MANY + ">",
    "a huge attribute": '<a b="' + "x" * 8 * MANY + '">',
    "a script never closed": "<script>" + "</scrip" * MANY,
    "scripts in scripts": "<script>" * MANY,
    "elements in elements": "<div>" * MANY,
    "chapters without words": "<h1>" * MANY,
    "chapters of a letter": "<h1>a</h1>" * (MANY // 4),
    "references never closed": "&#x" * MANY,
    "names of nothing": "&am" * MANY,
    "brackets": "<" * 4 * MANY,
    "empty lines": "\n" * 4 * MANY,
}


@pytest.fixture
async def extractor() -> AsyncIterator[Extractor]:
    made = Extractor(ReadingLimits(cpu_s=CPU_S))
    yield made
    await made.aclose()


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_hostile_page_takes_no_longer_than_others(
    tmp_path: Path, extractor: Extractor, shape: str
):
    path = tmp_path / "page"
    path.write_text(SHAPES[shape] + "<p>The office opens at nine.</p>", encoding="utf-8")
    *batches, last = [answer async for answer in extractor.read(path, ".html")]
    assert all(isinstance(one, Passages) for one in batches)
    assert isinstance(last, ReadingDone) or last == ReadingFailed("It contains no text.")


@pytest.mark.parametrize("line", ["# " + "#" * MANY, "# " + " #" * MANY, "`" * 4 * MANY])
async def test_a_hostile_heading_takes_no_longer_than_others(tmp_path, extractor, line):
    path = tmp_path / "notes"
    path.write_text(f"{line}x\nThe office opens at nine.", encoding="utf-8")
    *batches, last = [answer async for answer in extractor.read(path, ".md")]
    assert isinstance(last, ReadingDone)
    text = "".join(text for one in batches for _, text in one.passages)
    assert text.endswith("The office opens at nine.")


@pytest.mark.parametrize(
    ("size_mib", "cpu_s", "wall_s"), [(0, 10, 40.0), (40, 20, 80.0), (4000, 60, 240.0)]
)
def test_a_large_file_may_take_longer(size_mib, cpu_s, wall_s):
    assert ReadingLimits().of(size_mib << 20) == ReadingLimits(cpu_s, wall_s)
