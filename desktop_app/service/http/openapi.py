"""``/openapi.json``: the API as it is really served, from the routes and the wire's Structs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.service.http.bodies import JsonResponse
from desktop_app.service.http.described import Described, description_of
from desktop_app.service.http.message_bodies import takes_text
from desktop_app.version import __version__

OPENAPI_PATH = "/openapi.json"
API_PREFIX = "/api/"

_Json = dict[str, Any]
_SCHEMAS = "#/components/schemas/{name}"
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_ABOUT = (
    "The Backboard API as this computer serves it. Every request carries the key in X-API-Key. "
    "Sockets are listed under x-sockets."
)


class Problem(Struct, frozen=True):
    """One thing that is wrong with a request."""

    loc: list[str | int]
    msg: str
    type: str


class Refusal(Struct, frozen=True):
    """The body of every answer from 400 upwards."""

    detail: str | list[Problem]


class OpenApi:
    """Describes routes.

    Args:
        routes: All that are registered; those outside the API are left out.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes = list(routes)
        self._document: _Json | None = None

    def route(self) -> Route:
        return Route(OPENAPI_PATH, self.get, methods=["GET"])

    async def get(self, _request: Request) -> Response:
        if self._document is None:
            self._document = describe(self._routes)
        return JsonResponse(self._document)


def describe(routes: Iterable[BaseRoute]) -> _Json:
    """The OpenAPI document of the API's routes.

    Raises:
        ValueError: One of them is not described.
    """
    known = list(_described(routes))
    schemas = _Schemas(description for _, description in known)
    paths: _Json = {}
    sockets: _Json = {}
    for route, description in known:
        if isinstance(route, WebSocketRoute):
            sockets[route.path_format] = {"summary": description.summary}
            continue
        operation = _operation(route, description, schemas)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            name = f"{method.lower()}_{re.sub(r'[^a-z]+', '_', route.path_format)}".rstrip("_")
            paths.setdefault(route.path_format, {})[method.lower()] = {
                "operationId": name,
                **operation,
            }
    key = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Parley", "version": __version__, "description": _ABOUT},
        "security": [{"key": []}],
        "paths": paths,
        "x-sockets": sockets,
        "components": {"schemas": schemas.components, "securitySchemes": {"key": key}},
    }


def _described(routes: Iterable[BaseRoute]) -> Iterable[tuple[Route | WebSocketRoute, Described]]:
    for route in routes:
        if isinstance(route, Route | WebSocketRoute) and route.path.startswith(API_PREFIX):
            description = description_of(route.endpoint)
            if description is None:
                raise ValueError(f"{route.path} is not described: decorate its endpoint")
            yield route, description


class _Schemas:
    """The components, and types as references to them."""

    def __init__(self, descriptions: Iterable[Described]) -> None:
        self._types: list[Any] = [Refusal, StreamEvent]
        for one in descriptions:
            self._types += [kind for kind in (one.body, one.answer) if kind not in (None, bytes)]
        schemas, self.components = msgspec.json.schema_components(
            self._types, ref_template=_SCHEMAS
        )
        self._schemas = list(schemas)

    def of(self, kind: Any) -> _Json:
        """A body or an answer."""
        return dict(self._schemas[self._types.index(kind)])

    def as_form(self, shape: type[Struct], files: Mapping[str, Any]) -> _Json:
        """A Struct in a form, where what is no text, number or truth value is JSON text."""
        whole = self.components[shape.__name__]
        properties: _Json = {}
        for one in msgspec.structs.fields(shape):
            properties[one.encode_name] = (
                whole["properties"][one.encode_name]
                if takes_text(one.type)
                else {"type": "string", "contentMediaType": "application/json"}
            )
        form = {"type": "object", "properties": properties | _file_parts(files)}
        return form | ({"required": whole["required"]} if whole.get("required") else {})


def _operation(route: Route, described: Described, schemas: _Schemas) -> _Json:
    operation: _Json = {"summary": described.summary}
    if parameters := _parameters(route, described):
        operation["parameters"] = parameters
    if content := _request_content(described, schemas):
        operation["requestBody"] = {"required": True, "content": content}
    answers = {str(described.status): _answer(described, schemas)}
    refusal = {"application/json": {"schema": schemas.of(Refusal)}}
    for status in _refusals(route, described):
        answers[str(status)] = {"description": HTTPStatus(status).phrase, "content": refusal}
    operation["responses"] = answers
    if described.is_open:
        operation["security"] = []
    return operation


def _parameters(route: Route, described: Described) -> list[_Json]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in route.param_convertors
    ]
    in_query = [
        {"name": name, "in": "query", "required": False, "schema": _query_schema(kind)}
        for name, kind in described.query.items()
    ]
    return in_path + in_query


def _query_schema(kind: Any) -> _Json:
    if isinstance(kind, range):
        kind = Annotated[int, Meta(ge=kind.start, le=kind.stop - 1)]
    return msgspec.json.schema(kind)


def _request_content(described: Described, schemas: _Schemas) -> _Json:
    body, files = described.body, described.files
    if body is None:
        parts = {"type": "object", "properties": _file_parts(files), "required": list(files)}
        return {_MULTIPART: {"schema": parts}} if files else {}
    content: _Json = {"application/json": {"schema": schemas.of(body)}}
    if files:
        content[_FORM] = {"schema": schemas.as_form(body, {})}
        content[_MULTIPART] = {"schema": schemas.as_form(body, files)}
    return content


def _file_parts(files: Mapping[str, Any]) -> _Json:
    one = {"type": "string", "format": "binary"}
    return {
        name: one if kind is bytes else {"type": "array", "items": one}
        for name, kind in files.items()
    }


def _answer(described: Described, schemas: _Schemas) -> _Json:
    content: _Json = {}
    if described.answer is bytes:
        content["*/*"] = {"schema": {"type": "string", "format": "binary"}}
    elif described.answer is not None:
        content["application/json"] = {"schema": schemas.of(described.answer)}
    if described.streams:
        content["text/event-stream"] = {"schema": _event(schemas.of(StreamEvent))}
    return {"description": HTTPStatus(described.status).phrase, "content": content}


def _event(data: _Json) -> _Json:
    """Each event of a stream has one field, JSON text."""
    text = {"type": "string", "contentMediaType": "application/json", "contentSchema": data}
    return {"type": "object", "properties": {"data": text}, "required": ["data"]}


def _refusals(route: Route, described: Described) -> list[int]:
    statuses = set(described.refuses) | {HTTPStatus.FORBIDDEN}
    if not described.is_open:
        statuses.add(HTTPStatus.UNAUTHORIZED)
    if route.param_convertors:
        statuses.add(HTTPStatus.NOT_FOUND)
    if described.query:
        statuses.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    if described.body is not None or described.files:
        statuses |= {
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        }
    return sorted(int(status) for status in statuses)
