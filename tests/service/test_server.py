"""The service on a socket."""

from __future__ import annotations

import asyncio
import socket

import pytest

from desktop_app.errors import InputError
from desktop_app.service.server import Place, open_service
from tests.fakes.providers import ScriptedProviders


async def test_small_answers_are_not_held_back(rig, monkeypatch):
    accepted: list[int] = []
    set_option = socket.socket.setsockopt

    def watch(self, level, option, *value):
        if (level, option) == (socket.IPPROTO_TCP, socket.TCP_NODELAY):
            accepted.append(self.getsockname()[1])
        return set_option(self, level, option, *value)

    monkeypatch.setattr(socket.socket, "setsockopt", watch)
    await rig.http.get("/assistants")
    port = int(rig.addresses.api.split(":")[2].split("/")[0])
    assert port in accepted


async def test_a_taken_port_is_refused_before_any_file_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = Place(tmp_path, "key", port=other.getsockname()[1])
        with pytest.raises(InputError) as error:
            async with open_service(place, ScriptedProviders().open):
                pass
    assert error.value.code == "service.port_taken"
    assert list(tmp_path.iterdir()) == []


async def test_it_stops_while_clients_are_connected(tmp_path, open_rig):
    async with asyncio.timeout(20):
        async with open_rig(tmp_path, ScriptedProviders()) as rig:
            connection = rig.socket()
            socket = await connection.__aenter__()
            await socket.configured()
        await socket.connection.wait_closed()
        await connection.__aexit__(None, None, None)
    assert socket.connection.close_code == 1012
