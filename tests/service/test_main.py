"""The service as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
LIMIT_S = 30

PROGRAM = """
import asyncio, sys
from pathlib import Path
from desktop_app.protocol.events import ToolCall
from desktop_app.service.main import run_service
from desktop_app.service.providers.ports import ToolsCalled
from desktop_app.service.server import Place
from tests.fakes.providers import ScriptedProviders

providers = ScriptedProviders()
if "--hold" in sys.argv:
    providers.language.pause()
if "--tools" in sys.argv:
    providers.language.rounds = [(ToolsCalled((ToolCall("c1", "weather", "{}"),)),)]
asyncio.run(run_service(Place(Path(sys.argv[1]), "test-key"), providers.open))
"""


class Processes:
    """Starts service processes and ends those that are left."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self._started.append(process)
        return process

    def scripted(self, data: Path, *flags: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        process = self.start("-c", PROGRAM, str(data), *flags)
        return process, first_line(process)

    def real(self, data: Path, *flags: str, **environment: str) -> subprocess.Popen[str]:
        return self.start("-m", "desktop_app", "serve", "--data", str(data), *flags, **environment)

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.wait(timeout=LIMIT_S)
            for pipe in (process.stdin, process.stdout, process.stderr):
                assert pipe is not None
                pipe.close()


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.end()


def first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return dict(json.loads(line))


def client(announced: dict[str, Any]) -> httpx.Client:
    return httpx.Client(
        base_url=announced["api"], headers={"X-API-Key": announced["key"]}, timeout=LIMIT_S
    )


def test_the_first_line_says_where_and_with_which_key(tmp_path, processes):
    process = processes.real(tmp_path, PARLEY_SERVICE_KEY="chosen")
    announced = first_line(process)
    port = httpx.URL(announced["api"]).port
    assert announced == {
        "api": f"http://127.0.0.1:{port}/api",
        "voice": f"ws://127.0.0.1:{port}/v1/voice/ws",
        "key": "chosen",
    }
    with client(announced) as http:
        assert http.get("/assistants").json() == []


def test_without_a_given_key_every_run_makes_its_own(tmp_path, processes):
    keys = {first_line(processes.real(tmp_path / name))["key"] for name in "ab"}
    assert len(keys) == 2
    assert all(len(key) >= 32 for key in keys)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_nothing_else_is_on_stdout(tmp_path, processes, number):
    process = processes.real(tmp_path)
    first_line(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, out, err) == (0, "", "")
    assert not list(tmp_path.glob("*-wal"))


def test_it_ends_when_its_parent_does(tmp_path, processes):
    process = processes.real(tmp_path, PARLEY_PARENT_PIPE="1")
    first_line(process)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=LIMIT_S) == 0


def test_a_taken_port_is_one_clear_line_and_code_2(tmp_path, processes):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = processes.real(tmp_path, "--port", str(port))
        out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 2
    assert out == ""
    assert err.startswith(f"parley: Cannot listen on 127.0.0.1 port {port}: ")
    assert err.count("\n") == 1


def test_a_port_out_of_range_is_one_clear_line_and_code_2(tmp_path, processes):
    process = processes.real(tmp_path, "--port", "70000")
    _out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 2
    assert err.count("\n") == 1


def test_a_folder_that_cannot_be_used_is_one_clear_line_and_code_2(tmp_path, processes):
    (tmp_path / "file").write_text("no folder")
    process = processes.real(tmp_path / "file")
    _out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 2
    assert str(tmp_path / "file") in err
    assert err.count("\n") == 1


def test_a_broken_database_is_set_aside_and_said_in_one_line(tmp_path, processes):
    (tmp_path / "service.sqlite3").write_bytes(b"not a database" * 100)
    process = processes.real(tmp_path)
    announced = json.loads(process.stdout.readline())
    process.terminate()
    _out, err = process.communicate(timeout=LIMIT_S)
    assert announced["api"].startswith("http://")
    assert "service.sqlite3.broken" in err
    assert err.count("\n") == 1


def test_a_killed_service_has_lost_nothing_it_had_taken(tmp_path, processes):
    process, announced = processes.scripted(tmp_path, "--hold")
    with client(announced) as http:
        body = {"content": "Remember me", "stream": True}
        with http.stream("POST", "/threads/messages", json=body) as answer:
            lines = answer.iter_lines()
            user = json.loads(next(lines).removeprefix("data: "))
            while "content_streaming" not in next(lines):
                pass
            process.kill()
            process.wait(timeout=LIMIT_S)
    _process, announced = processes.scripted(tmp_path)
    with client(announced) as http:
        stored = http.get(f"/threads/{user['thread_id']}").json()["messages"]
        assert [(each["role"], each["content"], each["status"]) for each in stored] == [
            ("user", "Remember me", "COMPLETED"),
            ("assistant", "", "FAILED"),
        ]
        body = {"content": "And now?", "thread_id": user["thread_id"]}
        assert http.post("/threads/messages", json=body).json()["status"] == "COMPLETED"


def test_a_killed_service_leaves_runs_with_tools_whole(tmp_path, processes):
    process, announced = processes.scripted(tmp_path, "--tools")
    weather = {"type": "function", "function": {"name": "weather"}}
    with client(announced) as http:
        body = {"content": "How is it?", "tools": [weather]}
        asked = http.post("/threads/messages", json=body).json()
    process.kill()
    process.wait(timeout=LIMIT_S)
    process, announced = processes.scripted(tmp_path, "--hold")
    path = f"/threads/{asked['thread_id']}/runs/{asked['run_id']}/submit-tool-outputs"
    outputs = {"tool_outputs": [{"tool_call_id": "c1", "output": "rain"}]}
    with (
        client(announced) as http,
        http.stream("POST", f"{path}?stream=true", json=outputs) as answer,
    ):
        lines = answer.iter_lines()
        while "content_streaming" not in next(lines):
            pass
        process.kill()
        process.wait(timeout=LIMIT_S)
    _process, announced = processes.scripted(tmp_path)
    with client(announced) as http:
        stored = http.get(f"/threads/{asked['thread_id']}").json()["messages"]
        assert [(each["role"], each["content"], each["status"]) for each in stored] == [
            ("user", "How is it?", "COMPLETED"),
            ("assistant", "", "COMPLETED"),
            ("tool", "rain", "COMPLETED"),
            ("assistant", "", "FAILED"),
        ]
        assert http.post(path, json=outputs).status_code == 409


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_reply_that_the_end_interrupts_is_kept_as_far_as_it_was_written(tmp_path, processes):
    process, announced = processes.scripted(tmp_path, "--hold")
    with client(announced) as http:
        body = {"content": "Hi", "stream": True}
        with http.stream("POST", "/threads/messages", json=body) as answer:
            lines = answer.iter_lines()
            user = json.loads(next(lines).removeprefix("data: "))
            while "content_streaming" not in next(lines):
                pass
            process.send_signal(signal.SIGTERM)
            assert "run_cancelled" in "".join(lines)
    assert process.wait(timeout=LIMIT_S) == 0
    _process, announced = processes.scripted(tmp_path)
    with client(announced) as http:
        reply = http.get(f"/threads/{user['thread_id']}").json()["messages"][-1]
    assert (reply["content"], reply["status"]) == ("Hello there. ", "CANCELLED")
