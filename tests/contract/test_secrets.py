"""Keys, prompts and contents of files: where they never are, whatever goes wrong."""

from __future__ import annotations

import pytest

from desktop_app.client.addresses import ApiAddress
from desktop_app.errors import AppError
from tests.contract.callers import OWN, SDK, open_caller, settled
from tests.fakes.obedient_providers import ELEVENLABS_KEY, OPENAI_KEY
from tests.fakes.official_sdk import BackboardAPIError

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}
PROMPT = "the-prompt-nobody-may-log"
CONTENT = "the-content-nobody-may-log"
WRONG_KEY = "the-wrong-key-nobody-may-log"
FAILURES = ("fail 401", "fail 402", "fail 429 7", "fail 500", "die", "babble")


async def failures(caller, tmp_path) -> list[str]:
    """Everything goes wrong once; what was said about it."""
    said = []
    good, broken = tmp_path / "note.txt", tmp_path / f"{CONTENT}.pdf"
    good.write_text(CONTENT)
    broken.write_text(CONTENT)
    assistant = await caller.create_assistant("Ada", system_prompt=PROMPT)
    for path in (good, broken):
        document = await caller.upload_document_to_assistant(assistant.assistant_id, path)
        said.append((await settled(caller, document.document_id)).status_message or "")
    turn = {"assistant_id": assistant.assistant_id, **MODEL}
    calls = [caller.send_message(f"{day} {PROMPT}", memory="Auto", **turn) for day in FAILURES]
    calls += [
        caller.send_message(PROMPT, llm_provider="nobody"),
        caller.send_message(PROMPT, voice={"tts": {"provider": "nobody"}}),
        caller.send_message(PROMPT, operation="generate_image", image_model_provider="nobody"),
        caller.get_assistant(PROMPT),
    ]
    for call in calls:
        try:
            reply = await call
            said.append(reply.messages[-1]["message"])
        except (BackboardAPIError, AppError) as error:
            said.append(f"{error!r} {error}")
    return said


@pytest.mark.parametrize("name", [SDK, OWN])
async def test_nothing_secret_is_logged_or_said(service, tmp_path, name):
    async with open_caller(name, service.api) as caller:
        said = await failures(caller, tmp_path)
    async with open_caller(name, ApiAddress(service.api.base_url, WRONG_KEY)) as stranger:
        with pytest.raises((BackboardAPIError, AppError)) as refused:
            await stranger.list_assistants()
    said.append(f"{refused.value!r} {refused.value}")
    for secret in (service.api.key, OPENAI_KEY, ELEVENLABS_KEY, WRONG_KEY):
        assert secret not in service.logs()
        assert secret not in "\n".join(said)
    for words in (PROMPT, CONTENT):
        assert words not in service.logs()


async def test_a_key_in_a_socket_s_address_is_not_logged(service):
    async with open_caller(SDK, service.api) as sdk:
        assistant = await sdk.create_assistant("Ada")
        thread = await sdk.create_thread(assistant.assistant_id)
        with pytest.raises((BackboardAPIError, OSError)):
            async with await sdk.stream_voice(str(thread.thread_id), {"voice": {"stt": 7}}):
                pass
    assert service.api.key not in service.logs()
