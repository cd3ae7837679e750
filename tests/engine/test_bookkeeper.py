"""What is written into a thread, and the thread itself."""

from __future__ import annotations

from desktop_app.engine.inputs import PromptTyped
from desktop_app.link.thread_messages import ThreadSaved
from desktop_app.protocol.commands import PromptText
from desktop_app.protocol.events import ReplyEnded, ReplyText
from tests.fakes.rig import THREAD, Rig


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
