"""The link to an engine that comes, goes and comes back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from desktop_app.errors import ChildError
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.asks import Answered, Ask
from desktop_app.link.messages import (
    CancelTalk,
    Connection,
    MessageSaved,
    Notice,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
    OpenThread,
    Phase,
    PhaseChanged,
    PressTalk,
    ReleaseTalk,
    ReloadSettings,
    RetryMessage,
    SendText,
    SetMuted,
    StartVoice,
    StopVoice,
    ToggleTalk,
    Welcome,
)
from desktop_app.link.server import LinkServer
from desktop_app.link.thread_messages import DeleteThread
from desktop_app.protocol.service_calls import Done, GetKeyState
from desktop_app.ui import engine_link, engine_watch
from desktop_app.ui.engine_link import Address, EngineLink


class Engines:
    """Engines that are started one after another; the first ``failures`` do not start.

    While ``gate`` is cleared, an engine that was started is not there yet.
    """

    def __init__(self, failures: int = 0, code: str = "child.ended") -> None:
        self.failures = failures
        self.code = code
        self.server: LinkServer | None = None
        self.heard: list[object] = []
        self.started = 0
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.news = asyncio.Event()

    @asynccontextmanager
    async def start(self) -> AsyncIterator[Address]:
        if self.failures:
            self.failures -= 1
            raise ChildError(self.code, "It ended.")
        server = LinkServer("token", self._hear, self._welcome)
        port = await server.start()
        self.started += 1
        self.begun.set()
        await self.gate.wait()
        self.server = server
        try:
            yield Address("127.0.0.1", port, "token")
        finally:
            await server.aclose()

    def _hear(self, intent: object) -> None:
        self.heard.append(intent)
        self.news.set()

    def _welcome(self) -> list[Welcome]:
        return [Welcome("1", "", Phase.READY, Connection.READY, "embedded")]

    def die(self) -> None:
        """Cut every window off, as a killed process does."""
        assert self.server is not None
        for stream in list(self.server._windows):
            stream.abort()

    async def expect(self, *intents: object) -> None:
        async with asyncio.timeout(5):
            while self.heard[-len(intents) :] != list(intents):
                self.news.clear()
                await self.news.wait()


class Told(list[object]):
    """What the link published, with a way to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    def append(self, event: object) -> None:
        super().append(event)
        self.news.set()

    async def until(self, event: object) -> None:
        async with asyncio.timeout(5):
            while event not in self:
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def running(engines: Engines) -> AsyncIterator[tuple[EngineLink, Told]]:
    told = Told()
    link = EngineLink(engines.start, told.append, lambda: told.append("lost"), first_pause_s=0.01)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(link.run())
        yield link, told
        task.cancel()


def saved(message_id: str) -> MessageSaved:
    return MessageSaved(
        MessageRecord(
            id=message_id,
            thread_id="t",
            role=Role.USER,
            text="x",
            created_at=1.0,
            status=MessageStatus.SENT,
        )
    )


async def test_what_was_typed_before_the_engine_was_there_arrives_in_order():
    engines = Engines()
    async with running(engines) as (link, _):
        link.send(OpenThread("t"))
        link.send(SendText("t", "m1", "one"))
        link.send(SendText("t", "m2", "two"))
        link.send(DeleteThread("old"))
        link.send(PressTalk("t"))
        link.send(ReleaseTalk())
        await engines.expect(
            OpenThread("t"),
            SendText("t", "m1", "one"),
            SendText("t", "m2", "two"),
            DeleteThread("old"),
        )


async def test_a_talk_key_still_held_is_heard_by_the_engine_that_comes():
    engines = Engines()
    async with running(engines) as (link, _):
        link.send(PressTalk("t"))
        await engines.expect(PressTalk("t"))


@pytest.mark.parametrize(
    ("intents", "expected"),
    [
        ([ToggleTalk("t")], [PressTalk("t")]),
        ([ToggleTalk("t"), ToggleTalk("t")], []),
        ([PressTalk("t"), CancelTalk()], []),
    ],
)
async def test_who_talks_before_the_engine_is_there_is_heard_and_who_ended_is_not(
    intents, expected
):
    engines = Engines()
    async with running(engines) as (link, _):
        for intent in (OpenThread("t"), *intents, DeleteThread("old")):
            link.send(intent)
        await engines.expect(OpenThread("t"), DeleteThread("old"), *expected)


