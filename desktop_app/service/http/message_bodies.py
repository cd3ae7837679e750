"""Reads what is sent to a thread, in any of the three encodings of section 5.2."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, get_args
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request

from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.service.http.bodies import as_shape, invalid, read_body, read_object
from desktop_app.service.http.uploads import Form, receive_form

Body = TypeVar("Body", bound=msgspec.Struct)

_TEXTS = (str, int, float, bool)


@asynccontextmanager
async def receive(
    request: Request, shape: type[Body], scratch: Path
) -> AsyncIterator[tuple[Body, Form]]:
    """The message and the form that brought its files, which are deleted when the block ends.

    In the two form encodings everything is text: objects are JSON, booleans are words.

    Raises:
        Refused: 413 or 422.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind.lower() == "multipart/form-data":
        async with receive_form(request, scratch) as form:
            yield as_shape(_objects_from_texts(form.fields, shape), shape), form
        return
    if kind.lower() == "application/x-www-form-urlencoded":
        texts = parse_qsl((await read_body(request)).decode(errors="replace"))
        fields = _objects_from_texts(dict(texts), shape)
    else:
        fields = await read_object(request)
    yield as_shape(fields, shape), Form()


def _objects_from_texts(texts: dict[str, str], shape: type[msgspec.Struct]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: text for name, text in texts.items() if text != ""}
    for one in msgspec.structs.fields(shape):
        if one.encode_name in fields and not takes_text(one.type):
            fields[one.encode_name] = _from_text(one.encode_name, texts[one.encode_name])
    return fields


def takes_text(kind: Any) -> bool:
    """Whether a field is a text, a number or a truth value, or an optional one of these."""
    return any(one in _TEXTS for one in get_args(kind) or (kind,))


def _from_text(name: str, text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except UNREADABLE as error:
        raise invalid(name, "Input should be JSON text", "json_invalid") from error
