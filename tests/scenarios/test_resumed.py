"""What an earlier run could not deliver is delivered by this one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from desktop_app.engine.inputs import RetryRequested
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    Role,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.protocol.commands import CommitAudio, PromptText
from desktop_app.protocol.events import ReplyEnded, ReplyText, TranscriptUpdated
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import THREAD, Rig
from tests.fakes.virtual_time import rounds


def queued(rig: Rig, **asked: str) -> None:
    """Leave these messages behind, undelivered; each with its recording, where it has one."""
    for at, (message_id, utterance_id) in enumerate(asked.items()):
        rig.journal.put(
            MessageRecord(
                id=message_id,
                thread_id=THREAD,
                role=Role.USER,
                text=message_id,
                created_at=float(at),
                status=MessageStatus.QUEUED,
                is_spoken=bool(utterance_id),
                utterance_id=utterance_id,
            ),
            speech(300),
        )
        rig.journal.utterances[utterance_id] = UtteranceRecord(
            id=utterance_id, thread_id=THREAD, turn=1, created_at=1.0, state=UtteranceState.FAILED
        )


async def test_what_was_queued_aloud_and_in_writing_is_delivered_in_its_order():
    rig = Rig()
    queued(rig, first="u1", second="", third="u2")
    async with rig:
        voice = await rig.line()
        await voice.expect(CommitAudio(1))
        assert rig.text.transports == []
        voice.say(TranscriptUpdated(1, "first", is_final=True), ReplyText(1, "One."), ReplyEnded(1))
        line = await rig.text.connection(1)
        await line.expect(PromptText(2, "second"))
        line.say(ReplyText(2, "Two."), ReplyEnded(2))
        await voice.expect(CommitAudio(3))
        voice.say(TranscriptUpdated(3, "third", is_final=True), ReplyText(3, "Three."))
        voice.say(ReplyEnded(3))
        await rig.until(lambda: len(rig.replies) == 3)
        assert [one.text for one in rig.replies] == ["One.", "Two.", "Three."]
        assert {one.status for one in rig.questions} == {MessageStatus.SENT}
        assert rig.notices == []


async def test_what_a_person_retries_while_it_waits_is_said_once():
    rig = Rig()
    queued(rig, first="u1", second="u2", third="u3")
    async with rig:
        voice = await rig.line()
        await voice.expect(CommitAudio(1))
        voice.say(TranscriptUpdated(1, "first", is_final=True), ReplyText(1, "One."))
        await rig.take(RetryRequested("second"))
        await voice.expect(CommitAudio(2))
        voice.say(TranscriptUpdated(2, "second", is_final=True), ReplyText(2, "Two."))
        voice.say(ReplyEnded(2))
        await voice.expect(CommitAudio(3))
        voice.say(TranscriptUpdated(3, "words of the last", is_final=True), ReplyText(3, "Three."))
        voice.say(ReplyEnded(3))
        await rig.until(lambda: len(rig.replies) == 3)
        said = {one.id: one.text for one in rig.questions}
        assert said == {"first": "first", "second": "second", "third": "words of the last"}
        assert {one.status for one in rig.questions} == {MessageStatus.SENT}
        assert rig.notices == []


@pytest.mark.parametrize("utterance_id", ["", "gone"], ids=["not kept", "gone"])
async def test_half_a_sentence_whose_sound_is_not_there_is_never_sent_in_its_place(
    utterance_id: str,
):
    rig = Rig()
    queued(rig, **{"delete the": utterance_id})
    rig.journal.put(replace(rig.questions[0], is_spoken=True))
    rig.journal.lose(utterance_id)
    async with rig:
        await rig.until(lambda: rig.questions[0].status is MessageStatus.FAILED)
        assert (rig.questions[0].text, rig.questions[0].error) == (
            "delete the",
            "journal.no_recording",
        )
    async with Rig(journal=rig.journal) as later:
        await rounds()
        assert (later.text.transports, later.voice.transports, later.notices) == ([], [], [])
