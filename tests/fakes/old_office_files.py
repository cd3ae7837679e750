"""Office files of the formats before 2007, as small as they can be."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Streams by name; each is stored in whole sectors, as those over 4 KiB are."""
    padded = [body.ljust(4096, b"\0") for body in streams.values()]
    counts = [-(-len(body) // _SECTOR) for body in padded]
    entries = [_entry("Root Entry", 5, child=1, start=_END, size=0)]
    directory_sectors = -(-(len(streams) + 1) // 4)
    start = 1 + directory_sectors
    chain = [_TABLE, *range(2, 1 + directory_sectors), _END]
    for number, (name, body, count) in enumerate(zip(streams, padded, counts, strict=True), 1):
        right = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, right=right, start=start, size=len(body)))
        chain += [*range(start + 1, start + count), _END]
        start += count
    assert len(chain) <= _SECTOR // 4
    chain += [_FREE] * (_SECTOR // 4 - len(chain))
    magic = bytes.fromhex("d0cf11e0a1b11ae1")
    header = struct.pack("<8s16x5H6x", magic, 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    table = struct.pack(f"<{len(chain)}I", *chain)
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    content = b"".join(
        body.ljust(count * _SECTOR, b"\0") for body, count in zip(padded, counts, strict=True)
    )
    return header + table + directory + content


def _entry(
    name: str, kind: int, *, start: int, size: int, child: int = _FREE, right: int = _FREE
) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16x4x16xIQ", encoded, len(encoded), kind, 1, _FREE, right, child, start, size
    )


def doc(text: str, *, is_locked: bool = False, version: int = 0x00C1) -> bytes:
    """A Word document: the first half of the text in one encoding, the second in the other."""
    half = len(text) // 2
    first, second = text[:half].encode("cp1252"), text[half:].encode("utf-16-le")
    main = bytearray(0x800)
    struct.pack_into("<HH", main, 0, 0xA5EC, version)
    struct.pack_into("<H", main, 0x0A, 0x0200 | (0x0100 if is_locked else 0))
    struct.pack_into("<II", main, 0x4C, len(text), 0)
    pieces = struct.pack("<III", 0, half, len(text))
    pieces += struct.pack("<HIH", 0, 0x40000000 | (len(main) * 2), 0)
    pieces += struct.pack("<HIH", 0, len(main) + len(first), 0)
    formatting = b"\x01" + struct.pack("<H", 3) + b"xyz"
    clx = formatting + b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", main, 0x1A2, 16, len(clx))
    table = bytes(16) + clx
    return compound_file({"WordDocument": bytes(main) + first + second, "1Table": table})


def ppt(slides: Sequence[tuple[str, str, str]], *, is_locked: bool = False) -> bytes:
    """A presentation; each slide is (outline, text in a box, notes)."""
    content, places = bytearray(), {}
    lists: dict[int, bytes] = {0: b"", 2: b""}
    for number, (outline, box, notes) in enumerate(slides, 1):
        slide_id, notes_id = 1 + 2 * number, 2 + 2 * number  # of persist objects too
        lists[0] += _record(0x03F3, struct.pack("<5I", slide_id, 0, 0, slide_id, 0))
        lists[0] += _record(0x0FA8, outline.encode("latin-1"))
        lists[2] += _record(0x03F3, struct.pack("<5I", notes_id, 0, 0, notes_id, 0))
        atom = _record(0x03EF, struct.pack("<12xIIHH", 0, notes_id, 0, 0))
        places[slide_id] = len(content)
        content += _record(0x03EE, atom + _box(box), is_container=True)
        places[notes_id] = len(content)
        content += _record(0x03F0, _box(notes), is_container=True)
    places[1] = len(content)
    document = b"".join(
        _record(0x0FF0, body, is_container=True, instance=which) for which, body in lists.items()
    )
    content += _record(0x03E8, document, is_container=True)
    directory = len(content)
    entries = b"".join(struct.pack("<II", 1 << 20 | one, at) for one, at in places.items())
    content += _record(0x1772, entries)
    edit = len(content)
    content += _record(0x0FF5, struct.pack("<7I", 0, 0, 0, directory, 1, 0, 0))
    token = 0xF3D1C4DF if is_locked else 0xE391C05F
    user = _record(0x0FF6, struct.pack("<III", 20, token, edit))
    return compound_file({"Current User": user, "PowerPoint Document": bytes(content)})


def _box(text: str) -> bytes:
    return _record(0xF00D, _record(0x0FA0, text.encode("utf-16-le")), is_container=True)


def _record(kind: int, body: bytes, *, is_container: bool = False, instance: int = 0) -> bytes:
    head = (0xF if is_container else 0) | instance << 4
    return struct.pack("<HHI", head, kind, len(body)) + body


def xls(name: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """A workbook of one sheet."""
    sheet = _biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, str):
                text = struct.pack("<HHHHB", r, c, 0, len(cell), 0) + cell.encode("latin-1")
                sheet += _biff(0x0204, text)
            else:
                sheet += _biff(0x0203, struct.pack("<HHHd", r, c, 0, cell))
    sheet += _biff(0x000A, b"")
    opening = _biff(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    length = len(opening) + 4 + 8 + len(name) + 4
    place = struct.pack("<IBBBB", length, 0, 0, len(name), 0) + name.encode("latin-1")
    book = opening + _biff(0x0085, place) + _biff(0x000A, b"")
    return compound_file({"Workbook": book + sheet})


def _biff(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body
