"""Office files are zip archives of XML: opened with care."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse as safe_iterparse

from desktop_app.prose import mark
from desktop_app.protocol.backboard.documents import AUDIO, IMAGES, VIDEO
from desktop_app.service.documents.sections import UnreadableError

MAX_INFLATED_BYTES = 200 << 20
MAX_MEMBERS = 10_000

_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,  # a compression that nobody uses
    OSError,  # places before the file's beginning
    ValueError,
)
_OLD_OR_LOCKED = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_MEDIA = IMAGES | AUDIO | VIDEO | frozenset((".emf", ".wmf", ".svg", ".wmv"))
_NEVER_BYTES = 4 << 30
"""Media are not inflated here; what says that it is larger than this is no office file."""


def check_archive(path: Path, kind: str) -> None:
    """Refuse an archive that would not fit in memory, before anything is inflated.

    Args:
        kind: What it should be, with its article: ``a Word document``.

    Raises:
        UnreadableError
    """
    with open_archive(path, kind):
        pass


@contextmanager
def open_archive(path: Path, kind: str) -> Iterator[zipfile.ZipFile]:
    """An archive that fits in memory.

    Raises:
        UnreadableError: It does not, is locked, damaged, or no archive; now or while it is read.
    """
    with path.open("rb") as file:
        beginning = file.read(1 << 16)
    if beginning.startswith(_OLD_OR_LOCKED):
        raise UnreadableError(_of_compound_file(path, kind))
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive)
            yield archive
    except DefusedXmlException as error:
        raise UnreadableError(mark("It defines entities, which is not safe to read.")) from error
    except _DAMAGES as error:
        is_archive = beginning.startswith(b"PK")
        sentence = mark("The file is damaged or cut off.") if is_archive else f"It is not {kind}."
        raise UnreadableError(sentence) from error
    except RuntimeError as error:
        if "encrypted" not in str(error):  # zipfile's word for it
            raise
        raise UnreadableError(mark("The file is protected by a password.")) from error
    except ParseError as error:
        raise UnreadableError(
            mark("The file is damaged: a part of it is not valid XML.")
        ) from error


def elements(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, str, Element]]:
    """Parse a member piece by piece: (start or end, tag without namespace, element)."""
    with archive.open(name) as member:
        for event, element in safe_iterparse(member, ("start", "end"), forbid_dtd=True):
            yield event, local_name(element.tag), element


def local_name(tag: str) -> str:
    """A tag or attribute without its namespace, which the two variants of OOXML differ in."""
    return tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """An attribute, whatever its namespace; empty where there is none."""
    for key, value in element.items():
        if local_name(key) == name:
            return value
    return ""


def targets(archive: zipfile.ZipFile, name: str) -> dict[str, tuple[str, str]]:
    """What a member refers to, by id: (kind of relation, name of the member)."""
    part = PurePosixPath(name)
    relations = str(part.parent / "_rels" / f"{part.name}.rels")
    if relations not in archive.namelist():
        return {}
    found: dict[str, tuple[str, str]] = {}
    for event, tag, element in elements(archive, relations):
        if event == "end" and tag == "Relationship":
            kind = element.get("Type", "").rpartition("/")[2]
            target = _resolved(part.parent, element.get("Target", ""))
            found[element.get("Id", "")] = (kind, target)
    return found


def _resolved(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    whole = PurePosixPath(target) if target.startswith("/") else folder / target
    for part in whole.parts:
        if part == "..":
            del parts[-1:]
        elif part != "/":
            parts.append(part)
    return "/".join(parts)


def _check_sizes(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise UnreadableError(f"It has more than {MAX_MEMBERS} parts and is not opened.")
    inflated = sum(
        one.file_size
        for one in members
        if PurePosixPath(one.filename).suffix.lower() not in _MEDIA or one.file_size > _NEVER_BYTES
    )
    if inflated > MAX_INFLATED_BYTES:
        raise UnreadableError(
            f"It would take {inflated >> 20} MiB when unpacked and is not opened; "
            f"{MAX_INFLATED_BYTES >> 20} MiB are allowed."
        )


def _of_compound_file(path: Path, kind: str) -> str:
    if _LOCKED in path.read_bytes():
        return mark("The file is protected by a password.")
    return f"It is not {kind} but one of an older format: give it its right ending."
