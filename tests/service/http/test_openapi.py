from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.backboard.memories import MemorySearch
from desktop_app.protocol.backboard.messages import MessageReply, MessageRequest
from desktop_app.service.http.described import Described
from desktop_app.service.http.openapi import describe


@Described("Do it", answer=dict[str, str])
async def plain(_request: Request) -> Response:
    return Response()


def one(description: Described, path: str = "/api/things/{thing_id}") -> dict[str, Any]:
    """The operation that one described endpoint gives."""

    @description
    async def endpoint(_request: Request) -> Response:
        return Response()

    document = describe([Route(path, endpoint, methods=["POST"])])
    return dict(document["paths"][path]["post"])


async def test_the_service_describes_all_that_it_serves_to_who_has_the_key(rig):
    root = rig.addresses.api.removesuffix("/api")
    document = (await rig.http.get(root + "/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert list(document["paths"]["/api/assistants/{assistant_id}"]) == ["get", "put", "delete"]
    refused = await rig.http.get(root + "/openapi.json", headers={"X-API-Key": "wrong"})
    assert refused.status_code == 401


def test_a_route_that_nobody_described_is_a_mistake():
    async def bare(_request: Request) -> Response:
        return Response()

    with pytest.raises(ValueError, match="/api/bare is not described"):
        describe([Route("/api/bare", bare, methods=["GET"])])


def test_what_is_no_part_of_the_api_is_left_out():
    assert describe([Route("/health", plain, methods=["GET"])])["paths"] == {}


def test_sockets_are_listed_apart():
    @Described("Talk")
    async def talk(_websocket: object) -> None: ...

    document = describe([WebSocketRoute("/api/talk", talk)])
    assert document["x-sockets"] == {"/api/talk": {"summary": "Talk"}}


def test_parameters_come_from_the_path_and_from_the_table():
    operation = one(Described("Find", query={"limit": range(1, 51), "name": str}, answer=Document))
    assert [
        (parameter["name"], parameter["in"], parameter["required"])
        for parameter in operation["parameters"]
    ] == [("thing_id", "path", True), ("limit", "query", False), ("name", "query", False)]
    assert operation["parameters"][1]["schema"] == {"type": "integer", "minimum": 1, "maximum": 50}


def test_a_path_may_hold_slashes():
    document = describe([Route("/api/models/{name:path}", plain, methods=["GET"])])
    assert list(document["paths"]) == ["/api/models/{name}"]


def test_a_message_is_taken_in_three_encodings_and_answered_in_two():
    operation = one(
        Described(
            "Send",
            body=MessageRequest,
            files={"files": list[bytes], "audio_file": bytes},
            answer=MessageReply,
            streams=True,
        )
    )
    content = operation["requestBody"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/MessageRequest"}
    form = content["application/x-www-form-urlencoded"]["schema"]["properties"]
    assert form["voice"] == {"type": "string", "contentMediaType": "application/json"}
    assert form["content"]["type"] == "string"
    assert "files" not in form
    multipart = content["multipart/form-data"]["schema"]["properties"]
    assert multipart["files"]["items"] == multipart["audio_file"]
    assert multipart["audio_file"] == {"type": "string", "format": "binary"}
    assert list(operation["responses"]["200"]["content"]) == [
        "application/json",
        "text/event-stream",
    ]


def test_a_form_of_files_alone_needs_them():
    operation = one(Described("Upload", files={"file": bytes}, answer=Document))
    assert list(operation["requestBody"]["content"]) == ["multipart/form-data"]
    assert operation["requestBody"]["content"]["multipart/form-data"]["schema"]["required"] == [
        "file"
    ]


def test_every_refusal_says_its_shape():
    operation = one(Described("Find", body=MemorySearch, answer=Document, refuses=(409,)))
    refused = {status: answer for status, answer in operation["responses"].items() if status > "2"}
    assert sorted(set(refused) - {"200"}) == ["400", "401", "403", "404", "409", "413", "422"]
    assert refused["409"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Refusal"
    }


def test_media_links_need_no_key_and_answer_bytes():
    operation = one(Described("Fetch", answer=bytes, is_open=True))
    assert operation["security"] == []
    assert "401" not in operation["responses"]
    assert list(operation["responses"]["200"]["content"]) == ["*/*"]
