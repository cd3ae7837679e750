"""A company's proxy and a company's certificates, for HTTP and WebSocket alike."""

from __future__ import annotations

import asyncio
import ssl
import traceback
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.server import serve

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.client.http11_transport import REQUEST_SENT
from desktop_app.client.http_connection import Delivery, HttpConnection, Request
from desktop_app.client.json_socket import open_json_socket
from desktop_app.errors import InputError, NetworkError, ProtocolError
from desktop_app.network_access import CA_VARIABLE, trust_context, use_network
from desktop_app.protocol.commands import ConfigureSession
from desktop_app.protocol.events import SessionReady
from desktop_app.protocol.gateway import GatewayConfigured, GatewayReady, encode
from desktop_app.settings import NetworkSettings
from tests.fakes.proxy import Proxy

CERTIFICATES = Path(__file__).parents[1] / "fakes" / "certificates"
HOST = "parley.example.test"
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def company(monkeypatch):
    """The certificates of a company that nobody else trusts, and an environment without any."""
    for name in (*PROXIES, *map(str.lower, PROXIES), CA_VARIABLE, "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    return str(CERTIFICATES / "company.pem")


@pytest.fixture
def trusted(company, monkeypatch):
    monkeypatch.setenv(CA_VARIABLE, company)
    return company


def secured():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{HOST}.pem")
    return context


@asynccontextmanager
async def web_server():
    """Answers every request with the same JSON, over TLS."""

    async def answer(reader, writer):
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"name":"ok"}')

    async def hold(reader, writer):
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0, ssl=secured())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def gateway_server():
    async def talk(socket):
        await socket.send(encode(GatewayReady()).decode())
        async for _ in socket:
            await socket.send(encode(GatewayConfigured(session_id="a")).decode())

    async with serve(talk, "127.0.0.1", 0, ssl=secured()) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@asynccontextmanager
async def session_server():
    async def talk(socket):
        async for _ in socket:
            await socket.send('{"type":"session.begin","session_id":"b"}')

    async with serve(talk, "127.0.0.1", 0, ssl=secured()) as server:
        yield next(iter(server.sockets)).getsockname()[1]


async def over_http():
    connection = HttpConnection(ApiAddress(f"https://{HOST}/api"))
    try:
        return (await connection.get("/x", dict))["name"]
    finally:
        await connection.aclose()


async def over_the_gateway():
    address = GatewayAddress(f"wss://{HOST}/v1/voice/ws")
    transport = await open_gateway(address, ConfigureSession("a"))
    try:
        ready = await anext(transport.events())
        return "ok" if isinstance(ready, SessionReady) else ready
    finally:
        await transport.aclose()


async def over_a_session_socket():
    socket = await open_json_socket(f"wss://{HOST}/s", {"model": "m"})
    try:
        return "ok" if socket.begin["session_id"] == "b" else socket.begin
    finally:
        await socket.aclose()


WAYS = pytest.mark.parametrize(
    ("server", "way"),
    [
        (web_server, over_http),
        (gateway_server, over_the_gateway),
        (session_server, over_a_session_socket),
    ],
)


@WAYS
async def test_bar_48_a_proxy_with_a_password_and_the_companys_certificates(
    trusted, monkeypatch, server, way
):
    async with (
        server() as port,
        Proxy({HOST: port}, password="secret").running() as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.address("ada:secret@"))
        assert await way() == "ok"
        assert proxy.asked == [f"{HOST}:443"]
        assert proxy.refused == 0


@WAYS
async def test_a_proxy_that_wants_another_password_is_named(trusted, monkeypatch, server, way):
    async with (
        server() as port,
        Proxy({HOST: port}, password="secret").running() as proxy,
    ):
        monkeypatch.setattr(
            "desktop_app.client.http_connection.pause_before_retry", lambda *_, **__: None
        )
        monkeypatch.setenv("HTTPS_PROXY", proxy.address("ada:wrong@"))
        with pytest.raises(NetworkError) as refused:
            await way()
        assert refused.value.code == "network.proxy"
        assert "wrong" not in str(refused.value)
        assert proxy.asked == []


