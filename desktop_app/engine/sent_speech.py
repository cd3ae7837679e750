"""Speech that had left when a program died: did the service hear it?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from desktop_app.engine.ledger import Ledger
from desktop_app.engine.ports import Journal, Time
from desktop_app.errors import AppError
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.journal.recovery import SPEECH_SENT
from desktop_app.protocol.stored_replies import ReplyState, StoredReply, WantedReply

FindStored = Callable[[WantedReply], Awaitable[StoredReply | None]]

_WAITS_S = (0.0, 0.5, 1.0, 2.0)
"""Before each look: it may be heard only now."""

_UNREACHED_S = (1.0, 2.0, 4.0, 8.0, 15.0)
_NEWEST = 100


class SentSpeech:
    """Of one conversation; a later one, after a crash, asks. Loop thread only.

    No dialect numbers utterances. But the service keeps in the thread what it understood, and when:
    a question of that minute which is none that we know can be no other than this one.

    Args:
        thread_id: Whose speech.
        find: Looks into the service's thread; None where nobody can.
    """

    def __init__(
        self, thread_id: str, ledger: Ledger, journal: Journal, time: Time, find: FindStored | None
    ) -> None:
        self._thread_id = thread_id
        self._ledger = ledger
        self._journal = journal
        self._time = time
        self._find = find

    def note(self, recording_id: str) -> None:
        """All of this recording has left; empty where none is kept."""
        if not recording_id:
            return
        sent_at = str(self._time.wall())

        async def keep() -> None:
            await self._journal.set_setting(f"{SPEECH_SENT}:{recording_id}", sent_at)

        self._ledger.do(keep)

    async def heard(self, message: MessageRecord) -> StoredReply | None:
        """What became of it there; None where it was not heard, or failed, or never left.

        Raises:
            StorageError
        """
        sent_s = await self._sent_s(message)
        if self._find is None or sent_s is None:
            return None
        unreached = iter(_UNREACHED_S)
        looks = iter(_WAITS_S)
        wait_s: float | None = next(looks)
        while wait_s is not None:
            await self._time.sleep(wait_s)
            try:
                found = await self._find(await self._wanted(message, sent_s))
            except AppError as error:
                wait_s = next(unreached, None) if error.retryable else None
                continue
            if found is not None and found.question:
                return None if found.state is ReplyState.FAILED else found
            wait_s = next(looks, None)
        return None

    async def _wanted(self, message: MessageRecord, sent_s: float) -> WantedReply:
        rows = await self._journal.messages(self._thread_id, limit=_NEWEST)
        others = [one for one in rows if one.id != message.id]
        asked = [one for one in others if one.role is Role.USER]
        return WantedReply(
            self._thread_id,
            "",
            known_ids=frozenset(one.remote_id for one in others if one.remote_id),
            has_recording=True,
            other_questions=frozenset(" ".join(one.text.split()) for one in asked if one.text),
            later=await self._later(message, asked),
            asked_at_s=sent_s,
        )

    async def _later(self, message: MessageRecord, asked: Sequence[MessageRecord]) -> int:
        """How many that were said after it may be in the thread as well."""
        waiting = [one for one in asked if one.status is MessageStatus.QUEUED]
        after = [one for one in waiting if one.created_at > message.created_at]
        return sum([await self._sent_s(one) is not None for one in after])

    async def _sent_s(self, message: MessageRecord) -> float | None:
        """Unix second at which all of it had left."""
        if not message.utterance_id:
            return None
        value = await self._journal.setting(f"{SPEECH_SENT}:{message.utterance_id}")
        return float(value) if value else None
