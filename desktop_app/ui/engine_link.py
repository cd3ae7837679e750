"""Keeps the link to the engine: starts it, again when it dies or is outdated; nothing is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass

from msgspec.structs import replace

from desktop_app.errors import AppError
from desktop_app.link.client import LinkClient
from desktop_app.link.device_messages import (
    PlayMicrophoneTest,
    StartMicrophoneTest,
)
from desktop_app.link.messages import (
    CancelTalk,
    Intent,
    LinkEvent,
    MessageSaved,
    Notice,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
    OpenThread,
    Phase,
    PhaseChanged,
    Ping,
    Pong,
    PressTalk,
    Quit,
    ReleaseTalk,
    ReloadSettings,
    RetryMessage,
    SendText,
    SetMuted,
    StartVoice,
    StopReply,
    StopVoice,
    ToggleTalk,
)
from desktop_app.ui.engine_watch import EngineWatch
from desktop_app.ui.engine_work import BEGINS, PINGED, EngineWork
from desktop_app.ui.held_talk import HeldTalk

logger = logging.getLogger(__name__)

LONGEST_PAUSE_S = 8.0
_HEALTHY_AFTER_S = 10.0
_TALK = (PressTalk, ReleaseTalk, ToggleTalk, CancelTalk)
_TRYING = (StartMicrophoneTest, PlayMicrophoneTest)  # who asked does not wait for an engine
_KEPT_ELSEWHERE = (OpenThread, *_TALK, SendText, SetMuted, StopReply, StopVoice, Quit, *_TRYING)
_TYPED = (SendText, RetryMessage)
_MOST_WAITING = 1000
_ANSWERED_WITHIN_S = 3.0  # what was asked of a service that is to be left
_WAITS = "engine.waits"
_STUCK = "engine.stuck"
_REASONS = ("journal.", "storage.")  # people can do something about them


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running engine listens."""

    host: str
    port: int
    token: str


StartEngine = Callable[[], AbstractAsyncContextManager[Address]]


