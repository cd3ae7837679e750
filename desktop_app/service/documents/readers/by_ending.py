"""Which reader takes which file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from desktop_app.protocol.backboard.documents import CODE, TEXT
from desktop_app.service.documents.readers.plain_text import read_lines
from desktop_app.service.documents.sections import Found, UnreadableError

Reader = Callable[[Path], Iterator[Found]]

_READERS: dict[str, Reader] = {
    **dict.fromkeys(TEXT | CODE, read_lines),
}


def read_file(path: Path, ending: str) -> Iterator[Found]:
    """What is in a file.

    Args:
        path: The file, whatever it is called.
        ending: Of its real name, lower case with its dot.

    Raises:
        UnreadableError: It cannot be read, said in a sentence.
    """
    reader = _READERS.get(ending)
    if reader is None:
        raise UnreadableError(f"Files that end with {ending} cannot be read.")
    yield from reader(path)