async def test_voice_that_was_stopped_before_the_engine_came_is_not_started():
    engines = Engines()
    async with running(engines) as (link, _):
        link.send(StartVoice("t"))
        link.send(StopVoice())
        link.send(DeleteThread("old"))
        await engines.expect(DeleteThread("old"))
        assert engines.heard == [DeleteThread("old")]


async def test_voice_started_and_muted_before_the_engine_came_starts_muted():
    engines = Engines()
    async with running(engines) as (link, _):
        link.send(StartVoice("t"))
        link.send(SetMuted(True))
        await engines.expect(SetMuted(True), StartVoice("t"))


@pytest.mark.parametrize("begin", [StartVoice("t"), PressTalk("t"), ToggleTalk("t")])
async def test_who_opens_another_thread_before_the_engine_is_there_is_not_heard(begin):
    engines = Engines()
    async with running(engines) as (link, told):
        for intent in (OpenThread("t"), begin, OpenThread("other"), DeleteThread("old")):
            link.send(intent)
        if begin == StartVoice("t"):
            assert told[-1] == PhaseChanged("other", Phase.READY)
        await engines.expect(OpenThread("other"), DeleteThread("old"))
        link.send(DeleteThread("older"))
        await engines.expect(DeleteThread("old"), DeleteThread("older"))


async def test_voice_that_waits_for_an_engine_is_shown_and_can_be_taken_back():
    engines = Engines()
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        link.send(SetMuted(True))
        link.send(StartVoice("t"))
        link.send(OpenThread("t"))
        waits = PhaseChanged("t", Phase.CONNECTING, is_voice_on=True, is_muted=True)
        assert told == [waits], "the same thread takes nothing back"
        link.send(StopVoice())
        assert told[-1] == PhaseChanged("t", Phase.READY, is_muted=True)
        await engines.expect(OpenThread("t"), SetMuted(True))


async def test_an_unsaved_message_is_sent_again_to_the_next_engine():
    engines = Engines()
    async with running(engines) as (link, told):
        link.send(SendText("t", "m1", "one"))
        link.send(SendText("t", "m2", "two"))
        await engines.expect(SendText("t", "m1", "one"), SendText("t", "m2", "two"))
        engines.server.publish(saved("m1"))
        await told.until(saved("m1"))
        engines.heard.clear()
        engines.die()
        await engines.expect(SendText("t", "m2", "two"))
        assert engines.heard == [SendText("t", "m2", "two")]
        assert "lost" in told


async def test_an_engine_that_does_not_start_is_started_again(caplog: pytest.LogCaptureFixture):
    engines = Engines(failures=2)
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        codes = [event.notice.code for event in told if isinstance(event, NoticeRaised)]
        assert codes == ["engine.restarting", "engine.restarting"]
    caplog.clear()


async def test_why_an_engine_does_not_start_is_said_until_one_does(
    caplog: pytest.LogCaptureFixture,
):
    engines = Engines(failures=1, code="journal.in_use")
    async with running(engines) as (_, told):
        await told.until(NoticeCleared("journal.in_use"))
        codes = [event.notice.code for event in told if isinstance(event, NoticeRaised)]
        assert codes == ["journal.in_use"]
    caplog.clear()


OTHER_SERVICE = ReloadSettings(counts_from_start=True)
WAITS = NoticeRaised(Notice(NoticeLevel.INFO, "engine.waits"))


async def test_an_engine_with_other_settings_is_exchanged_at_once_and_nothing_is_said_of_it():
    engines = Engines()
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        link.send(OTHER_SERVICE)
        link.send(StartVoice("t"))
        link.send(SendText("t", "m", "one"))
        await engines.expect(OpenThread("t"), SendText("t", "m", "one"), StartVoice("t"))
        assert engines.started == 2
        assert engines.heard[:2] == [OpenThread("t"), OTHER_SERVICE], "none begins in the old one"
        assert told.count("lost") == 1
        assert not [one for one in told if isinstance(one, NoticeRaised)]


async def test_an_outdated_engine_ends_what_it_does_first_and_that_is_said():
    engines = Engines()
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        engines.server.publish(PhaseChanged("other", Phase.THINKING))
        await told.until(PhaseChanged("other", Phase.THINKING))
        link.send(OTHER_SERVICE)
        assert told[-1] == WAITS
        link.send(ReloadSettings())
        await engines.expect(OTHER_SERVICE, ReloadSettings())
        assert (engines.started, told.count(WAITS)) == (1, 1)
        engines.server.publish(PhaseChanged("other", Phase.READY))
        await told.until(NoticeCleared("engine.waits"))
        assert engines.started == 2


