"""What is said while there is no line: kept, in its order, across ends, and let go by a person."""

from __future__ import annotations

import pytest

from desktop_app.engine.inputs import (
    PromptTyped,
    ReplyStopped,
    RetryRequested,
    TalkPressed,
    TalkReleased,
    VoiceStarted,
)
from desktop_app.errors import NetworkError
from desktop_app.journal.records import MessageStatus, UtteranceState
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import AppendAudio, CommitAudio, PromptText
from desktop_app.protocol.events import ReplyEnded, ReplyText, TranscriptUpdated
from tests.fakes.rig import Rig
from tests.fakes.transport import ScriptedTransport

QUEUED = MessageStatus.QUEUED
NOBODY = [NetworkError("network.unreachable", retryable=True)] * 100


def saying(length: int) -> str:
    return "#" * length + "." * 35


async def without_line(rig: Rig, *lengths: int) -> list[bytes]:
    """Say so many things while there is no line; returns the sound of each."""
    if not rig.voice.transports:
        rig.voice.refusals.extend(NOBODY)
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.RECONNECTING)
    for length in lengths:
        before = len(rig.questions)
        await rig.hear(saying(length))
        await rig.until(lambda count=before: len(rig.questions) > count, "a message")
        await rig.phase_is(Phase.RECONNECTING)
    return [rig.journal.sound(one) for one in rig.journal.utterances]


async def line_back(rig: Rig, number: int = 1) -> ScriptedTransport:
    rig.voice.refusals.clear()
    await rig.time.advance(60)
    return await rig.line(number)


async def hears(rig: Rig, line: ScriptedTransport, turn: int, text: str) -> bytes:
    """The line hears the end of what was said in a turn, and answers; returns the sound of it."""
    await line.expect(CommitAudio(turn))
    line.say(TranscriptUpdated(turn, text, is_final=True), ReplyText(turn, f"To {text}."))
    line.say(ReplyEnded(turn))
    await rig.until(lambda: any(one.text == f"To {text}." for one in rig.replies), "a reply")
    return b"".join(sent.pcm for sent in line.sent_of(AppendAudio) if sent.turn == turn)


async def test_what_is_typed_among_what_is_said_is_asked_in_its_place():
    async with Rig() as rig:
        said = await without_line(rig, 30)
        await rig.take(PromptTyped("m", "typed"))
        said = await without_line(rig, 40)
        assert [one.status for one in rig.questions] == [QUEUED] * 3
        line = await line_back(rig)
        turns = [sent.turn for sent in line.sent_of(CommitAudio)]
        assert await hears(rig, line, turns[0], "first") == said[0]
        await line.expect(PromptText(turns[0] + 1, "typed"))
        line.say(ReplyText(turns[0] + 1, "Yes."), ReplyEnded(turns[0] + 1))
        assert await hears(rig, line, turns[0] + 2, "second") == said[1]
        assert [one.text for one in rig.replies] == ["To first.", "Yes.", "To second."]
        await rig.phase_is(Phase.LISTENING)
        assert [one.status for one in rig.questions] == [MessageStatus.SENT] * 3


async def test_a_sentence_that_is_begun_as_the_line_comes_back_is_heard_after_the_one_before():
    async with Rig() as rig:
        [said] = await without_line(rig, 30)
        await rig.hear("#" * 40)
        assert rig.engine.phase is Phase.HEARING
        line = await line_back(rig)
        await rig.hear("#" * 10)
        assert line.sent_of(AppendAudio) == []
        await rig.hear("." * 35)
        assert await hears(rig, line, 3, "first") == said
        assert await hears(rig, line, 4, "second") == rig.journal.sound(
            [*rig.journal.utterances][-1]
        )
        assert [one.text for one in rig.questions] == ["first", "second"]


