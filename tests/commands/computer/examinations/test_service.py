"""The service is examined by a conversation with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.commands.computer.examinations import service
from desktop_app.commands.computer.examinations.finding import Verdict
from desktop_app.credentials import SERVICE_NAME, Credentials
from desktop_app.errors import ChildError, InputError, ProtocolError
from desktop_app.protocol.events import ReplyAudio, ReplyText, ServerFault, TranscriptUpdated
from desktop_app.service.providers.local_servers import LocalServer
from tests.fakes.keyrings import MemoryKeyring


async def test_a_recorded_question_is_understood_and_answered_aloud():
    finding = await service.conversation()
    assert finding.verdict is Verdict.OK
    assert "what is ten miles in kilometers" in finding.text


async def test_a_service_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(ChildError, match="The service"):
        await service.conversation()


async def test_a_missing_recording_is_an_error(tmp_path: Path):
    with pytest.raises(InputError):
        await service.conversation(tmp_path / "gone.wav")


def test_the_answer_is_put_together_from_the_events():
    answer = service._Answer()
    for event in (
        TranscriptUpdated(1, "how many"),
        TranscriptUpdated(1, "how many kilometers", is_final=True),
        ReplyText(1, "Sixteen"),
        ReplyText(1, " of them."),
        ReplyAudio(1, bytes(480)),
        ReplyAudio(1, bytes(480)),
    ):
        service._note(answer, event, 0.25)
    assert answer == service._Answer("how many kilometers", "Sixteen of them.", 960, 0.25)
    assert "250 ms" in service._judged(answer).text


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        (service._Answer(), "no words"),
        (service._Answer(heard="how many"), "no text"),
        (service._Answer(heard="how many", text="Sixteen."), "no voice"),
    ],
)
def test_what_did_not_come_back_is_a_problem(answer: service._Answer, missing: str):
    finding = service._judged(answer)
    assert finding.verdict is Verdict.PROBLEM
    assert missing in finding.text


def test_a_fault_ends_the_examination():
    with pytest.raises(ProtocolError, match="out of memory"):
        service._note(service._Answer(), ServerFault("out of memory"), 0.1)


async def test_a_configured_model_is_named():
    finding = await service.language_models(
        {"PARLEY_LANGUAGE_URL": "http://127.0.0.1:9/v1", "PARLEY_LANGUAGE_MODEL": "small"}
    )
    assert "small at http://127.0.0.1:9/v1" in finding.text


async def test_models_are_not_looked_for_when_that_is_off():
    finding = await service.language_models({"PARLEY_LOCAL_MODELS": "off"})
    assert "Not looked for" in finding.text


async def test_a_server_on_this_computer_is_found(monkeypatch: pytest.MonkeyPatch):
    async def find() -> tuple[LocalServer, ...]:
        return (LocalServer("ollama", "http://127.0.0.1:11434/v1", ("small", "large")),)

    monkeypatch.setattr(service, "find_local_servers", find)
    finding = await service.language_models({})
    assert "ollama: small, large" in finding.text


async def test_no_server_is_fine_and_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch):
    async def find() -> tuple[LocalServer, ...]:
        return ()

    monkeypatch.setattr(service, "find_local_servers", find)
    finding = await service.language_models({})
    assert finding.verdict is Verdict.OK
    assert "Ollama" in finding.advice


async def test_openai_with_a_key_is_named_wherever_the_key_is():
    finding = await service.language_models({"PARLEY_OPENAI_KEY": "sk-1"})
    assert finding.text.startswith("OpenAI")
    keyring = MemoryKeyring()
    keyring.set_password(SERVICE_NAME, "openai", "sk-2")
    finding = await service.language_models({}, Credentials(lambda: keyring))
    assert finding.text.startswith("OpenAI")
    assert "sk-" not in finding.text
