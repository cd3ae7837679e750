"""Files that go along with speech become documents of the server's thread, and are read first."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.errors import InputError
from tests.client.test_service_connection import Shelf
from tests.fakes.providers import ScriptedProviders
from tests.service.conftest import KEY, service


async def test_a_file_is_in_the_thread_and_read_when_its_upload_ends(tmp_path: Path):
    notes, broken = tmp_path / "notes.md", tmp_path / "broken.pdf"
    notes.write_text("The bridge opens at nine.")
    broken.write_bytes(b"not a pdf")
    async with service(tmp_path / "data", ScriptedProviders()) as rig:

        async def find() -> ServiceAddresses:
            return ServiceAddresses(ApiAddress(rig.addresses.api, KEY), GatewayAddress(""))

        threads = RemoteThreads(Shelf(), "p")
        connection = ServiceConnection(find, threads)
        told: list[tuple[int, int]] = []
        await connection.upload("ours", str(notes), lambda *now: told.append(now))
        assert told[-1][0] == told[-1][1] > 0
        api = await connection.api()
        [document] = await api.documents.of_thread(await threads.known_id("ours"))
        assert (document.filename, document.is_indexed) == ("notes.md", True)
        with pytest.raises(InputError) as failure:
            await connection.upload("ours", str(broken), lambda *_: None)
        assert failure.value.code == "files.unread"
        assert str(failure.value)
        await connection.aclose()