async def test_a_line_that_is_refused_for_good_is_tried_and_told_once_for_all_that_waits():
    async with Rig() as rig:
        said = await without_line(rig, 30, 40, 50, 60)
        asked = len(rig.voice.configurations)
        rig.voice.refusals.clear()
        rig.voice.refusals.extend([NetworkError("gateway.refused", "No voice is left.")] * 9)
        await rig.time.advance(60)
        await rig.phase_is(Phase.READY)
        assert [one.status for one in rig.questions] == [MessageStatus.FAILED] * 4
        assert len({one.error for one in rig.questions}) == 1
        assert rig.notices == ["gateway.refused"]
        assert len(rig.voice.configurations) == asked + 1
        rig.voice.refusals.clear()
        await rig.take(RetryRequested(rig.questions[1].id))
        line = await rig.line()
        assert await hears(rig, line, 8, "second") == said[1]


async def test_what_waits_at_the_end_of_an_engine_is_said_by_the_next():
    async with Rig() as before:
        said = await without_line(before, 30, 40, 50)
        await before.kill()
    assert [one.status for one in before.questions] == [QUEUED] * 3
    after = Rig(journal=before.journal)
    async with after:
        line = await after.line()
        for turn in (1, 2, 3):
            await line.expect(CommitAudio(turn))
            sound = [one.pcm for one in line.sent_of(AppendAudio) if one.turn == turn]
            assert b"".join(sound) == said[turn - 1]
            line.say(TranscriptUpdated(turn, f"{turn}", is_final=True), ReplyText(turn, "Yes."))
            line.say(ReplyEnded(turn))
        await before.until(lambda: len(before.replies) == 3, "three replies")
        assert [one.text for one in before.questions] == ["1", "2", "3"]
        assert len(line.sent_of(CommitAudio)) == 3


async def test_what_waits_at_the_end_of_an_engine_is_refused_to_the_next_one_once():
    async with Rig() as before:
        await without_line(before, 30, 40, 50, 60)
        await before.kill()
    after = Rig(journal=before.journal)
    after.voice.refusals.extend([NetworkError("gateway.refused", "No voice is left.")] * 9)
    async with after:
        failed = [MessageStatus.FAILED] * 4
        await after.until(lambda: [one.status for one in before.questions] == failed)
        assert after.notices == ["gateway.refused"]
        assert len(after.voice.configurations) == 1
        assert {one.error for one in before.questions} == {before.questions[0].error}
        after.voice.refusals.clear()
        await after.take(RetryRequested(before.questions[0].id))
        await (await after.line()).expect(CommitAudio)


async def test_what_was_said_once_and_has_no_recording_does_not_wait_for_ever():
    async with Rig() as before:
        before.keeps_recordings = False
        before.voice.refusals.extend(NOBODY)
        await before.take(VoiceStarted())
        await before.hear(saying(30))
        await before.until(lambda: before.questions, "a message")
        await before.hear(saying(40))
        await before.until(lambda: len(before.questions) == 2, "another")
        await before.kill()
    async with Rig(journal=before.journal):
        await before.until(lambda: before.questions[0].status is MessageStatus.FAILED, "its end")
        assert [one.error for one in before.questions] == [
            "journal.no_recording",
            "turn.interrupted",
        ]


async def test_recordings_that_are_not_kept_are_said_in_their_order_all_the_same():
    async with Rig() as rig:
        rig.keeps_recordings = False
        await without_line(rig, 30, 40)
        line = await line_back(rig)
        first = await hears(rig, line, 3, "first")
        second = await hears(rig, line, 4, "second")
        assert len(first) < len(second)
        assert [one.text for one in rig.questions] == ["first", "second"]


