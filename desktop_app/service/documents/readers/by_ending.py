"""Which reader takes which file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from desktop_app.protocol.backboard.documents import AUDIO, IMAGES, VIDEO
from desktop_app.service.documents.readers.plain_text import read_lines
from desktop_app.service.documents.sections import Found, UnreadableError

Reader = Callable[[Path], Iterator[Found]]


def read_file(path: Path, ending: str) -> Iterator[Found]:
    """What is in a file.

    Args:
        path: The file, whatever it is called.
        ending: Of its real name, lower case with its dot.

    Raises:
        UnreadableError: It cannot be read, said in a sentence.
    """
    if ending in AUDIO | VIDEO:
        from desktop_app.service.documents.readers.media import read_media

        yield from read_media(path, ending)
        return
    try:
        reader = _reader(ending)
    except (ImportError, OSError) as error:  # a broken package takes its own format alone
        raise UnreadableError(f"Files that end with {ending} cannot be read here.") from error
    yield from reader(path)


def _reader(ending: str) -> Reader:
    match ending:
        case ".pdf":
            from desktop_app.service.documents.readers.pdf import read_pdf

            return read_pdf
        case ".docx":
            from desktop_app.service.documents.readers.word import read_docx

            return read_docx
        case ".pptx":
            from desktop_app.service.documents.readers.slides import read_pptx

            return read_pptx
        case ".doc":
            from desktop_app.service.documents.readers.old_word import read_doc

            return read_doc
        case ".ppt":
            from desktop_app.service.documents.readers.old_slides import read_ppt

            return read_ppt
        case ".xlsx" | ".xls" | ".csv":
            from desktop_app.service.documents.readers import tables

            return {".xlsx": tables.read_xlsx, ".xls": tables.read_xls}.get(ending, tables.read_csv)
        case ".md" | ".markdown" | ".html" | ".xml":
            from desktop_app.service.documents.readers import markup

            return {".html": markup.read_html, ".xml": markup.read_xml}.get(
                ending, markup.read_markdown
            )
        case _ if ending in IMAGES:
            from desktop_app.service.documents.readers.media import read_picture

            return read_picture
    return read_lines
