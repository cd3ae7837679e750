"""The service and the system's keyring: its keys are used, and it is never waited for."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.fakes.keyring_backends import KEPT
from tests.fakes.openai_server import openai_server
from tests.fakes.service import RealService, real_service

BACKEND = "PYTHON_KEYRING_BACKEND"


def client(service: RealService) -> httpx.AsyncClient:
    headers = {"X-API-Key": service.api.key}
    return httpx.AsyncClient(base_url=service.api.base_url, headers=headers, timeout=30)


async def test_a_key_from_the_keyring_connects_openai_and_stands_in_no_log(tmp_path: Path):
    async with openai_server() as openai:
        openai.key = KEPT["openai"]
        environment = {
            BACKEND: "tests.fakes.keyring_backends.Kept",
            "PARLEY_OPENAI_URL": openai.url,
        }
        with real_service(tmp_path, environment) as service:
            async with client(service) as http:
                listed = (await http.get("/models", params={"provider": "openai"})).json()
                answer = await http.post("/threads/messages", json={"content": "Hello there"})
            logs = service.logs()
    names = [row["name"] for row in listed["models"]]
    assert {"gpt-4.1-mini", "gpt-image-1", "text-embedding-3-small"} <= set(names)
    assert answer.json()["content"] == "You said: Hello there"
    assert KEPT["openai"] not in logs


async def test_a_locked_keyring_neither_delays_the_announcement_nor_the_threads(tmp_path: Path):
    environment = {BACKEND: "tests.fakes.keyring_backends.Locked"}
    with real_service(tmp_path, environment) as service:
        async with client(service) as http:
            assert (await http.get("/threads")).json() == []
            answer = await http.post("/threads/messages", json={"content": "What is 2 plus 2?"})
    assert answer.json()["content"] == "That is 4."
