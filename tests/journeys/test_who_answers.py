"""Whom a person chose for a thread, and what a turn taught: with a real engine and service."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.journal.reply_details import LearningState
from desktop_app.link.asks import Answered, Ask
from desktop_app.link.client import LinkClient
from desktop_app.link.messages import (
    Intent,
    LinkEvent,
    MessageSaved,
    ReloadSettings,
    SendText,
    ToolsWanted,
)
from desktop_app.link.replies import DecideTool, Decision, ToolPlace
from desktop_app.link.thread_messages import ChooseAnswerer
from desktop_app.paths import find_paths
from desktop_app.profiles import KEY_VARIABLE
from desktop_app.protocol.commands import Answerer, TurnWishes
from desktop_app.protocol.service_calls import (
    AddMemory,
    AssistantDraft,
    GetDocument,
    ListMemories,
    SaveAssistant,
    UploadDocument,
)
from tests.fakes.openai_server import openai_server
from tests.fakes.service import RealService, real_service
from tests.processes.test_engine import choose, engine

_ENDS = (MessageStatus.COMPLETE, MessageStatus.FAILED)


@pytest.fixture
def service(tmp_path, monkeypatch):
    """A service that the engine talks to."""
    with real_service(tmp_path / "elsewhere") as running:
        choose("near", near={"base_url": running.api.base_url})
        monkeypatch.setenv(KEY_VARIABLE, running.api.key)
        yield running


class Window:
    """The far end of an engine's link."""

    def __init__(self, client: LinkClient) -> None:
        self._client = client
        self._events = client.events()

    def send(self, intent: Intent) -> None:
        self._client.send(intent)

    def choose(self, **who: str) -> None:
        self._client.send(ChooseAnswerer("ours", Answerer(**who)))

    async def first(self, is_it: Callable[[LinkEvent], bool]) -> LinkEvent:
        while not is_it(event := await anext(self._events)):
            pass
        return event

    async def asked(self, question: object) -> object:
        self._client.send(Ask("q", question))
        return (await self.first(lambda event: isinstance(event, Answered))).answer

    async def settled(self, message_id: str, text: str) -> MessageRecord:
        """The reply to a message, or the message where it failed."""
        self._client.send(SendText("ours", message_id, text))
        return await self.ended(message_id)

    async def ended(self, message_id: str) -> MessageRecord:
        """The reply to a message that was sent, or the message where it failed."""
        saved = await self.first(
            lambda event: (
                isinstance(event, MessageSaved)
                and event.message.status in _ENDS
                and (event.message.role is Role.ASSISTANT or event.message.id == message_id)
            )
        )
        return saved.message

    async def aclose(self) -> None:
        await self._events.aclose()


@asynccontextmanager
async def window(capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Window]:
    async with engine(capsys) as client:
        opened = Window(client)
        try:
            yield opened
        finally:
            await opened.aclose()


async def threads_of(service: RealService, assistant_id: str) -> int:
    api = await asyncio.to_thread(BackboardApi, service.api)
    try:
        return len([one async for one in api.threads.every(assistant_id=assistant_id)])
    finally:
        await api.aclose()


async def test_bar_45_the_assistant_of_a_thread_answers_until_another_is_chosen(service, capsys):
    async with window(capsys) as open_window:
        made = await open_window.asked(
            SaveAssistant(AssistantDraft("Tutor", system_prompt="Be kind"))
        )
        tutor = made.assistant.assistant_id
        open_window.choose(assistant_id=tutor)
        assert "56" in (await open_window.settled("m1", "what is seven times eight")).text
        assert await threads_of(service, tutor) == 1
        open_window.choose()
        assert "6" in (await open_window.settled("m2", "what is two times three")).text
        assert await threads_of(service, tutor) == 1