@pytest.mark.parametrize("number", [0, 1])
async def test_what_waits_is_said_once_and_at_once_when_a_person_asks_for_it_too(number):
    async with Rig() as rig:
        said = await without_line(rig, 30, 40)
        rig.voice.refusals.clear()
        await rig.take(RetryRequested(rig.questions[number].id))
        line = await rig.line()
        assert rig.notices == [], "nobody waits for an answer, but for the line"
        await line.expect(CommitAudio(3))
        line.say(TranscriptUpdated(3, "first", is_final=True), ReplyText(3, "To"))
        await rig.until(lambda: rig.replies, "a reply")
        await rig.take(RetryRequested(rig.questions[1].id))
        assert await hears(rig, line, 4, "second") == said[1]
        await rig.phase_is(Phase.LISTENING)
        assert len(line.sent_of(CommitAudio)) == 2
        assert [one.text for one in rig.questions] == ["first", "second"]


async def test_who_does_not_want_to_wait_any_more_lets_go_of_the_newest():
    async with Rig() as rig:
        said = await without_line(rig, 30, 40)
        await rig.take(ReplyStopped())
        assert [one.status for one in rig.questions] == [QUEUED, MessageStatus.FAILED]
        states = [one.state for one in rig.journal.utterances.values()]
        assert states == [UtteranceState.CAPTURED, UtteranceState.FAILED]
        line = await line_back(rig)
        assert await hears(rig, line, 3, "first") == said[0]
        await rig.phase_is(Phase.LISTENING)
        assert len(line.sent_of(CommitAudio)) == 1


async def test_a_person_lets_go_of_what_waits_and_the_rest_is_said():
    async with Rig() as rig:
        said = await without_line(rig, 30, 40, 50)
        first, _, newest = rig.journal.utterances
        await rig.engine.let_go(first)
        await rig.engine.let_go(newest)
        statuses = [(one.status, one.error) for one in rig.questions]
        assert statuses == [
            (MessageStatus.FAILED, "turn.interrupted"),
            (QUEUED, ""),
            (MessageStatus.FAILED, "line.lost"),
        ]
        line = await line_back(rig)
        assert await hears(rig, line, 4, "second") == said[1]
        await rig.phase_is(Phase.LISTENING)
        assert len(line.sent_of(CommitAudio)) == 1
        await rig.engine.let_go("unknown")
        await rig.take(RetryRequested(rig.questions[0].id))
        assert await hears(rig, line, 5, "first") == said[0]


async def test_what_is_being_sent_is_not_let_go():
    async with Rig() as rig:
        [said] = await without_line(rig, 30)
        line = await line_back(rig)
        await rig.phase_is(Phase.THINKING)
        await rig.engine.let_go(next(iter(rig.journal.utterances)))
        assert [one.status for one in rig.questions] == [QUEUED]
        assert await hears(rig, line, 1, "first") == said


async def test_what_is_said_by_key_is_queued_and_holds_the_conversation_open():
    async with Rig() as rig:
        rig.voice.refusals.extend(NOBODY)
        for count in (1, 2):
            await rig.take(TalkPressed())
            await rig.hear("#" * 30)
            await rig.take(TalkReleased())
            await rig.hear("." * 20)
            await rig.time.advance(1)
            await rig.until(lambda wanted=count: len(rig.questions) == wanted, "a message")
        await rig.time.advance(600)
        assert rig.engine.phase is Phase.RECONNECTING
        assert not rig.engine.is_resting
        line = await line_back(rig)
        await hears(rig, line, 3, "first")
        await hears(rig, line, 4, "second")
        await rig.phase_is(Phase.READY)


async def test_without_its_line_a_peer_that_would_end_utterances_ends_none():
    async with Rig(is_peer_ending=True) as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        rig.voice.refusals.extend(NOBODY)
        (await rig.line()).lose()
        await rig.phase_is(Phase.RECONNECTING)
        said = await without_line(rig, 30, 40)
        line = await line_back(rig, 2)
        turns = [sent.turn for sent in line.sent_of(CommitAudio)]
        assert await hears(rig, line, turns[0], "first") == said[0]
        assert await hears(rig, line, turns[0] + 1, "second") == said[1]
        await rig.phase_is(Phase.LISTENING)
        assert [one.text for one in rig.questions] == ["first", "second"]
