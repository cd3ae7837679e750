"""``parley serve --gateway`` as a process."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import httpx
import pytest

from tests.fakes.gateway_process import gateway_process, start_gateway
from tests.service.gateway_rig import TOKEN

LIMIT_S = 60


def refusal(tmp_path: Path, variables: dict[str, str], *flags: str) -> str:
    """What it says instead of starting."""
    with start_gateway(tmp_path, variables, *flags) as process:
        out, err = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, out) == (2, "")
    return err


def test_it_is_set_up_by_a_file_and_says_where_it_listens(tmp_path):
    (tmp_path / ".env").write_text(f"GATEWAY_TOKEN={TOKEN}\n")
    with gateway_process(tmp_path, {}, "--host", "0.0.0.0") as running:
        at = f"127.0.0.1:{running.port}"
        assert running.line["voice"].endswith(f":{running.port}/v1/voice/ws")
        assert TOKEN not in str(running.line)
        assert httpx.get(f"http://{at}/health", timeout=LIMIT_S).json() == {"status": "ok"}
        assert httpx.get(f"http://{at}/metrics", timeout=LIMIT_S).status_code == 401
        answer = httpx.post(
            f"http://{at}/v1/chat",
            json={"message": "what is seven times eight"},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=LIMIT_S,
        )
        assert "56" in answer.json()["text"]
        if sys.platform != "win32":
            running.process.send_signal(signal.SIGTERM)
            out, err = running.process.communicate(timeout=LIMIT_S)
            assert (running.process.returncode, out) == (0, "")
            assert "seven" not in err
            assert TOKEN not in err


def test_every_fault_has_a_line_of_its_own(tmp_path):
    variables = {"STT_PROVIDER": "parrot", "REDIS_URL": "here", "GATEWAY_SESSIONS": "0"}
    said = refusal(tmp_path, variables, "--host", "0.0.0.0").splitlines()
    assert len(said) == 4
    assert all(line.startswith("parley: ") for line in said)
    for line, name in zip(said, [*variables, "GATEWAY_TOKEN"], strict=True):
        assert name in line


@pytest.mark.parametrize(
    ("variables", "flags", "words"),
    [
        ({}, ("--host", "0.0.0.0"), "set GATEWAY_TOKEN, or say --allow-everybody"),
        (
            {"BACKEND_BASE_URL": "https://b.example/v1/chat", "DEFAULT_REGISTRATION_ID": "r"},
            (),
            "leave “/v1/chat” away",
        ),
        ({}, ("--env-file", "nowhere.env"), "nowhere.env cannot be read"),
        ({"REDIS_URL": "redis://127.0.0.1:1"}, ("--port", "0"), "REDIS_URL"),
        ({}, ("--port", "70000"), "There is no port 70000"),
    ],
)
def test_what_is_wrong_is_one_clear_line_and_code_2(tmp_path, variables, flags, words):
    said = refusal(tmp_path, variables, *flags)
    assert words in said
    assert said.startswith("parley: ")
    assert said.count("\n") == 1
