"""Keeps the link to the engine: starts it, starts it again when it dies, loses nothing sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass

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
    PressTalk,
    Quit,
    ReleaseTalk,
    SendText,
    SetMuted,
    StartVoice,
    StopReply,
    StopVoice,
    ToggleTalk,
)

logger = logging.getLogger(__name__)

LONGEST_PAUSE_S = 8.0
_HEALTHY_AFTER_S = 10.0
_TALK = (PressTalk, ReleaseTalk, ToggleTalk, CancelTalk)
_TRYING = (StartMicrophoneTest, PlayMicrophoneTest)  # who asked does not wait for an engine
_KEPT_ELSEWHERE = (OpenThread, *_TALK, SendText, SetMuted, StopReply, Quit, *_TRYING)
_MOST_WAITING = 1000
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
        self._held_key: PressTalk | None = None
        self._voice_wish: StartVoice | None = None
        self._is_muted = False
        self._told = ""

    @property
    def unsaved(self) -> tuple[SendText, ...]:
        """Typed messages that the engine has not yet written down."""
        return tuple(self._unsaved.values())

    def send(self, intent: Intent) -> None:
        """Send now, or as soon as the engine is there; a key press of the past is dropped.

        What is still wished when the engine comes is not of the past: a held talk key, voice
        that was started and not stopped again, a muted microphone.
        """
        if isinstance(intent, OpenThread):
            self._thread_id = intent.thread_id
        if isinstance(intent, _TALK):
            self._held_key = self._held_after(intent)
        if isinstance(intent, SetMuted):
            self._is_muted = intent.is_muted
        if isinstance(intent, SendText):
            self._unsaved[intent.message_id] = intent
            self.unsaved_changed()
        if self._client is not None and self._written(self._client, intent):
            return
        if isinstance(intent, StartVoice | StopVoice):
            self._voice_wish = intent if isinstance(intent, StartVoice) else None
        elif not isinstance(intent, _KEPT_ELSEWHERE):
            self._waiting = [*self._waiting[-_MOST_WAITING:], intent]

    def _held_after(self, intent: Intent) -> PressTalk | None:
        """Whether the person talks; of what they toggle at an engine only that engine knows."""
        if isinstance(intent, PressTalk):
            return intent
        begins = isinstance(intent, ToggleTalk) and not (self._client or self._held_key)
        return PressTalk(self._thread_id) if begins else None

    def _written(self, client: LinkClient, intent: Intent) -> bool:
        try:
            client.send(intent)
        except AppError as error:
            logger.info("not sent yet: %s", error)
            return False
        return True

    async def run(self) -> None:
        """Keep an engine running and connected until cancelled."""
        pause_s = self._first_pause_s
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                async with self._start() as address:
                    await self._converse(address)
            except AppError as error:
                logger.warning("the engine is not there: %s", error)
                failed = "engine.failed" if pause_s > 2 else "engine.restarting"
                self._tell(error.code if error.code.startswith(_REASONS) else failed)
            else:
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
            self._publish(NoticeRaised(Notice(NoticeLevel.WARNING, code)))
        self._told = code

    async def _converse(self, address: Address) -> None:
        client = await LinkClient.connect(address.host, address.port, address.token)
        try:
            self._client = client
            self._catch_up(client)
            self._tell("")
            async with aclosing(client.events()) as events:
                async for event in events:
                    self._on_event(event)
        finally:
            self._client = None
            self._lost()
            await client.aclose()

    def _catch_up(self, client: LinkClient) -> None:
        waiting, self._waiting = self._waiting, []
        first = [OpenThread(self._thread_id)] if self._thread_id else []
        muted = [SetMuted(True)] if self._is_muted else []
        wished = [one for one in (self._voice_wish, self._held_key) if one is not None]
        self._voice_wish = None
        for intent in (*first, *muted, *self._unsaved.values(), *waiting, *wished):
            self._written(client, intent)

    def _on_event(self, event: LinkEvent) -> None:
        if isinstance(event, MessageSaved) and event.message.id in self._unsaved:
            del self._unsaved[event.message.id]
            self.unsaved_changed()
        self._publish(event)


def _nobody() -> None:
    """Nobody keeps the unsaved messages."""
