"""Reads requests and writes answers in the shapes of the API."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from desktop_app.protocol.json_faults import UNREADABLE

Body = TypeVar("Body")

MAX_BODY_BYTES = 8 << 20

_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"false", "0", "no"})

_encoder = msgspec.json.Encoder()
_PLACE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")


class Refused(Exception):  # noqa: N818  (it is an answer, not a fault)
    """The request is answered with ``status`` and ``detail``, a text or a validation list."""

    def __init__(self, status: int, detail: str | list[dict[str, Any]]) -> None:
        super().__init__(str(detail))
        self.status = status
        self.detail = detail


def encoded(content: object) -> bytes:
    """Any Struct, or values made of them, as JSON."""
    return _encoder.encode(content)


class JsonResponse(Response):
    """Any Struct, or values made of them, as JSON."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        return _encoder.encode(content)


def invalid(
    place: str, sentence: str, kind: str = "value_error", limit: int | None = None
) -> Refused:
    """A 422 with one entry.

    Args:
        limit: Of what was too long.
    """
    parts = [part for part in re.split(r"[.\[\]]+", place) if part]
    path = ["body", *[int(part) if part.isdigit() else part for part in parts]]
    context = {} if limit is None else {"ctx": {"max_length": limit}}
    return Refused(422, [{"loc": path, "msg": sentence, "type": kind, **context}])


def not_found(what: str) -> Refused:
    """A 404."""
    return Refused(404, f"{what} not found")


async def read_json(request: Request, shape: type[Body]) -> Body:
    """The JSON body as ``shape``.

    Raises:
        Refused: 413 or 422.
    """
    return as_shape(await read_object(request), shape)


def as_shape(fields: dict[str, Any], shape: type[Body]) -> Body:
    """``fields`` as ``shape``; texts stand for booleans and numbers where those are meant.

    Raises:
        Refused: 422.
    """
    try:
        return msgspec.convert(fields, shape, strict=False)
    except msgspec.ValidationError as error:
        text = str(error)
        place = _PLACE.search(text)
        raise invalid(place["path"] if place else "", _PLACE.sub("", text)) from error


def whole_number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """A query parameter.

    Raises:
        Refused: 422.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?\d{1,9}", text) or not least <= int(text) <= most:
        sentence = f"Input should be a whole number from {least} to {most}"
        raise Refused(422, [{"loc": ["query", name], "msg": sentence, "type": "value_error"}])
    return int(text)


def truth_value(request: Request, name: str) -> bool:
    """A query parameter; false where it is left out.

    Raises:
        Refused: 422.
    """
    text = request.query_params.get(name, "false").lower()
    if text not in _TRUE | _FALSE:
        sentence = "Input should be true or false"
        raise Refused(422, [{"loc": ["query", name], "msg": sentence, "type": "bool_parsing"}])
    return text in _TRUE


async def read_body(request: Request) -> bytes:
    """The whole body.

    Raises:
        Refused: 413, or 400 for a client that went away.
    """
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MAX_BODY_BYTES:
                raise Refused(413, f"The request is larger than {MAX_BODY_BYTES >> 20} MiB.")
    except ClientDisconnect as error:
        raise Refused(400, "The request ended too early.") from error  # read by nobody
    return bytes(body)


async def read_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object.

    Raises:
        Refused: 413 or 422.
    """
    body = await read_body(request)
    try:
        fields = msgspec.json.decode(body)
    except UNREADABLE as error:
        raise invalid("", f"JSON decode error: {error}", "json_invalid") from error
    if not isinstance(fields, dict):
        raise invalid("", "Input should be a JSON object", "dict_type")
    return fields