async def test_bar_45_a_model_that_is_not_there_fails_the_message_with_a_reason(service, capsys):
    async with window(capsys) as open_window:
        open_window.choose(model="nobody/nothing")
        failed = await open_window.settled("m1", "hello")
        assert failed.status is MessageStatus.FAILED
        assert failed.error == "language.unknown"  # said in the language of the window
        open_window.choose(model="builtin/nothing")
        failed = await open_window.settled("m3", "hello")
        assert failed.error == "language.unknown_model"
        open_window.choose(spoken_by="nobody/nothing")
        wishes = TurnWishes(is_spoken=True)
        open_window.send(SendText("ours", "m4", "hello", wishes))
        assert (await open_window.ended("m4")).error == "provider.bad_choice"
        open_window.choose()
        assert (await open_window.settled("m2", "hello")).status is MessageStatus.COMPLETE


async def test_bar_45_a_model_of_another_service_is_not_asked_for_here(service, capsys):
    async with window(capsys) as open_window:
        chosen = ChooseAnswerer("ours", Answerer(model="nobody/nothing"), "embedded")
        open_window.send(chosen)
        assert (await open_window.settled("m1", "hello")).status is MessageStatus.COMPLETE


async def test_bar_43_a_turn_that_teaches_says_so_and_the_memory_is_there(service, capsys):
    async with window(capsys) as open_window:
        reply = await open_window.settled("m1", "Remember that my train leaves at nine")
        assert reply.details.learning is not None
        learned = await open_window.first(
            lambda event: (
                isinstance(event, MessageSaved)
                and event.message.id == reply.id
                and event.message.details.learning.state is LearningState.DONE
            ),
        )
        [change] = learned.message.details.learning.changes
        memories = (await open_window.asked(ListMemories())).memories
        assert (change.id, change.memory) == (memories[0].id, memories[0].content)


async def test_a_memory_that_is_too_long_is_refused_with_the_limit(service, capsys):
    async with window(capsys) as open_window:
        failed = await open_window.asked(AddMemory("m" * 10_001))
        assert (failed.facts["kind"], failed.facts["number"]) == ("string_too_long", "10000")


WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
PROGRAM = "import json, sys\nprint(sys.argv[1], json.load(sys.stdin)['number'] + 20)\n"


def write_settings(**settings: object) -> None:
    path = find_paths(os.environ).settings
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))


async def test_bar_44_a_call_runs_after_a_persons_word_and_without_it_once_it_is_allowed(
    capsys, monkeypatch, tmp_path
):
    program = tmp_path / "weather.py"
    program.write_text(PROGRAM)
    tools = {"command": f"{sys.executable} {program}"}
    write_settings(tools=tools)
    async with openai_server() as server:
        monkeypatch.setenv("PARLEY_LANGUAGE_URL", server.url)
        async with window(capsys) as open_window:
            draft = AssistantDraft("Clerk", tools=(WEATHER,))
            clerk = (await open_window.asked(SaveAssistant(draft))).assistant
            open_window.choose(assistant_id=clerk.assistant_id)
            open_window.send(SendText("ours", "m1", "please call weather"))
            wanted = await open_window.first(lambda event: isinstance(event, ToolsWanted))
            [call] = wanted.calls
            place = ToolPlace("ours", wanted.turn, wanted.run_id, (call.id,))
            open_window.send(DecideTool(place, call, Decision.RUN))
            assert "weather 20" in (await open_window.ended("m1")).text
            write_settings(tools=tools, approvals={"a": {"tool": "weather"}})
            open_window.send(ReloadSettings())
            assert "weather 20" in (await open_window.settled("m2", "please call weather")).text


async def test_a_reply_brings_the_passages_that_it_rests_on(service, capsys, tmp_path):
    timetable = tmp_path / "timetable.txt"
    timetable.write_text("The night tram to the harbour leaves at half past eleven.\n")
    async with window(capsys) as open_window:
        saved = await open_window.asked(UploadDocument(str(timetable), "ours"))
        document = saved.document
        for _ in range(300):
            if document.is_settled:
                break
            await asyncio.sleep(0.05)
            document = (await open_window.asked(GetDocument(document.document_id))).document
        reply = await open_window.settled("m1", "When does the night tram to the harbour leave?")
        assert [one.file for one in reply.details.passages] == ["timetable.txt"]
        assert "half past eleven" in reply.details.passages[0].text
