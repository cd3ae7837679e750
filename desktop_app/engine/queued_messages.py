"""Messages that are delivered again or later, and the sound of those that were spoken."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from desktop_app.engine.effects import Effect, OpenRetriedTurn, SetAside
from desktop_app.engine.inputs import Input, PromptTyped, SpeechLetGo, SpeechQueued, SpeechRetried
from desktop_app.engine.lines import Lines
from desktop_app.engine.ports import Journal
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.redelivery import to_deliver
from desktop_app.engine.sent_speech import SentSpeech
from desktop_app.errors import AppError, StorageError
from desktop_app.journal.records import MessageRecord, MessageStatus, UtteranceState
from desktop_app.journal.recovery import NOT_UNDERSTOOD, reply_to
from desktop_app.link.messages import LinkEvent, MessageSaved, Notice, NoticeLevel, NoticeRaised


class QueuedMessages:
    """Of one conversation. Loop thread only.

    The machine decides when each of them has its turn, and knows a recording by a key.

    Args:
        thread_id: Whose messages.
        journal: Where they are.
        recorder: What is known of turns.
        lines: What was said last.
        sent: What of it an earlier run had sent.
        tell: Takes inputs for the machine.
        publish: Takes news for the window.
    """

    def __init__(
        self,
        thread_id: str,
        journal: Journal,
        recorder: Recorder,
        lines: Lines,
        sent: SentSpeech,
        *,
        tell: Callable[[Input], None],
        publish: Callable[[LinkEvent], None],
    ) -> None:
        self._thread_id = thread_id
        self._journal = journal
        self._recorder = recorder
        self._lines = lines
        self._sent = sent
        self._tell = tell
        self._publish = publish
        self._held: dict[str, tuple[MessageRecord, bytes]] = {}
        self._retried: set[str] = set()

    async def resume(self) -> None:
        """Take up what an earlier run could not deliver, in the order it was asked."""
        try:
            for message in await self._journal.pending():
                is_ours = message.thread_id == self._thread_id
                if is_ours and message.id not in self._retried:
                    await self._take_up(message.id, is_queued=True)
        except StorageError as error:
            self._raise(error)

    async def retry(self, message_id: str) -> None:
        """Deliver a message now, a question or the one that a reply answered."""
        self._retried.add(message_id)
        key = self._key_of(message_id)
        if key:
            self._tell(SpeechRetried(key, is_waiting=True))
        else:
            await self._take_up(message_id, is_queued=False)

    async def let_go(self, utterance_id: str) -> None:
        """A recording that waits is not delivered; returns when nobody would deliver it later.

        Raises:
            StorageError
        """
        for key, (message, _) in tuple(self._held.items()):
            if message.utterance_id == utterance_id:
                del self._held[key]
                self._tell(SpeechLetGo(key))
                await self._recorder.written()
                await self._give_up(message.id, "turn.interrupted")

    def set_aside(self, effects: tuple[Effect, ...]) -> None:
        """Hold what was said in a turn that ends unsent; before the next recording begins."""
        for effect in effects:
            if isinstance(effect, SetAside):
                self._recorder.carry_out(effect)
                question = self._recorder.question(effect.turn)
                self._held[effect.key] = question, self._lines.spoken

    def open(self, effect: OpenRetriedTurn) -> None:
        """The turn of what is held has come."""
        message, pcm = self._held.pop(effect.key)
        self._recorder.open_known(effect.turn, message.id)
        self._lines.begin_speech(pcm)
        recording = message.utterance_id or effect.key  # by the turn it was said in
        self._lines.files.repeat(effect.turn, recording, message.wishes.files)

    async def _take_up(self, message_id: str, *, is_queued: bool) -> None:
        thread_id = self._thread_id
        if is_queued:  # it may be delivered meanwhile
            await self._recorder.written()
        try:
            found = await to_deliver(self._journal, thread_id, message_id, queued=is_queued)
        except StorageError as error:
            self._raise(error)
            if is_queued and error.code == "journal.no_recording":  # it would wait for ever
                await self._give_up(message_id, error.code)
            return
        if found is None or (is_queued and found[0].id in self._retried):
            return
        message, pcm = found
        if is_queued and not await self._is_to_be_said(message):
            return
        self._recorder.remember(message)
        if not message.utterance_id:
            typed = message.wishes.words
            text = message.text if typed is None else typed
            self._tell(PromptTyped(message.id, text, message.wishes))
            return
        self._held[message.id] = message, pcm
        if is_queued:
            self._tell(SpeechQueued(message.id))
            return
        is_waiting = message.status is MessageStatus.QUEUED
        self._tell(SpeechRetried(message.id, is_waiting))
        self._held.pop(message.id, None)  # the machine may have refused it

    async def _is_to_be_said(self, message: MessageRecord) -> bool:
        """Unless the service heard it before a crash; what was never to be said again is not.

        Raises:
            StorageError
        """
        heard = await self._sent.heard(message)
        if message.id in self._retried:
            return False  # a person was faster
        if heard is None:
            if message.error == NOT_UNDERSTOOD:
                await self._give_up(message.id, NOT_UNDERSTOOD)
            return message.error != NOT_UNDERSTOOD
        asked = replace(message, text=heard.question, status=MessageStatus.SENT, error="")
        for row in (asked, replace(reply_to(asked), remote_id=heard.remote_id)):
            await self._journal.save_message(row)
            self._publish(MessageSaved(row))
        transcribed = UtteranceState.TRANSCRIBED
        await self._journal.set_utterance_state(message.utterance_id, transcribed)
        return False

    def _key_of(self, message_id: str) -> str:
        """By which the message is held, or empty."""
        known = (key for key, (message, _) in self._held.items() if message.id == message_id)
        return next(known, "")

    async def _give_up(self, message_id: str, code: str) -> None:
        """It does not wait any more."""
        message = await self._journal.message(message_id)
        if message is not None:
            failed = replace(message, status=MessageStatus.FAILED, error=code)
            await self._journal.save_message(failed)
            self._publish(MessageSaved(failed))

    def _raise(self, error: AppError) -> None:
        self._publish(NoticeRaised(Notice(NoticeLevel.ERROR, error.code, dict(error.facts))))
