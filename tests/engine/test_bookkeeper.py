"""What is written into a thread, and the thread itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

from desktop_app.engine.inputs import PromptTyped, VoiceStarted
from desktop_app.journal.records import MessageRecord, MessageStatus, UtteranceRecord
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import MessageSaved, NoticeCleared, Phase, ReplyGrew
from desktop_app.link.thread_messages import ThreadSaved
from desktop_app.protocol.commands import PromptText
from desktop_app.protocol.events import ReplyEnded, ReplyText
from tests.fakes.rig import THREAD, Rig
from tests.fakes.virtual_time import rounds


async def test_a_new_question_brings_back_a_removed_thread_and_a_late_reply_does_not():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "Trams?"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        await rig.journal.remove_thread(THREAD)
        line.say(ReplyText(1, "Line 28."), ReplyEnded(1))
        await rig.until(lambda: rig.replies and rig.replies[-1].text == "Line 28.")
        assert await rig.journal.thread(THREAD) is None
        rig.told.clear()
        await rig.take(PromptTyped("m2", "And buses?"))
        await rig.until(lambda: rig.told_of(ThreadSaved))
        assert await rig.journal.thread(THREAD) == rig.told_of(ThreadSaved)[0].thread


async def test_what_was_said_is_kept_where_everything_ends_before_its_recording_has_begun(
    tmp_path: Path,
):
    journal = await JournalWriter.open(tmp_path)
    begin, is_let = journal.begin_utterance, asyncio.Event()

    async def begin_slowly(utterance: UtteranceRecord) -> None:
        await is_let.wait()
        await begin(utterance)

    journal.begin_utterance = begin_slowly  # type: ignore[method-assign]  # a slow disk
    async with Rig(journal=journal) as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.hear("#" * 20)
        closing = asyncio.create_task(rig.engine.aclose())
        await rounds()
        is_let.set()
        await closing
    (question,) = await journal.messages(THREAD)
    assert len(await journal.utterance_pcm(question.utterance_id)) == question.speech_ms * 32 > 0
    await journal.aclose()


async def test_what_a_full_disk_refused_is_in_the_journal_once_there_is_room(tmp_path: Path):
    journal = await JournalWriter.open(tmp_path)

    async def grow_to(pages: int) -> None:
        connection = journal._tables._connection
        await journal._worker.run(lambda: connection.execute(f"PRAGMA max_page_count = {pages}"))

    async with Rig(journal=journal) as rig:

        def saved() -> list[MessageRecord]:
            return [one.message for one in rig.told_of(MessageSaved)]

        await rig.take(PromptTyped("m1", "A story, please."))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ReplyText(1, "Once"))
        await rig.until(lambda: rig.told_of(ReplyGrew))
        await grow_to(1)  # no page more than there are
        line.say(ReplyText(1, " upon a time" * 5_000), ReplyEnded(1))
        await rig.until(lambda: "storage.full" in rig.notices)
        _, reply = await journal.messages(THREAD)
        assert reply.status is MessageStatus.STREAMING
        is_told = asyncio.Event()
        rig.listeners.append(lambda one: is_told.set() if isinstance(one, NoticeCleared) else None)
        await grow_to(1_000_000)
        async with asyncio.timeout(5):
            await is_told.wait()
        _, reply = await journal.messages(THREAD)
        assert reply.status is MessageStatus.COMPLETE
        assert reply == saved()[-1]
    await journal.aclose()
