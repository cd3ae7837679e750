"""What a person discarded here is deleted at the service too, sooner or later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.discarded_sound import DiscardsAtService
from desktop_app.client.message_body import MessageFiles
from desktop_app.errors import NetworkError
from desktop_app.journal.discarded_sound import DiscardedSound
from desktop_app.journal.records import Role
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.backboard.messages import (
    HearingChoice,
    MessageRequest,
    SpeakingChoice,
    Voice,
)
from tests.fakes.backboard import ScriptedBackboard
from tests.fakes.service import real_service

QUESTION = Path(__file__).parents[1] / "sounds" / "square_root_of_one_hundred.wav"

ASKED = DiscardedSound("p", Role.USER, "r1")
SPOKEN = DiscardedSound("p", Role.ASSISTANT, "r2")
ELSEWHERE = DiscardedSound("other", Role.USER, "r3")


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[JournalWriter]:
    opened = await JournalWriter.open(tmp_path)
    for one in (ASKED, SPOKEN, ELSEWHERE):
        await opened.set_setting(one.key, one.reply_id)
    yield opened
    await opened.aclose()


async def test_each_is_asked_for_once_and_forgotten(
    api: BackboardApi, backboard: ScriptedBackboard, journal: JournalWriter
):
    async def open_api() -> BackboardApi:
        return api

    backboard.answer({"count": 1})
    backboard.answer({"count": 0})
    assert await DiscardsAtService(journal, "p", open_api).run() == ""
    assert [(one.method, one.path) for one in backboard.asked] == [
        ("DELETE", "/api/parley/recordings/r1?of=user"),
        ("DELETE", "/api/parley/recordings/r2?of=assistant"),
    ]
    assert set(await journal.settings("discarded:")) == {ELSEWHERE.key}


async def test_a_service_of_ours_deletes_either_side(tmp_path: Path, journal: JournalWriter):
    with real_service(tmp_path / "service") as service:
        api = BackboardApi(service.api)
        voice = Voice(stt=HearingChoice(), tts=SpeakingChoice())
        asked = MessageRequest(voice=voice)
        reply = await api.messages.send(asked, MessageFiles(audio_file=QUESTION))

        async def open_api() -> BackboardApi:
            return api

        for role in (Role.USER, Role.ASSISTANT):
            note = DiscardedSound("ours", role, reply.message_id)
            await journal.set_setting(note.key, note.reply_id)
        assert await DiscardsAtService(journal, "ours", open_api).run() == ""
        assert await api.recordings.forget(0) == 0, "nothing is left of them"
        assert await journal.settings("discarded:ours:") == {}
        await api.aclose()


@pytest.mark.parametrize("status", [404, 405])
async def test_a_service_that_cannot_is_asked_once(
    api: BackboardApi, backboard: ScriptedBackboard, journal: JournalWriter, status: int
):
    async def open_api() -> BackboardApi:
        return api

    for _ in range(2):
        backboard.answer({"detail": "No such thing"}, status=status)
    assert await DiscardsAtService(journal, "p", open_api).run() == "recording.stays_at_service"
    assert set(await journal.settings("discarded:")) == {ELSEWHERE.key}


async def test_it_is_noted_until_the_service_is_there(journal: JournalWriter):
    async def away() -> BackboardApi:
        raise NetworkError("network.unreachable", retryable=True)

    assert await DiscardsAtService(journal, "p", away).run() == "recording.still_at_service"
    assert len(await journal.settings("discarded:")) == 3


async def test_a_recording_whose_reply_has_no_name_stays_there_and_that_is_told(
    api: BackboardApi, backboard: ScriptedBackboard, journal: JournalWriter
):
    async def open_api() -> BackboardApi:
        return api

    unnamed = DiscardedSound("third", Role.USER, "", "sound")
    await journal.set_setting(unnamed.key, unnamed.reply_id)
    assert await DiscardsAtService(journal, "third", open_api).run() == "recording.stays_at_service"
    assert backboard.asked == []
    assert await journal.settings("discarded:third:") == {}


async def test_a_service_that_refuses_what_it_does_not_know_is_asked_once(
    api: BackboardApi, backboard: ScriptedBackboard, journal: JournalWriter
):
    async def open_api() -> BackboardApi:
        return api

    for _ in range(2):
        backboard.answer({"detail": "Forbidden"}, status=403)
        backboard.answer([])
    assert await DiscardsAtService(journal, "p", open_api).run() == "recording.stays_at_service"
    assert set(await journal.settings("discarded:")) == {ELSEWHERE.key}


async def test_a_refused_key_leaves_the_notes(
    api: BackboardApi, backboard: ScriptedBackboard, journal: JournalWriter
):
    async def open_api() -> BackboardApi:
        return api

    for _ in range(2):
        backboard.answer({"detail": "Unknown key"}, status=401)
    assert await DiscardsAtService(journal, "p", open_api).run() == "recording.still_at_service"
    assert len(await journal.settings("discarded:")) == 3


async def test_notes_are_walked_once_however_many_ask(
    api: BackboardApi, backboard: ScriptedBackboard, journal: JournalWriter
):
    async def open_api() -> BackboardApi:
        return api

    for _ in range(4):
        backboard.answer({"count": 1})
    discards = DiscardsAtService(journal, "p", open_api)
    assert await asyncio.gather(discards.run(), discards.run()) == ["", ""]
    assert len(backboard.asked) == 2
