"""Section 2 of the API as the official SDK tells it: each of its exception classes."""

from __future__ import annotations

import uuid

import pytest

from desktop_app.client.addresses import ApiAddress
from tests.contract.callers import SDK, events_of, open_caller, quiet_wav
from tests.fakes.official_sdk import (
    BackboardAPIError,
    BackboardNotFoundError,
    BackboardRateLimitError,
    BackboardServerError,
    BackboardValidationError,
)

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}


def heard(order):
    """A choice of hearing that makes the provider do as it is told."""
    stt = {"provider": "openai", "model": "whisper-1", "provider_options": {"prompt": order}}
    return {"stt": stt}


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "question.wav"
    path.write_bytes(quiet_wav())
    return path


async def test_what_is_not_there_is_not_found(sdk):
    with pytest.raises(BackboardNotFoundError, match="Assistant not found") as error:
        await sdk.get_assistant(uuid.UUID(int=7))
    assert error.value.status_code == 404


async def test_what_makes_no_sense_is_a_validation_error(sdk):
    with pytest.raises(BackboardValidationError, match="nobody") as error:
        await sdk.send_message("say hello", llm_provider="nobody")
    assert error.value.status_code == 400


async def test_a_wrong_shape_says_where(sdk):
    with pytest.raises(BackboardAPIError) as error:
        await sdk.create_assistant("")
    assert error.value.status_code == 422
    (problem,) = error.value.response.json()["detail"]
    assert problem["loc"] == ["body", "name"]
    assert problem["msg"]
    assert problem["type"]


async def test_a_wrong_key_is_refused(service):
    async with open_caller(SDK, ApiAddress(service.api.base_url, "wrong")) as stranger:
        with pytest.raises(BackboardAPIError, match="Invalid or missing API key") as error:
            await stranger.list_assistants(limit=1)
    assert error.value.status_code == 401


# While a recording is not understood, there is no message yet that could be FAILED.


async def test_a_provider_s_limit_is_a_limit(sdk, recording):
    with pytest.raises(BackboardRateLimitError) as error:
        await sdk.send_message(voice=heard("fail 429 7"), audio_file=recording)
    assert error.value.response.headers["retry-after"] == "7"
    with pytest.raises(BackboardRateLimitError) as error:
        await sdk.send_message(voice=heard("fail 429"), audio_file=recording)
    assert "retry-after" not in error.value.response.headers


async def test_a_provider_s_bill_is_said(sdk, recording):
    with pytest.raises(BackboardAPIError, match="payment") as error:
        await sdk.send_message(voice=heard("fail 402"), audio_file=recording)
    assert error.value.status_code == 402


@pytest.mark.parametrize("day", ["fail 401", "fail 500"])
async def test_a_provider_that_does_not_work_is_a_server_error(sdk, recording, day):
    with pytest.raises(BackboardServerError) as error:
        await sdk.send_message(voice=heard(day), audio_file=recording)
    assert error.value.status_code == 502
    assert "<html>" not in str(error.value)


async def test_a_stored_message_that_could_not_be_answered_is_a_failed_reply(sdk):
    reply = await sdk.send_message("fail 429 7", **MODEL)
    assert reply.status == "FAILED"
    assert "again in 7 s" in reply.messages[-1]["message"]


@pytest.mark.parametrize("order", ["fail 429", "fail 402", "fail 500", "die hello there"])
async def test_a_stream_that_fails_raises(sdk, order):
    with pytest.raises(BackboardAPIError):
        await events_of(sdk.send_message(order, stream=True, **MODEL))
