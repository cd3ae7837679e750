"""Office files and PDFs as small as they can be, made in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    """A relations part: (kind, target) by id."""
    items = "".join(
        f'<Relationship Id="{one}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for one, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="x">{items}</Relationships>'


def docx(
    paragraphs: Sequence[tuple[str, str]],
    *,
    table: Sequence[Sequence[str]] = (),
    footnote: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A Word document; each paragraph is (style, text), the style ``berschrift1`` a heading."""
    body = "".join(_paragraph(style, text) for style, text in paragraphs)
    if table:
        rows = "".join(
            "<w:tr>" + "".join(f"<w:tc>{_paragraph('', cell)}</w:tc>" for cell in row) + "</w:tr>"
            for row in table
        )
        body += f"<w:tbl>{rows}</w:tbl>"
    parts = {"s": ("styles", "styles.xml")} | (
        {"f": ("footnotes", "footnotes.xml")} if footnote else {}
    )
    style = '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    members: dict[str, str | bytes] = {
        "_rels/.rels": relations({"d": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(parts),
        "word/styles.xml": f"<w:styles {_W}>{style}</w:styles>",
    }
    if footnote:
        members["word/footnotes.xml"] = (
            f"<w:footnotes {_W}><w:footnote>{_paragraph('', footnote)}</w:footnote></w:footnotes>"
        )
    return archive(members | dict(more or {}))


def _paragraph(style: str, text: str) -> str:
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{kind}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def pptx(slides: Sequence[tuple[str, str]]) -> bytes:
    """A presentation; each slide is (text, notes), and stored in the opposite order."""
    count = len(slides)
    numbers = range(count, 0, -1)
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in numbers)
    members: dict[str, str | bytes] = {
        "ppt/presentation.xml": (
            f"<p:presentation {_P} {_R}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            {f"r{n}": ("slide", f"slides/slide{n}.xml") for n in numbers}
        ),
    }
    for number, (text, notes) in zip(numbers, slides, strict=True):
        members[f"ppt/slides/slide{number}.xml"] = _slide(text)
        if notes:
            members[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(
                {"n": ("notesSlide", f"../notesSlides/notesSlide{number}.xml")}
            )
            members[f"ppt/notesSlides/notesSlide{number}.xml"] = _slide(notes)
    return archive(members)


def _slide(text: str) -> str:
    lines = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in text.split("\n"))
    number = '<a:p><a:fld type="slidenum"><a:t>99</a:t></a:fld></a:p>'
    return f"<p:sld {_P} {_A}><p:txBody>{lines}{number}</p:txBody></p:sld>"


def xlsx(sheets: Mapping[str, Sequence[Sequence[str | float]]]) -> bytes:
    """A workbook."""
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
        for n, name in enumerate(sheets, 1)
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types xmlns='x'/>",
        "_rels/.rels": relations({"w": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f"<workbook {_S} {_R}><sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            {f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
        ),
    }
    for number, rows in enumerate(sheets.values(), 1):
        lines = "".join(
            f'<row r="{r}">{"".join(_cell(r, c, cell) for c, cell in enumerate(row))}</row>'
            for r, row in enumerate(rows, 1)
        )
        sheet = f"<worksheet {_S}><sheetData>{lines}</sheetData></worksheet>"
        members[f"xl/worksheets/sheet{number}.xml"] = sheet
    return archive(members)


def _cell(row: int, column: int, value: str | float) -> str:
    place = f"{chr(65 + column)}{row}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def pdf(pages: Sequence[str], *, is_locked: bool = False) -> bytes:
    """A PDF of one line a page; a locked one can be opened with no password at all."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for n, text in enumerate(pages):
        resources = "/Resources<</Font<</F 3 0 R>>>>"
        page = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]{resources}/Contents {5 + 2 * n} 0 R>>"
        )
        stream = f"BT /F 12 Tf 50 700 Td ({text}) Tj ET".encode()
        objects += [page.encode(), b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream)]
    extra = ""
    if is_locked:
        secret = "<" + "5a" * 32 + ">"
        objects.append(f"<</Filter/Standard/V 1/R 2/O {secret}/U {secret}/P -4>>".encode())
        extra = f"/Encrypt {len(objects)} 0 R/ID[<00><00>]"
    return _with_table(objects, extra)


def _with_table(objects: Sequence[bytes], extra: str) -> bytes:
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += (
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R{extra}>>\nstartxref\n{table}\n%%EOF".encode()
    )
    return bytes(made)