async def test_what_is_typed_elsewhere_waits_for_the_service_that_was_chosen():
    engines = Engines()
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        engines.server.publish(PhaseChanged("other", Phase.THINKING))
        await told.until(PhaseChanged("other", Phase.THINKING))
        link.send(OTHER_SERVICE)
        link.send(SendText("t", "m", "one"))
        link.send(RetryMessage("t", "failed"))
        goes_on = SendText("other", "n", "what is answered goes on")
        link.send(goes_on)
        await engines.expect(OTHER_SERVICE, goes_on)
        engines.server.publish(saved("n"))
        engines.server.publish(PhaseChanged("other", Phase.READY))
        await told.until(NoticeCleared("engine.waits"))
        await engines.expect(
            OpenThread("t"), SendText("t", "m", "one"), RetryMessage("t", "failed")
        )
        assert engines.started == 2


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_voice_that_only_reconnects_goes_on_in_the_engine_that_comes(is_stopped):
    engines = Engines()
    away = PhaseChanged("t", Phase.RECONNECTING, is_voice_on=True, is_unreached=True)
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        engines.server.publish(away)
        await told.until(away)
        if is_stopped:
            link.send(StopVoice())
        link.send(OTHER_SERVICE)
        link.send(SendText("t", "m", "one"))
        voice = [] if is_stopped else [StartVoice("t")]
        await engines.expect(OpenThread("t"), SendText("t", "m", "one"), *voice)
        assert engines.started == 2
        assert WAITS not in told


@pytest.mark.parametrize("answers", [True, False])
async def test_an_outdated_engine_answers_first_but_not_for_ever(answers, monkeypatch):
    monkeypatch.setattr(engine_link, "_ANSWERED_WITHIN_S", 0.0 if not answers else 60.0)
    engines = Engines()
    ask = Ask("1", GetKeyState("work"))
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        link.send(ask)
        await engines.expect(ask)
        link.send(OTHER_SERVICE)
        link.send(StartVoice("t"))
        link.send(StopVoice())
        link.send(ToggleTalk("t"))
        await engines.expect(OTHER_SERVICE, StopVoice())
        assert PhaseChanged("t", Phase.CONNECTING, is_voice_on=True) in told, "it waits"
        if answers:
            assert "lost" not in told
            engines.server.publish(Answered("1", Done()))
        await engines.expect(OpenThread("t"), PressTalk("t"))
        assert (Answered("1", Done()) in told) is answers
        assert StartVoice("t") not in engines.heard


async def test_an_engine_that_read_the_settings_before_they_changed_is_exchanged_too():
    engines = Engines()
    engines.gate.clear()
    async with running(engines) as (link, told):
        await engines.begun.wait()
        link.send(OTHER_SERVICE)
        link.send(SendText("t", "m", "one"))
        engines.gate.set()
        await engines.expect(SendText("t", "m", "one"), OTHER_SERVICE)
        assert engines.started == 2
        assert "lost" not in told
        assert engines.heard.count(SendText("t", "m", "one")) == 1


HEARING = PhaseChanged("t", Phase.HEARING)