class EngineLink:
    """Carries intents to the engine and its events to ``publish``. Event loop only.

    Args:
        start: Starts an engine and ends it on leaving; AppError when it does not start.
        publish: Told every event of the engine, and notices about the engine itself.
        lost: Called when the engine is gone.
        first_pause_s: Before the first new attempt; doubled up to 8 s while it keeps failing.

    Attributes:
        unsaved_changed: Called when ``unsaved`` is another one; set by whoever keeps them.
    """

    def __init__(
        self,
        start: StartEngine,
        publish: Callable[[LinkEvent], None],
        lost: Callable[[], None],
        *,
        first_pause_s: float = 0.25,
    ) -> None:
        self._start = start
        self._publish = publish
        self._lost = lost
        self.unsaved_changed: Callable[[], None] = _nobody
        self._first_pause_s = first_pause_s
        self._client: LinkClient | None = None
        self._waiting: list[Intent] = []
        self._unsaved: dict[str, SendText] = {}
        self._thread_id = ""
        self._held = HeldTalk()
        self._voice_wish: StartVoice | None = None
        self._is_muted = False
        self._told = ""
        self._work = EngineWork()
        self._is_outdated = False
        self._is_let_go = False
        self._stay = asyncio.timeout(None)
        self._patience: asyncio.TimerHandle | None = None
        self._watch = EngineWatch(
            lambda: bool(self._work.phases) or self._work.is_beginning,
            ask=self._ask_for_a_word,
            stuck=self._show_stuck,
            given_up=self._leave,
        )

    @property
    def unsaved(self) -> tuple[SendText, ...]:
        """Typed messages that the engine has not yet written down."""
        return tuple(self._unsaved.values())

    def send(self, intent: Intent) -> None:
        """Send now, or as soon as the engine is there; a key press of the past is dropped.

        What is still wished when the engine comes is not of the past: a talk key that is down or
        locked, voice that was started and not stopped again, a muted microphone. Who opens
        another thread takes the first two back.
        """
        if isinstance(intent, OpenThread):
            self._open(intent.thread_id)
        self._held.asked(intent)
        if isinstance(intent, StopVoice):
            self._wish(None)
        if isinstance(intent, SetMuted):
            self._is_muted = intent.is_muted
        if isinstance(intent, SendText):
            self._unsaved[intent.message_id] = intent
            self.unsaved_changed()
        if not (self._takes(intent) and self._written(intent)):
            self._keep(intent)
        if isinstance(intent, ReloadSettings) and intent.counts_from_start:
            self.renew()

    def _keep(self, intent: Intent) -> None:
        if isinstance(intent, StartVoice):
            self._wish(intent)
        elif not isinstance(intent, _KEPT_ELSEWHERE):
            self._waiting = [*self._waiting[-_MOST_WAITING:], intent]

    def renew(self) -> None:
        """Exchange the engine for one with the settings as they are now, once it has no work.

        What begins a turn waits for the new one: what is typed, unless its own thread has work
        here; what is said, unless any has, for it cannot be said again.
        """
        self._is_outdated = True
        self._consider()

    def _open(self, thread_id: str) -> None:
        self._thread_id = thread_id
        self._held.opened(thread_id)
        if self._voice_wish is not None and self._voice_wish.thread_id != thread_id:
            self._wish(None)

    def _wish(self, wish: StartVoice | None) -> None:
        """Voice waits for an engine, or does no longer: shown like any other connecting."""
        before, self._voice_wish = self._voice_wish, wish
        if wish is not None:
            self._show_voice(wish.thread_id, Phase.CONNECTING)
        elif before is not None:
            self._show_voice(self._thread_id or before.thread_id, Phase.READY)

    def _show_voice(self, thread_id: str, phase: Phase) -> None:
        is_on = phase is not Phase.READY
        self._publish(PhaseChanged(thread_id, phase, is_voice_on=is_on, is_muted=self._is_muted))

    def _takes(self, intent: Intent) -> bool:
        """Whether there is an engine, and it is the one to do this."""
        return self._client is not None and not (self._is_outdated and self._is_for_next(intent))

    def _is_for_next(self, intent: Intent) -> bool:
        """Whether it begins a turn that an outdated engine has no part in."""
        if isinstance(intent, _TYPED):
            return not self._work.is_busy_in(intent.thread_id)
        return isinstance(intent, BEGINS) and not (self._work.is_busy or self._work.is_beginning)

    def _written(self, intent: Intent) -> bool:
        assert self._client is not None  # who calls has looked
        try:
            self._client.send(intent)
            if isinstance(intent, PINGED):
                self._client.send(Ping())
        except AppError as error:
            logger.info("not sent yet: %s", error)
            return False
        self._work.sent(intent)
        self._held.sent(intent)
        return True

    async def run(self) -> None:
        """Keep an engine running and connected until cancelled."""
        pause_s = self._first_pause_s
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._is_outdated = self._is_let_go = False
            try:
                async with self._start() as address:
                    await self._converse(address)
            except AppError as error:
                logger.warning("the engine is not there: %s", error)
                failed = "engine.failed" if pause_s > 2 else "engine.restarting"
                self._tell(error.code if error.code.startswith(_REASONS) else failed)
            else:
                if self._is_let_go:
                    continue
                self._tell("engine.down")
            if loop.time() - began > _HEALTHY_AFTER_S:
                pause_s = self._first_pause_s
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    def _tell(self, code: str) -> None:
        """Say how the engine stands, again with each attempt; the empty code: well."""
        if self._told not in ("", code):
            self._publish(NoticeCleared(self._told))
        if code:
            level = NoticeLevel.INFO if code == _WAITS else NoticeLevel.WARNING
            self._publish(NoticeRaised(Notice(level, code)))
        self._told = code

    async def _converse(self, address: Address) -> None:
        client = await LinkClient.connect(address.host, address.port, address.token)
        try:
            if self._is_outdated:  # it read the settings before they changed
                self._is_let_go = True
                return
            with suppress(TimeoutError):  # it was let go
                async with asyncio.timeout(None) as self._stay:
                    await self._follow(client)
        finally:
            self._lose()
            await client.aclose()

    async def _follow(self, client: LinkClient) -> None:
        self._client, self._work = client, EngineWork()
        self._catch_up()
        self._tell("")
        self._watch.begin()
        async with aclosing(client.events()) as events:
            async for event in events:
                self._on_event(event)

    def _lose(self) -> None:
        self._watch.end()
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if self._client is not None:
            self._client = None
            self._held.lost()
            self._lost()
            self._wish(self._voice_wish)

    def _consider(self) -> None:
        """Let an outdated engine go, unless that would cut something off."""
        if not self._is_outdated or self._client is None:
            return
        if self._work.is_busy:
            if self._told != _WAITS:
                self._tell(_WAITS)
        elif not self._work.is_asking:
            self._let_go()
        elif self._patience is None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(_ANSWERED_WITHIN_S, self._lose_patience)

    def _lose_patience(self) -> None:
        self._patience = None
        if not self._work.is_busy:
            self._let_go()

    def _let_go(self) -> None:
        self._is_let_go = True
        if self._work.voice_thread and self._work.voice_thread == self._thread_id:
            self._voice_wish = StartVoice(self._thread_id)
        self._lose()
        self._leave()

    def _leave(self) -> None:
        self._stay.reschedule(asyncio.get_running_loop().time())

    def _ask_for_a_word(self) -> None:
        with suppress(AppError):  # then its end is about to be noticed
            assert self._client is not None  # or nobody would watch
            self._client.send(Ping())
            self._work.sent(Ping())

    def _show_stuck(self) -> None:
        """What it told last proves nothing any more."""
        self._tell(_STUCK)
        for phase in self._work.phases:
            self._publish(replace(phase, phase=Phase.RECONNECTING, retry_in_s=0.0))

    def _show_as_told(self) -> None:
        self._tell("")
        for phase in self._work.phases:
            self._publish(phase)

    def _catch_up(self) -> None:
        waiting, self._waiting = self._waiting, []
        first = [OpenThread(self._thread_id)] if self._thread_id else []
        muted = [SetMuted(True)] if self._is_muted else []
        wished = [one for one in (self._voice_wish, self._held.press) if one is not None]
        self._voice_wish = None
        for intent in (*first, *muted, *self._unsaved.values(), *waiting, *wished):
            self._written(intent)

    def _on_event(self, event: LinkEvent) -> None:
        if self._watch.is_stuck:
            self._show_as_told()
        self._watch.heard()
        self._work.told(event)
        if isinstance(event, PhaseChanged):
            self._held.told(event)
        elif isinstance(event, Pong) and not self._work.is_beginning:
            self._held.answered()
        if isinstance(event, MessageSaved) and event.message.id in self._unsaved:
            del self._unsaved[event.message.id]
            self.unsaved_changed()
        self._publish(event)
        self._consider()


def _nobody() -> None:
    """Nobody keeps the unsaved messages."""
