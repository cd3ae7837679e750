"""Who may talk to the service."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from desktop_app.service.http.guard import allowed_hosts


@pytest.mark.parametrize(
    "headers", [{"X-API-Key": "test-key"}, {"Authorization": "Bearer test-key"}]
)
async def test_the_key_opens_the_door_in_either_header(rig, headers):
    async with httpx.AsyncClient() as stranger:
        answer = await stranger.get(rig.addresses.api + "/assistants", headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}, {"Authorization": "Basic x"}])
async def test_a_request_without_the_key_is_refused_with_a_sentence(rig, headers):
    async with httpx.AsyncClient() as stranger:
        answer = await stranger.get(rig.addresses.api + "/assistants", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"detail": "Invalid or missing API key"}


async def test_the_query_key_is_for_sockets_alone(rig):
    async with httpx.AsyncClient() as stranger:
        answer = await stranger.get(rig.addresses.api + "/assistants?api_key=test-key")
    assert answer.status_code == 401


async def test_another_host_name_is_refused(rig):
    answer = await rig.http.get("/assistants", headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert "loopback" in answer.json()["detail"]


async def test_a_foreign_web_page_is_refused_even_with_the_key(rig):
    answer = await rig.http.get("/assistants", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_our_own_pages_are_welcome(rig):
    own = rig.addresses.api.removesuffix("/api")
    answer = await rig.http.get("/assistants", headers={"Origin": own})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["Host", "Origin"])
async def test_a_header_that_says_two_things_is_refused(rig, name):
    own = rig.addresses.api.removesuffix("/api")
    host = own.removeprefix("http://")
    lines = ["GET /api/assistants HTTP/1.1", f"{name}: http://evil.example", f"Host: {host}"]
    lines += [f"Origin: {own}", "X-API-Key: test-key", "Connection: close", "", ""]
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write("\r\n".join(lines).encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert name.encode() in answer


async def test_a_sandboxed_page_is_foreign(rig):
    answer = await rig.http.get("/assistants", headers={"Origin": "null"})
    assert answer.status_code == 403


async def test_health_needs_no_key(rig):
    async with httpx.AsyncClient() as stranger:
        answer = await stranger.get(rig.addresses.api.replace("/api", "/health"))
    assert answer.json() == {"status": "ok"}


@pytest.mark.parametrize("query", ["?api_key=test-key", "?token=test-key"])
async def test_a_socket_may_give_the_key_in_its_address(rig, query):
    async with rig.socket(query) as socket:
        assert (await socket.next())["type"] == "session.ready"


async def test_a_socket_may_give_the_key_as_a_bearer_token(rig):
    headers = {"Authorization": "Bearer test-key"}
    async with rig.socket("", additional_headers=headers) as socket:
        assert (await socket.next())["type"] == "session.ready"


async def test_a_socket_with_the_wrong_key_is_told_so_and_closed_with_1008(rig):
    async with rig.socket("?token=wrong") as socket:
        error = await socket.next()
        with pytest.raises(ConnectionClosed) as closed:
            await socket.next()
    assert error["type"] == "error"
    assert error["message"] == "Invalid or missing API key"
    assert closed.value.rcvd.code == 1008


async def test_a_socket_of_a_foreign_page_is_told_so_and_closed_with_1008(rig):
    address = rig.addresses.voice + "?token=test-key"
    async with connect(address, origin="https://evil.example") as connection:
        assert "other web pages" in await connection.recv()
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
    assert closed.value.rcvd.code == 1008


def test_every_loopback_name_with_the_port_means_us():
    assert allowed_hosts("::1", 80) == ("127.0.0.1:80", "localhost:80", "[::1]:80")
