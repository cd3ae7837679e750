"""A program that dies between the last word of a person and the first of the service."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.client.stored_replies import StoredReplies
from desktop_app.engine.inputs import RetryRequested, VoiceStarted
from desktop_app.engine.reply_watch import ReplyWatch
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    Role,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.recovery import NOT_UNDERSTOOD, SPEECH_SENT
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import Phase
from desktop_app.processes.engine_parts import resample_speech
from tests.fakes.journal import MemoryJournal
from tests.fakes.loudspeaker import speech
from tests.fakes.pictures import ScriptedPictureMaker
from tests.fakes.providers import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
    ScriptedProviders,
    ScriptedRecognition,
    ScriptedSpeaker,
    ScriptedStt,
    ScriptedTranscriber,
)
from tests.fakes.rig import SAYING, THREAD, Rig
from tests.fakes.videos import ScriptedVideoMaker
from tests.service.conftest import KEY, service
from tests.service.conftest import Rig as Service

QUESTION = "what time is it"
WAYS = ["gateway", "voice socket", "messages"]


class Held:
    """Who hears, and says what was heard when the test lets them."""

    def __init__(self) -> None:
        self.is_let = asyncio.Event()
        self.providers = ScriptedProviders(stt=HeldStt(self.is_let))
        self.providers.transcribers = {"openai": HeldTranscriber(self.is_let)}
        self.providers.picture_makers = {"scripted": ScriptedPictureMaker()}
        self.providers.video_makers = {"scripted": ScriptedVideoMaker()}
        self.providers.speakers = {"openai": Speaker(pieces=(speech(100),))}


class Speaker(ScriptedSpeaker):
    def content_type(self, wish: object) -> str:
        return "audio/pcm"


class HeldStt(ScriptedStt):
    def __init__(self, is_let: asyncio.Event) -> None:
        super().__init__()
        self._is_let = is_let

    def open(self, *, language: str = "en") -> ScriptedRecognition:
        self.utterances.append(HeldRecognition((QUESTION,), None))
        self.utterances[-1].is_let = self._is_let
        return self.utterances[-1]


class HeldRecognition(ScriptedRecognition):
    is_let: asyncio.Event

    async def finish(self) -> None:
        await self.is_let.wait()
        await super().finish()


class HeldTranscriber(ScriptedTranscriber):
    def __init__(self, is_let: asyncio.Event) -> None:
        super().__init__(deltas=())
        self._is_let = is_let

    async def transcribe(
        self, recording: Recording, wish: HearingWish
    ) -> AsyncIterator[HeardDelta | HeardAll]:
        await self._is_let.wait()
        async for heard in super().transcribe(recording, wish):
            yield heard


class Program:
    """Runs of one program against a service, of which each but the last dies.

    Attributes:
        folder: The journal of the run that is next.
    """

    def __init__(self, running: Service, way: str, folder: Path) -> None:
        self.running = running
        self.folder = folder
        self._way = way
        self._threads = RemoteThreads(MemoryJournal(), "p")

    @asynccontextmanager
    async def run(self) -> AsyncIterator[tuple[Rig, JournalWriter]]:
        """One run of it."""
        connection = ServiceConnection(self._find, self._threads, make_resample=resample_speech)
        journal = await JournalWriter.open(self.folder)
        stored = StoredReplies(connection.api, self._threads, lambda *_: b"")
        is_socket = self._way != "messages"
        open_voice = connection.open_voice if is_socket else connection.open_text
        rig = Rig(journal=journal, open_voice=open_voice, find_stored=stored.find)
        rig.time.wall = time.time  # type: ignore[method-assign]  # the service's
        failures: list[BaseException] = []
        watch = ReplyWatch(
            journal, stored, rig.told.append, rig.time, lambda _, error: failures.append(error)
        )
        rig.listeners.append(watch.notice)
        async with rig:
            await watch.resume()
            yield rig, journal
        await watch.aclose()
        await connection.aclose()
        await journal.aclose()
        assert failures == []

    async def dies(self, journal: JournalWriter) -> None:
        """The next run finds what is on the disk now."""
        async with asyncio.timeout(10):
            while not await journal.settings(f"{SPEECH_SENT}:"):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        left = self.folder.with_name(f"{self.folder.name} left")
        shutil.copytree(self.folder, left)
        self.folder = left

    async def _find(self) -> ServiceAddresses:
        voice = self.running.addresses.voice if self._way == "gateway" else ""
        return ServiceAddresses(
            ApiAddress(self.running.addresses.api, KEY), GatewayAddress(voice, KEY)
        )


async def says_something(rig: Rig) -> None:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    await rig.hear(SAYING)
    await rig.phase_is(Phase.THINKING)


async def rows(journal: JournalWriter, role: Role) -> list[MessageRecord]:
    return [one for one in await journal.messages(THREAD) if one.role is role]


async def settles(rig: Rig, journal: JournalWriter) -> MessageRecord:
    """The question, once it waits no longer."""
    async with asyncio.timeout(10):
        while (question := (await rows(journal, Role.USER))[0]).status is MessageStatus.QUEUED:
            await rig.time.advance(0.5)
            await asyncio.sleep(0.01)
    return question


def asked(running: Service) -> int:
    """How often the model was asked that."""
    histories = [one.history for one in running.providers.language.requests]
    return sum(bool(one) and one[-1].content == QUESTION for one in histories)


@pytest.mark.parametrize("is_retried", [False, True], ids=["said", "said again"])
@pytest.mark.parametrize("way", WAYS)
async def test_what_the_service_heard_before_a_crash_is_not_said_again_and_its_answer_is_there(
    way: str, is_retried: bool, tmp_path: Path
):
    held = Held()
    async with service(tmp_path / "service", held.providers) as running:
        program = Program(running, way, tmp_path / "journal")
        if is_retried:
            await fails_once(program)
        async with program.run() as (rig, journal):
            if is_retried:
                await rig.take(VoiceStarted())
                await rig.phase_is(Phase.LISTENING)
                await rig.take(RetryRequested("m"))
            else:
                await says_something(rig)
            await program.dies(journal)
            held.is_let.set()
            await rig.until(lambda: rig.loudspeaker.finished == [1])
        assert asked(running) == 1
        async with program.run() as (rig, journal):
            question = await settles(rig, journal)
            assert (question.status, question.text) == (MessageStatus.SENT, QUESTION)
            async with asyncio.timeout(10):
                while (replies := await rows(journal, Role.ASSISTANT))[0].is_cut_short:
                    await rig.time.advance(0.5)
                    await asyncio.sleep(0.01)
            assert replies[0].text == "Hello there. How are you?"
        assert len(replies) == 1
        assert asked(running) == 1


async def fails_once(program: Program) -> None:
    """A recording that a person may say again is left behind."""
    journal = await JournalWriter.open(program.folder)
    spoken = UtteranceRecord(
        id="u", thread_id=THREAD, turn=1, created_at=1.0, state=UtteranceState.CAPTURING
    )
    await journal.begin_utterance(spoken)
    journal.append_utterance("u", speech(400))
    await journal.end_utterance("u", UtteranceState.FAILED)
    question = MessageRecord(
        id="m",
        thread_id=THREAD,
        role=Role.USER,
        text="",
        created_at=1.0,
        status=MessageStatus.FAILED,
        turn=1,
        is_spoken=True,
        utterance_id="u",
    )
    await journal.save_message(question)
    await journal.aclose()


@pytest.mark.parametrize("way", WAYS)
async def test_what_it_did_not_hear_can_be_said_again_by_hand(way: str, tmp_path: Path):
    held = Held()
    async with service(tmp_path / "service", held.providers) as running:
        program = Program(running, way, tmp_path / "journal")
        async with program.run() as (rig, journal):
            await says_something(rig)
            await program.dies(journal)
        async with program.run() as (rig, journal):
            question = await settles(rig, journal)
            assert (question.status, question.error) == (MessageStatus.FAILED, NOT_UNDERSTOOD)
        assert asked(running) == 0
