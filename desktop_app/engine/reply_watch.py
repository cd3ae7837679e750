"""Fetches what the service wrote of replies after the connection to them was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any
from uuid import uuid4

from msgspec import structs

from desktop_app.engine.picture_watch import PictureWatch
from desktop_app.engine.ports import Journal, Time
from desktop_app.engine.stored_ports import StoredReplies
from desktop_app.engine.wanted_replies import lacks_heard_words, question_before, wanted_reply
from desktop_app.errors import AppError, StorageError
from desktop_app.journal.records import (
    UNHEARD,
    MessageRecord,
    MessageStatus,
    Role,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.utterance_files import id_of_reply
from desktop_app.link.messages import LinkEvent, MessageSaved
from desktop_app.protocol.stored_replies import ReplyState, StoredReply
from desktop_app.tasks import Background

WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
LONGEST_WAIT_S = 30.0
"""Between one look and the next, from then on."""

MOST_LOOKS = 40
"""A service of which nothing is heard for a quarter of an hour is not waited for any longer."""

MOST_RUNNING_LOOKS = 240
"""A run may make several videos, each in half an hour; after two hours nothing comes of it."""

_UNKNOWN_LOOKS = 3  # a question that has left may take a moment to be stored
_SPEECH_LOOKS = 3  # speech is stored after the words
_NEWEST = 100
_PIECE_BYTES = 48_000


class ReplyWatch:
    """Completes replies in place that were cut short. Event loop only.

    A service goes on with a turn whose client has left. So what came of a reply is kept and
    marked, and looked for in the service's thread until it is whole there, or failed.

    Args:
        journal: Where replies are.
        stored: The service's record of them.
        publish: Takes the news.
        time: Clocks and waiting.
        report: Told what went wrong here.
        keeps_recordings: Whether the sound of spoken replies is kept.
    """

    def __init__(
        self,
        journal: Journal,
        stored: StoredReplies,
        publish: Callable[[LinkEvent], None],
        time: Time,
        report: Callable[[str, BaseException], None],
        *,
        keeps_recordings: Callable[[], bool] = lambda: True,
    ) -> None:
        self._journal = journal
        self._stored = stored
        self._publish = publish
        self._time = time
        self._keeps_recordings = keeps_recordings
        self._background = Background(report)
        self._pictures = PictureWatch(
            journal, stored, self._find_now, publish, time=time, report=report
        )
        self._followed: set[str] = set()

    def notice(self, event: LinkEvent) -> None:
        """A reply was saved that is not whole: the service may have the rest."""
        self._pictures.notice(event)
        if isinstance(event, MessageSaved) and event.message.is_cut_short:
            self._begin(event.message)

    def fetch_pictures(self, message_id: str) -> None:
        """A person wants pictures of a reply that were given up."""
        self._background.run(self._pictures.fetch(message_id), name=f"again {message_id}")

    async def resume(self) -> None:
        """Take up what an earlier run left, or what a crash cut."""
        for message in await self._journal.cut_replies():
            self._begin(message)
        await self._pictures.resume()

    async def aclose(self) -> None:
        """Look no more; the next run takes it up. Idempotent."""
        await self._pictures.aclose()
        await self._background.aclose()

    def _begin(self, message: MessageRecord) -> None:
        if message.id not in self._followed:
            self._followed.add(message.id)
            self._background.run(self._follow(message), name=f"rest of {message.id}")

    async def _follow(self, message: MessageRecord) -> None:
        try:
            rows = await self._journal.messages(message.thread_id, limit=_NEWEST)
            question = question_before(message, rows)
            question_id = question.id if question is not None else ""
            is_unheard = message.heard_chars is not None  # one that is cut from now on is no such
            found = await self._look_until_over(
                message.id, question_id, UNHEARD if is_unheard else ""
            )
            if found is not None and message.is_spoken and self._keeps_recordings():
                await self._complete_speech(message.id, question_id, found)
        finally:
            self._followed.discard(message.id)

    async def _find_now(self, message_id: str) -> StoredReply | None:
        message = await self._journal.message(message_id)
        if message is None:
            return None
        rows = await self._journal.messages(message.thread_id, limit=_NEWEST)
        question = question_before(message, rows)
        return await self._find(message_id, question.id if question is not None else "")

    async def _find(self, message_id: str, question_id: str) -> StoredReply | None:
        """Ask with what is known now: much may have been asked meanwhile.

        Raises:
            NetworkError, AccessError, ProtocolError
        """
        message = await self._journal.message(message_id)
        if message is None:
            return None
        rows = await self._journal.messages(message.thread_id, limit=_NEWEST)
        return await self._stored.find(wanted_reply(message, question_id, rows))

    # ---- words --------------------------------------------------------------------------------

    async def _look_until_over(
        self, message_id: str, question_id: str, why_cut: str
    ) -> StoredReply | None:
        """The complete reply; None where there is none, which the message says then."""
        unknown = silent = 0
        for wait_s in _waits():
            if silent == MOST_LOOKS:
                break
            await self._time.sleep(wait_s)
            silent += 1
            try:
                found = await self._find(message_id, question_id)
                unknown = unknown + 1 if found is None else 0
                if unknown >= _UNKNOWN_LOOKS:
                    await self._fail(message_id, "line.lost")
                    return None
                if found is not None and found.state is not ReplyState.RUNNING:
                    await self._learn_words(question_id, found)
                    return await self._settle(message_id, found, why_cut)
                if found is not None:
                    silent = 0
                    await self._grow(message_id, found)
            except StorageError:
                continue  # a disk that is full may have room at the next look
            except AppError as error:
                if error.retryable:
                    continue
                code = "line.lost" if error.code == "gateway.alone" else error.code
                await self._fail(message_id, code)
                return None
        await self._fail(message_id, "reply.not_fetched")
        return None

    async def _learn_words(self, question_id: str, found: StoredReply) -> None:
        """What was heard of a recording stays, though its sound may be deleted once answered."""
        question = await self._journal.message(question_id)
        is_sent = question is not None and question.status is MessageStatus.SENT
        if question and is_sent and found.question and lacks_heard_words(question):
            await self._put(structs.replace(question, text=found.question))

    async def _settle(
        self, message_id: str, found: StoredReply, why_cut: str
    ) -> StoredReply | None:
        known = await self._journal.message(message_id)
        is_cut = known is not None and known.heard_chars is not None
        error = why_cut if is_cut else ""
        match found.state:
            case ReplyState.COMPLETE:
                await self._save(
                    message_id,
                    status=MessageStatus.INTERRUPTED if is_cut else MessageStatus.COMPLETE,
                    error=error,
                    **({"text": found.text} if found.text else {}),
                    remote_id=found.remote_id,
                    **({"model": found.model} if found.model else {}),
                    **await self._pictures_of(message_id, found),
                )
                return found
            case ReplyState.CANCELLED:
                pictures = await self._pictures_of(message_id, found)
                await self._grow(message_id, found, error=error, **pictures)
            case ReplyState.WAITING:
                await self._fail(message_id, "tools.not_here")
            case _:
                await self._fail(message_id, "reply.failed")
        return None

    async def _pictures_of(self, message_id: str, found: StoredReply) -> dict[str, Any]:
        """What to change in the row so that its pictures are looked for."""
        known = await self._journal.message(message_id)
        if known is None:
            return {}
        missing = await self._pictures.missing_of(known, found)
        return {"details": structs.replace(known.details, missing=missing)}

    async def _grow(self, message_id: str, found: StoredReply, **changes: Any) -> None:
        """Show what is written so far, unless more of it came before the connection was lost.

        The peer's id is kept from the first look on: it tells the reply from all others.
        """
        known = await self._journal.message(message_id)
        if known is not None and len(found.text) > len(known.text):
            changes["text"] = found.text
        if known is not None and found.remote_id and not known.remote_id:
            changes["remote_id"] = found.remote_id
        if changes:
            await self._save(message_id, **changes)

    async def _fail(self, message_id: str, code: str) -> None:
        await self._save(message_id, status=MessageStatus.FAILED, error=code)

    async def _save(self, message_id: str, **changes: Any) -> None:
        """Change the row, unless it has gone or is settled already."""
        known = await self._journal.message(message_id)
        if known is None or not known.is_cut_short:
            return
        await self._put(structs.replace(known, **changes))

    async def _put(self, message: MessageRecord) -> None:
        await self._journal.save_message(message)
        self._publish(MessageSaved(message))

    # ---- speech -------------------------------------------------------------------------------

    async def _complete_speech(self, message_id: str, question_id: str, found: StoredReply) -> None:
        """Keep the whole speech, so that what was not heard can be played."""
        for wait_s in WAITS_S[:_SPEECH_LOOKS]:
            if found.speech_url:
                break
            await self._time.sleep(wait_s)
            try:
                found = await self._find(message_id, question_id) or found
            except AppError:
                return
        if not found.speech_url:
            return
        try:
            pcm = await self._stored.speech(found.speech_url)
        except AppError:
            return  # the words are there; so is what was heard of them
        await self._exchange_speech(message_id, pcm)

    async def _exchange_speech(self, message_id: str, pcm: bytes) -> None:
        message = await self._journal.message(message_id)
        if message is None:
            return
        speech = UtteranceRecord(
            id=id_of_reply(str(uuid4())),
            thread_id=message.thread_id,
            turn=message.turn,
            created_at=self._time.wall(),
            state=UtteranceState.CAPTURING,
            role=Role.ASSISTANT,
        )
        await self._journal.begin_utterance(speech)
        for at in range(0, len(pcm), _PIECE_BYTES):
            self._journal.append_utterance(speech.id, pcm[at : at + _PIECE_BYTES])
        await self._journal.end_utterance(speech.id, UtteranceState.TRANSCRIBED)
        duration_ms = speech.duration_of(len(pcm))
        await self._put(structs.replace(message, utterance_id=speech.id, speech_ms=duration_ms))
        if message.utterance_id:
            discarded = UtteranceState.DISCARDED
            await self._journal.set_utterance_state(message.utterance_id, discarded)


def _waits() -> Iterator[float]:
    yield from chain(WAITS_S, repeat(LONGEST_WAIT_S, MOST_RUNNING_LOOKS - len(WAITS_S)))