@WAYS
async def test_who_is_not_trusted_is_not_talked_to(company, monkeypatch, server, way):
    async with server() as port, Proxy({HOST: port}).running() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address())
        with pytest.raises(NetworkError) as refused:
            await way()
        assert (refused.value.code, refused.value.retryable) == ("network.untrusted", False)


@WAYS
async def test_bar_48_the_settings_name_proxy_and_certificates(company, monkeypatch, server, way):
    async with server() as port, Proxy({HOST: port}).running() as proxy:
        environment = {}
        use_network(NetworkSettings(proxy.address(), company), environment)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert await way() == "ok"


@WAYS
async def test_certificates_that_cannot_be_read_are_named(company, monkeypatch, server, way):
    monkeypatch.setenv(CA_VARIABLE, "/nowhere/company.pem")
    async with server() as port, Proxy({HOST: port}).running() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address())
        with pytest.raises(InputError) as fault:
            await way()
        assert fault.value.code == "network.ca_file"
        assert "/nowhere/company.pem" in str(fault.value)


def test_a_file_without_a_certificate_is_named(tmp_path):
    file = tmp_path / "company.pem"
    file.write_text("no")
    with pytest.raises(InputError) as fault:
        trust_context({CA_VARIABLE: str(file)})
    assert fault.value.code == "network.no_certificate"


@pytest.mark.parametrize("proxy", ["ftp://host:1", "http://[::1", "socks5://host:1"])
async def test_a_proxy_that_is_none_is_spoken_of(monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(NetworkError) as fault:
        HttpConnection(ApiAddress("https://somewhere.example/api", "k"))
    assert fault.value.code == "network.proxy"


def test_the_environment_is_stronger_than_the_settings():
    environment = {"https_proxy": "http://a:1", CA_VARIABLE: "/mine.pem"}
    use_network(NetworkSettings("http://b:2", "/theirs.pem"), environment)
    assert environment == {"https_proxy": "http://a:1", CA_VARIABLE: "/mine.pem"}


def test_without_settings_nothing_is_said():
    environment = {}
    use_network(NetworkSettings(), environment)
    assert environment == {}


async def test_a_key_that_no_header_can_hold_is_not_said(trusted, monkeypatch):
    """Behind a proxy another library sends the request, which quotes the header that it refuses."""
    async with web_server() as port, Proxy({HOST: port}).running() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address())
        connection = HttpConnection(ApiAddress(f"https://{HOST}/api", "very-secret\nkey"))
        with pytest.raises(ProtocolError) as caught:
            await connection.get("/x", dict)
        await connection.aclose()
    assert proxy.asked == [f"{HOST}:443"]
    assert (caught.value.code, caught.value.retryable) == ("http.malformed", False)
    assert "very-secret" not in "".join(traceback.format_exception(caught.value))


async def test_a_request_is_not_on_its_way_while_its_proxy_still_connects(trusted, monkeypatch):
    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"This is not TLS.\r\n")
        writer.close()

    monkeypatch.setattr(
        "desktop_app.client.http_connection.pause_before_retry", lambda *_, **__: None
    )
    steps: list[tuple[str, bool]] = []

    class Followed(Delivery):
        async def trace(self, step, facts):
            await super().trace(step, facts)
            steps.append((step, self.is_whole))

    async def asked(port: int) -> None:
        async with Proxy({HOST: port}).running() as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.address())
            connection = HttpConnection(ApiAddress(f"https://{HOST}/api"))
            try:
                await connection.tell(Request("GET", "/x", delivery=Followed()))
            finally:
                await connection.aclose()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        with pytest.raises(NetworkError):
            await asked(server.sockets[0].getsockname()[1])
    sent = [is_whole for step, is_whole in steps if step == REQUEST_SENT]
    assert sent == [False]
    steps.clear()
    async with web_server() as port:
        await asked(port)
    assert [is_whole for step, is_whole in steps if step == REQUEST_SENT] == [False, True]
