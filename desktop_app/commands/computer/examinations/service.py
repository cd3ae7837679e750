"""Examines the embedded service by holding one conversation with it, and looks for models."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from desktop_app import resources
from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.audio.wav import read_wav
from desktop_app.children import start_child
from desktop_app.client.addresses import GatewayAddress
from desktop_app.client.gateway_transport import GatewayTransport, open_gateway
from desktop_app.commands.computer.examinations.finding import Finding, Verdict
from desktop_app.credentials import Credentials, CredentialsUnavailableError
from desktop_app.errors import ChildError, NetworkError, ProtocolError
from desktop_app.protocol.commands import AppendAudio, CommitAudio, ConfigureSession
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyText,
    ServerEvent,
    ServerFault,
    TranscriptUpdated,
)
from desktop_app.service.providers.config import KEYRING_WITHIN_S
from desktop_app.service.providers.local_servers import find_local_servers

QUESTION = resources.path("demo/ten_miles_in_kilometers.wav")
_ANSWER_LIMIT_S = 30.0
_CHUNK_BYTES = FRAME_BYTES * 10


@dataclass(slots=True)
class _Answer:
    """What came back, and how many seconds after the question its sound began."""

    heard: str = ""
    text: str = ""
    spoken_bytes: int = 0
    first_sound_s: float = 0.0


async def conversation(question: Path = QUESTION) -> Finding:
    """Start a service of our own, ask it a recorded question and wait for the spoken answer.

    Raises:
        ChildError, NetworkError, ProtocolError: It did not start or did not answer.
    """
    pcm = read_wav(question)
    with TemporaryDirectory(prefix="parley-doctor-", ignore_cleanup_errors=True) as folder:
        child = await start_child(
            ["serve"],
            environment={
                "PARLEY_DATA_DIR": folder,
                "PARLEY_LOCAL_MODELS": "off",
                "PARLEY_LANGUAGE_URL": "",
            },
            name="The service",
        )
        try:
            address = GatewayAddress(child.greeting["voice"], child.greeting["key"])
            answer = await _ask(address, pcm)
        except KeyError as error:
            raise ChildError("child.unclear", f"The service did not say its {error}.") from error
        finally:
            await child.aclose()
    return _judged(answer)


async def language_models(
    environment: Mapping[str, str], credentials: Credentials | None = None
) -> Finding:
    """Say which language model will answer; ``credentials`` are the system's by default."""
    if url := environment.get("PARLEY_LANGUAGE_URL", ""):
        model = environment.get("PARLEY_LANGUAGE_MODEL", "") or "its first model"
        return Finding("language model", Verdict.OK, f"Configured: {model} at {url}.")
    if environment.get("PARLEY_OPENAI_KEY") or await _has_openai_key(credentials):
        return Finding("language model", Verdict.OK, "OpenAI, with the key that is connected.")
    if environment.get("PARLEY_LOCAL_MODELS", "auto") == "off":
        return Finding("language model", Verdict.OK, "Not looked for; the responder answers.")
    if servers := await find_local_servers():
        found = "; ".join(f"{server.provider}: {', '.join(server.models)}" for server in servers)
        return Finding("language model", Verdict.OK, f"Found {found}.")
    return Finding(
        "language model",
        Verdict.OK,
        "None on this computer; the built-in responder answers small questions.",
        "Start Ollama, LM Studio or llama.cpp with a model for real conversation.",
    )


async def _has_openai_key(credentials: Credentials | None) -> bool:
    """Asked as the service asks: a keyring that does not answer holds none."""
    try:
        keyring = credentials or Credentials(answer_within_s=KEYRING_WITHIN_S)
        return bool(await keyring.get("openai"))
    except CredentialsUnavailableError:
        return False


async def _ask(address: GatewayAddress, pcm: bytes) -> _Answer:
    try:
        async with asyncio.timeout(_ANSWER_LIMIT_S):
            transport = await open_gateway(address, ConfigureSession("doctor"))
            try:
                return await _conversed(transport, pcm)
            finally:
                await transport.aclose()
    except TimeoutError:
        raise NetworkError("network.timeout", "The service did not answer in time.") from None


async def _conversed(transport: GatewayTransport, pcm: bytes) -> _Answer:
    for at in range(0, len(pcm), _CHUNK_BYTES):
        await transport.send(AppendAudio(1, pcm[at : at + _CHUNK_BYTES]))
    await transport.send(CommitAudio(1))
    asked_s = time.monotonic()
    answer = _Answer()
    async for event in transport.events():
        _note(answer, event, time.monotonic() - asked_s)
        if isinstance(event, ReplyEnded) or _is_empty(event):
            await transport.aclose()  # ends the events
    return answer


def _note(answer: _Answer, event: ServerEvent, after_s: float) -> None:
    match event:
        case TranscriptUpdated(text=text):
            answer.heard = text
        case ReplyText(text=text, is_whole=is_whole):
            answer.text = text if is_whole else answer.text + text
        case ReplyAudio(pcm=pcm):
            answer.first_sound_s = answer.first_sound_s or after_s
            answer.spoken_bytes += len(pcm)
        case ServerFault(message=message):
            raise ProtocolError("server.fault", f"The service reports: {message}")
        case _:
            pass


def _is_empty(event: ServerEvent) -> bool:
    """A final transcript without words: no reply will come."""
    return isinstance(event, TranscriptUpdated) and event.is_final and not event.text


def _judged(answer: _Answer) -> Finding:
    if answer.heard and answer.text and answer.spoken_bytes:
        text = (
            f'Understood "{answer.heard}" and answered aloud '
            f"{answer.first_sound_s * 1000:.0f} ms after the whole question was there."
        )
        return Finding("service", Verdict.OK, text)
    missing = "words" if not answer.heard else "text" if not answer.text else "voice"
    return Finding(
        "service",
        Verdict.PROBLEM,
        f"A recorded question brought back no {missing}.",
        "Run `python3 packaging/dev.py setup` again.",
    )
