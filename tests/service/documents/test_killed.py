"""What was acknowledged is indexed, and once, however the service ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.fakes.service import RealService, real_service

LIMIT_S = 60
LONG = "The sentence of a long text goes on and on. " * 20_000


def _client(service: RealService) -> httpx.AsyncClient:
    headers = {"X-API-Key": service.api.key}
    return httpx.AsyncClient(base_url=service.api.base_url, headers=headers, timeout=LIMIT_S)


async def _upload(http: httpx.AsyncClient, owner: str, name: str, text: str) -> str:
    files = {"file": (name, text.encode())}
    answer = await http.post(f"{owner}/documents", files=files)
    return str(answer.json()["document_id"])


async def _until(http: httpx.AsyncClient, document_id: str, *statuses: str) -> dict[str, object]:
    async with asyncio.timeout(LIMIT_S):
        while True:
            answer = await http.get(f"/documents/{document_id}/status")
            document: dict[str, object] = answer.json()
            if document["status"] in statuses:
                return document


@pytest.mark.parametrize("moment", ["processing", "indexed"])
async def test_a_service_that_is_killed_goes_on_with_what_it_had_taken(tmp_path: Path, moment):
    with real_service(tmp_path) as service:
        async with _client(service) as http:
            created = await http.post("/assistants", json={"name": "Ada"})
            owner = f"/assistants/{created.json()['assistant_id']}"
            ids = [await _upload(http, owner, "long.txt", LONG)]
            ids += [await _upload(http, owner, f"{n}.txt", f"Note {n}") for n in range(5)]
            await _until(http, ids[0], moment)
        service.kill()
    with real_service(tmp_path) as service:
        async with _client(service) as http:
            documents = [await _until(http, one, "indexed", "error") for one in ids]
    assert [one["status"] for one in documents] == ["indexed"] * 6
    assert 800 < int(str(documents[0]["chunk_count"])) < 1_400
    assert [one["chunk_count"] for one in documents[1:]] == [1] * 5
