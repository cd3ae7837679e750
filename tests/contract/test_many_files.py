"""Ten thousand files, one request each, are taken, read and searched by a service of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.processes import peak_memory_bytes
from tests.fakes.service import RealService, real_service

FILES = 10_000
CONNECTIONS = 3
LIMIT_S = 300
BOUND_BYTES = 400 << 20
BUILTIN = {"llm_provider": "builtin", "model_name": "basic"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RealService]:
    with real_service(tmp_path / "service") as running:
        yield running


class Uploads:
    """Uploads by hand over sockets that stay open: an HTTP client costs more than the service."""

    def __init__(self, service: RealService, path: str) -> None:
        self._address = httpx.URL(service.api.base_url)
        self._head = (
            f"POST {self._address.path}{path} HTTP/1.1\r\n"
            f"Host: {self._address.netloc.decode()}\r\nX-API-Key: {service.api.key}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n"
        )
        self._numbers = iter(range(FILES))
        self.taken: list[dict[str, Any]] = []

    async def run(self) -> None:
        """One connection's share."""
        reader, writer = await asyncio.open_connection(self._address.host, self._address.port)
        for number in self._numbers:
            writer.write(self._request(number))
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 "), head
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            self.taken.append(json.loads(await reader.readexactly(length)))
        writer.close()
        await writer.wait_closed()

    def _request(self, number: int) -> bytes:
        body = (
            f'--x\r\nContent-Disposition: form-data; name="file"; filename="{number}.txt"\r\n\r\n'
            f"Box {number} holds tool {number * 7}.\r\n--x--\r\n"
        )
        return f"{self._head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


async def test_ten_thousand_files_in_a_row_are_all_taken_indexed_and_found(service):
    async with (
        asyncio.timeout(LIMIT_S),
        httpx.AsyncClient(
            base_url=service.api.base_url, headers={"X-API-Key": service.api.key}, timeout=LIMIT_S
        ) as http,
    ):
        assistant = (await http.post("/assistants", json={"name": "Ada"})).json()["assistant_id"]
        path = f"/assistants/{assistant}/documents"
        uploads = Uploads(service, path)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CONNECTIONS):
                tasks.create_task(uploads.run())
        await indexed(http, [one["document_id"] for one in uploads.taken[-CONNECTIONS:]])

        documents = (await http.get(path)).json()
        assert {one["filename"] for one in documents} == {f"{n}.txt" for n in range(FILES)}
        assert {one["status"] for one in documents} == {"indexed"}
        assert len(documents) == len(uploads.taken) == FILES
        thread = (await http.post(f"/assistants/{assistant}/threads", json={})).json()["thread_id"]
        question = {"content": "Which tool does box 7777 hold?", "stream": "false", **BUILTIN}
        answer = (await http.post(f"/threads/{thread}/messages", data=question)).json()
        assert "Box 7777 holds tool 54439." in answer["content"]
    assert peak_memory_bytes(service.pid) < BOUND_BYTES


async def indexed(http: httpx.AsyncClient, ids: list[str]) -> None:
    """Return when all are: documents are read in the order in which they came."""
    for document_id in ids:
        while True:
            status = (await http.get(f"/documents/{document_id}/status")).json()["status"]
            if status not in ("pending", "processing"):
                break
            await asyncio.sleep(0.1)  # across HTTP there is nothing to wait on
