"""Reads a file that a test made."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.service.documents.readers.by_ending import read_file
from desktop_app.service.documents.sections import Found, Remark, Section, UnreadableError


class Reading:
    """What was found in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self, ending: str, content: bytes) -> list[Found]:
        self._path.write_bytes(content)
        return list(read_file(self._path, ending))

    def texts(self, ending: str, content: bytes) -> list[tuple[str, str]]:
        """Place and text of each section that has words."""
        return [
            (found.place, found.text.strip())
            for found in self.all(ending, content)
            if isinstance(found, Section) and found.text.strip()
        ]

    def remark(self, ending: str, content: bytes) -> Remark:
        """The one remark."""
        (found,) = (one for one in self.all(ending, content) if isinstance(one, Remark))
        return found

    def refusal(self, ending: str, content: bytes) -> str:
        """Why it cannot be read."""
        with pytest.raises(UnreadableError) as refused:
            self.all(ending, content)
        return str(refused.value)


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path / "file")
