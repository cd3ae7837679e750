"""A client's address never leads into our own network."""

from __future__ import annotations

import socket

import httpx
import pytest

from desktop_app.client.http11_transport import Http11Transport
from desktop_app.errors import InputError
from desktop_app.service.gateway.answering.public_hosts import PublicHosts, lookup

PUBLIC = "93.184.216.34"


def hosts(*addresses: str, allows_local: bool = False) -> PublicHosts:
    async def look_up(_host: str) -> list[str]:
        return list(addresses)

    return PublicHosts(allows_local=allows_local, look_up=look_up)


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://llm.example", [PUBLIC]),
        ("ftp://llm.example", [PUBLIC]),
        ("https://user@llm.example", [PUBLIC]),
        ("https://", [PUBLIC]),
        ("https://[::1", [PUBLIC]),
        ("https://llm.example:99999", [PUBLIC]),
        ("https://meta.example", ["169.254.169.254"]),
        ("https://inner.example", ["10.0.0.7"]),
        ("https://own.example", ["127.0.0.1"]),
        ("https://any.example", ["0.0.0.0"]),
        ("https://both.example", [PUBLIC, "127.0.0.1"]),
        ("https://many.example", ["224.0.0.1"]),
        ("https://six.example", ["::ffff:192.168.0.1"]),
        ("https://six.example", ["fe80::1%eth0"]),
        ("https://six.example", ["64:ff9b::a9fe:a9fe"]),
        ("https://six.example", ["2002:7f00:1::"]),
        ("https://nowhere.example", []),
    ],
)
async def test_a_client_cannot_send_us_into_our_own_network(url, addresses):
    with pytest.raises(InputError) as refused:
        await hosts(*addresses).check_url(url)
    assert refused.value.code == "gateway.client_url"


async def test_a_client_may_bring_a_public_address():
    await hosts(PUBLIC, "2606:2800:220:1::1").check_url("https://llm.example/openai")


async def test_this_computer_may_be_allowed_and_nothing_else_inside():
    development = hosts("127.0.0.1", allows_local=True)
    await development.check_url("http://localhost:1234/v1")
    with pytest.raises(InputError):
        await hosts("192.168.0.4", allows_local=True).check_url("http://inner.example")
    with pytest.raises(InputError):
        await hosts(PUBLIC, allows_local=True).check_url("http://llm.example")


async def test_names_are_looked_up_by_the_system():
    assert "127.0.0.1" in await lookup("127.0.0.1")
    assert await lookup("no such name") == []
    assert await lookup("x" * 300) == []


async def test_a_name_that_changes_its_mind_is_not_followed():
    """DNS rebinding: public when it is checked, our own when it is connected to."""
    answers = [[PUBLIC], ["127.0.0.1"]]

    async def look_up(_host: str) -> list[str]:
        return answers.pop(0)

    judged = PublicHosts(look_up=look_up)
    await judged.check_url("https://llm.example")
    with socket.create_server(("127.0.0.1", 0)) as inside:
        port = inside.getsockname()[1]
        async with httpx.AsyncClient(transport=Http11Transport(judged.address_of)) as http:
            with pytest.raises(InputError):
                await http.get(f"https://llm.example:{port}/")
        inside.setblocking(False)
        with pytest.raises(BlockingIOError):
            inside.accept()