class Talkative(Engines):
    """Engines that hear whoever begins to talk, and tell it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_heard = False

    def _hear(self, intent: object) -> None:
        super()._hear(intent)
        if isinstance(intent, PressTalk | ToggleTalk):
            is_end = isinstance(intent, ToggleTalk) and self.is_heard
            self.is_heard = not is_end
            assert self.server is not None
            self.server.publish(PhaseChanged("t", Phase.THINKING if is_end else Phase.HEARING))


@pytest.mark.parametrize("begin", [ToggleTalk("t"), PressTalk("t")])
async def test_talk_that_began_just_before_the_settings_changed_is_not_cut_off(begin):
    engines = Talkative()
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        link.send(begin)
        link.send(OTHER_SERVICE)
        await told.until(HEARING)
        await engines.expect(begin, OTHER_SERVICE)
        link.send(ToggleTalk("t"))
        await told.until(PhaseChanged("t", Phase.THINKING))
        assert (engines.started, "lost" in told) == (1, False)
        engines.server.publish(PhaseChanged("t", Phase.READY))
        await engines.expect(OTHER_SERVICE, ToggleTalk("t"), OpenThread("t"))
        assert engines.started == 2


async def test_who_toggles_twice_while_an_engine_is_exchanged_has_ended():
    engines = Talkative()
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        for intent in (ToggleTalk("t"), OTHER_SERVICE, ToggleTalk("t")):
            link.send(intent)
        await told.until(PhaseChanged("t", Phase.THINKING))
        engines.server.publish(PhaseChanged("t", Phase.READY))
        await engines.expect(ToggleTalk("t"), OTHER_SERVICE, ToggleTalk("t"), OpenThread("t"))
        link.send(DeleteThread("old"))
        await engines.expect(OpenThread("t"), DeleteThread("old"))


async def test_locked_talk_goes_on_in_the_engine_that_comes_and_ended_talk_does_not():
    engines = Talkative()
    async with running(engines) as (link, told):
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        link.send(ToggleTalk("t"))
        await told.until(HEARING)
        engines.heard.clear()
        told.clear()
        engines.die()
        await engines.expect(OpenThread("t"), PressTalk("t"))
        await told.until(HEARING)
        engines.server.publish(PhaseChanged("t", Phase.THINKING))
        await told.until(PhaseChanged("t", Phase.THINKING))
        engines.heard.clear()
        told.clear()
        engines.die()
        await told.until("lost")
        link.send(DeleteThread("old"))
        await engines.expect(OpenThread("t"), DeleteThread("old"))
        assert PressTalk("t") not in engines.heard


class Frozen(LinkServer):
    """Takes nothing up while it is frozen."""

    is_frozen = False

    async def aclose(self):
        self.is_frozen = False  # a kill reaches it all the same
        await super().aclose()

    async def _receive(self, intents, outbox):
        async def thawed():
            async for intent in intents:
                while self.is_frozen:  # noqa: ASYNC110 - a process that stands still
                    await asyncio.sleep(0.01)
                yield intent

        await super()._receive(thawed(), outbox)


@pytest.fixture
def frozen_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines that may stand still, and a watch that does not wait for seconds."""
    monkeypatch.setattr(sys.modules[__name__], "LinkServer", Frozen)
    monkeypatch.setattr(engine_watch, "LOOKS_EVERY_S", 0.02)


SPOKEN_TO = PhaseChanged("t", Phase.HEARING, 1, is_voice_on=True, device="Desk")
STUCK = NoticeRaised(Notice(NoticeLevel.WARNING, "engine.stuck"))


async def test_an_engine_that_stands_still_while_somebody_speaks_is_told_until_it_goes_on(
    frozen_later: None,
):
    engines = Engines()
    async with running(engines) as (link, told):
        await engines.begun.wait()
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        engines.server.publish(SPOKEN_TO)
        await told.until(SPOKEN_TO)
        for _ in range(10):  # as long as it answers, nothing is told
            await asyncio.sleep(engine_watch.LOOKS_EVERY_S)
        assert STUCK not in told
        engines.server.is_frozen = True
        await told.until(STUCK)
        assert told[-1] == replace(SPOKEN_TO, phase=Phase.RECONNECTING)
        engines.server.is_frozen = False
        await told.until(NoticeCleared("engine.stuck"))
        await told.until(SPOKEN_TO)
        assert [one for one in told if isinstance(one, PhaseChanged)][-1] == SPOKEN_TO
        assert engines.started == 1


async def test_an_engine_that_stands_still_for_long_is_left_for_another(
    frozen_later: None, monkeypatch: pytest.MonkeyPatch
):
    engines = Engines()
    async with running(engines) as (link, told):
        await engines.begun.wait()
        link.send(SendText("t", "m", "said while it stands still"))
        await engines.expect(SendText("t", "m", "said while it stands still"))
        engines.server.publish(SPOKEN_TO)
        await told.until(SPOKEN_TO)
        engines.server.is_frozen = True
        await told.until(NoticeRaised(Notice(NoticeLevel.WARNING, "engine.down")))
        await told.until("lost")
        while engines.started < 2 or not engines.heard[1:]:  # noqa: ASYNC110 - the limit is pytest's
            await asyncio.sleep(0.01)
        assert engines.heard[-1] == SendText("t", "m", "said while it stands still")


async def test_an_engine_that_rests_is_not_asked_whether_it_is_there(frozen_later: None):
    engines = Engines()
    async with running(engines) as (link, told):
        await engines.begun.wait()
        link.send(OpenThread("t"))
        await engines.expect(OpenThread("t"))
        engines.server.is_frozen = True
        for _ in range(10):
            await asyncio.sleep(engine_watch.LOOKS_EVERY_S)
        assert STUCK not in told
