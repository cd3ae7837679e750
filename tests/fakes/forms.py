"""Forms as a server sees them."""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of a form."""

    field: str
    filename: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SentForm:
    """Fields by name, and files in the order in which they came."""

    fields: dict[str, str]
    files: list[SentFile]


def read_form(content_type: str, body: bytes) -> SentForm:
    """A ``multipart/form-data`` body.

    Raises:
        ValueError: It is none, or it is not complete.
    """
    if not content_type.startswith("multipart/form-data; boundary="):
        raise ValueError(f"no form: {content_type}")
    boundary = content_type.partition("boundary=")[2].encode()
    if not body.endswith(b"--" + boundary + b"--\r\n"):
        raise ValueError("the form has no end")
    form = SentForm({}, [])
    for part in body.split(b"--" + boundary + b"\r\n")[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        content = content.removesuffix(b"--" + boundary + b"--\r\n").removesuffix(b"\r\n")
        headers = BytesParser(policy=HTTP).parsebytes(head + b"\r\n\r\n", headersonly=True)
        disposition = headers["Content-Disposition"].params
        name = str(disposition["name"])
        if "filename" in disposition:
            kind = headers.get_content_type()
            form.files.append(SentFile(name, str(disposition["filename"]), kind, content))
        else:
            form.fields[name] = content.decode()
    return form
