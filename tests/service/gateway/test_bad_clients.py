"""Clients on their bad days: each gets a sentence, others notice nothing, nothing stays behind."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from desktop_app.service import clock
from tests.fakes.leftovers import Held, nothing_more
from tests.service.conftest import KEY, LIMIT_S, Rig, Socket

SOUND = b"\x00\x01" * 1600
MOMENTS = (
    *("session.ready", "session.configured", "stt.session_started"),
    *("transcript.partial", "transcript.committed", "assistant.started", "assistant.delta"),
    *("assistant.audio.start", "assistant.audio.chunk", "assistant.message"),
    "assistant.audio.end",
)
CLIENTS = 300


async def use_once(rig: Rig, folder: Path) -> Held:
    """What the service holds after its first session: what it opens once, it keeps."""
    async with rig.socket() as socket:
        await socket.configured(tts={})
        await answered(socket)
    first = Held.now(folder)
    await asyncio.sleep(0)
    await nothing_more(first, folder)
    return Held.now(folder)


async def answered(socket: Socket, text: str = "Hi") -> None:
    await socket.say("text.prompt", text=text)
    await socket.until("assistant.audio.end")


async def talk(socket: Socket) -> None:
    """A whole conversation, whoever listens."""
    stt = {"commit_strategy": "manual"}
    await socket.say("session.configure", stt=stt, tts={})
    for _ in range(5):
        await socket.hear(SOUND)
    await socket.say("audio.commit")


@pytest.mark.parametrize("how", ["close", "abort"])
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_client_that_goes_at_any_moment_leaves_nothing(rig, tmp_path, moment, how):
    before = await use_once(rig, tmp_path)
    async with AsyncExitStack() as stack:
        socket = await stack.enter_async_context(rig.socket())
        await talk(socket)
        await socket.until(moment)
        if how == "abort":
            socket.connection.transport.abort()
        else:
            await socket.connection.close()
    await nothing_more(before, tmp_path)
    async with rig.socket() as socket:
        await socket.configured(tts={})
        await answered(socket)


@pytest.mark.parametrize("how", ["close", "abort"])
async def test_a_client_that_goes_before_it_was_greeted_leaves_nothing(rig, tmp_path, how):
    before = await use_once(rig, tmp_path)
    connection = await connect(f"{rig.addresses.voice}?token={KEY}")
    if how == "abort":
        connection.transport.abort()
    else:
        await connection.close()
    await nothing_more(before, tmp_path)


async def test_sound_before_a_configuration_is_refused_and_nothing_is_lost_after_it(rig, socket):
    await socket.next()
    for _ in range(3):
        await socket.hear(SOUND)
        assert (await socket.next())["code"] == "session.not_configured"
    await socket.say("audio.append", audio="AAAA", sample_rate=16_000)
    assert (await socket.next())["code"] == "session.not_configured"
    await socket.configured()
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    assert bytes(rig.providers.stt.utterances[0].heard) == SOUND


async def test_an_odd_byte_waits_for_its_other_half(rig, socket):
    await socket.configured()
    for at in range(0, len(SOUND), 7):
        await socket.hear(SOUND[at : at + 7])
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    assert bytes(rig.providers.stt.utterances[0].heard) == SOUND


async def test_ten_thousand_tiny_frames_are_one_utterance(rig, socket):
    await socket.configured()
    sound = bytes(range(250)) * 80
    for at in range(0, len(sound), 2):
        await socket.hear(sound[at : at + 2])
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    assert bytes(rig.providers.stt.utterances[0].heard) == sound


async def test_ten_thousand_bad_frames_are_answered_and_others_do_not_wait(rig, socket):
    await socket.configured(tts={})
    async with rig.socket(max_queue=None) as shouting:
        flood = asyncio.create_task(shout(shouting))
        await answered(socket)
        await flood
        await shouting.configured()
    assert "error" not in socket.kinds()


async def shout(socket: Socket) -> None:
    await socket.next()
    for _ in range(10_000):
        await socket.connection.send("{")
    for _ in range(10_000):
        assert (await socket.next())["type"] == "error"


async def test_two_mebibytes_are_refused_and_no_other_session_notices(rig, socket, tmp_path):
    await socket.configured(tts={})
    before = Held.now(tmp_path)
    for frame in (b"x" * (2 << 20), "x" * (2 << 20)):
        async with rig.socket() as large:
            await large.next()
            with suppress(ConnectionClosed):  # told, or closed while it is still being sent
                await large.connection.send(frame)
                assert (await large.next())["code"] == "frame.too_large"
                await large.configured(tts={})
                await answered(large)
    await answered(socket)
    assert "error" not in socket.kinds()
    await nothing_more(before, tmp_path)


async def test_configuring_twice_in_one_breath_leaves_one_recogniser(rig, socket, tmp_path):
    before = await use_once(rig, tmp_path)
    manual = {"commit_strategy": "manual"}
    async with rig.socket() as twice:
        for _ in range(20):
            await twice.say("session.configure", stt=manual, tts={})
        for _ in range(20):
            await twice.until("session.configured")
        await twice.hear(SOUND)
        await twice.say("audio.commit")
        await twice.until("assistant.audio.end")
        assert twice.kinds().count("assistant.started") == 1
    await nothing_more(before, tmp_path)


async def test_a_refused_configuration_leaves_the_one_before(rig, socket):
    await socket.configured(tts={})
    await socket.say("session.configure", stt={"commit_strategy": "sometimes"})
    assert (await socket.until("error"))["code"] == "session.commit_strategy"
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.audio.end")


async def test_three_hundred_clients_at_once_are_all_answered_and_leave_nothing(rig, tmp_path):
    before = await use_once(rig, tmp_path)
    answers: dict[int, dict[str, object]] = {}

    async def converse(number: int) -> None:
        async with rig.socket() as socket:
            await socket.say("session.configure", session_id=f"client {number}", tts={})
            await socket.say("text.prompt", text=f"Question {number}")
            started = await socket.until("assistant.started")
            message = await socket.until("assistant.message")
            if "assistant.audio.end" not in socket.kinds():
                await socket.until("assistant.audio.end")
            answers[number] = {"asked": started["text"], **message["metadata"]}

    async with asyncio.timeout(LIMIT_S * 6), asyncio.TaskGroup() as tasks:
        for number in range(CLIENTS):
            tasks.create_task(converse(number), name="client")
    assert {number: answer["asked"] for number, answer in answers.items()} == {
        number: f"Question {number}" for number in range(CLIENTS)
    }
    assert len({answer["thread_id"] for answer in answers.values()}) == CLIENTS
    files = Held.now(tmp_path).files
    await nothing_more(Held(before.tasks, before.sockets, files), tmp_path, limit_s=LIMIT_S * 3)


@pytest.mark.parametrize("days", [-400, 400])
async def test_a_clock_that_jumps_changes_no_order_and_ends_no_session(rig, monkeypatch, days):
    def jumped() -> datetime:
        return datetime.now(UTC) + timedelta(days=days)

    async with rig.socket() as socket:
        await socket.configured(tts={}, session_id="steady")
        await answered(socket, "Before")
        monkeypatch.setattr(clock, "datetime", SimpleNamespace(now=lambda _zone: jumped()))
        monkeypatch.setattr(time, "time", lambda: jumped().timestamp())
        await answered(socket, "After")
        await answered(socket, "Later")
        histories = [one.history for one in rig.providers.language.requests]
        (history,) = [read for read in histories if read[-1].content == "Later"]
        assert [one.content for one in history if one.role == "user"] == [
            "Before",
            "After",
            "Later",
        ]
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    said = [one["content"] for one in thread["messages"] if one["role"] == "user"]
    assert said == ["Before", "After", "Later"]
