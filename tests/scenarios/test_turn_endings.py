"""However a turn ends, its times are the last that is told of it, once."""

from __future__ import annotations

import pytest

from desktop_app.engine.inputs import ReplyStopped, VoiceStarted
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.journal.recovery import HEARD
from desktop_app.link.messages import MessageSaved, Phase, ReplyGrew, TurnTimed
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStatus,
    ReplyText,
    TranscriptUpdated,
)
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import Rig
from tests.fakes.transport import ScriptedTransport
from tests.fakes.virtual_time import rounds


async def speaking(rig: Rig) -> ScriptedTransport:
    """Ask aloud; half of the answer is there and some of it was heard."""
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    line = await rig.ask_aloud()
    line.say(ReplyText(1, "It is ten."), ReplyAudio(1, speech(500)))
    await rig.phase_is(Phase.SPEAKING)
    await rig.loudspeaker.sound(100)
    [reply] = rig.replies
    assert await rig.journal.setting(f"{HEARD}:{reply.id}"), "a crash would cut it there"
    return line


async def assert_times_come_last(rig: Rig, status: MessageStatus) -> None:
    news = [one for one in rig.told if isinstance(one, MessageSaved | ReplyGrew | TurnTimed)]
    [timed] = rig.told_of(TurnTimed)
    assert news[-1] == timed
    saved = next(one for one in reversed(news) if isinstance(one, MessageSaved)).message
    assert (saved.role, saved.status) == (Role.ASSISTANT, status)
    assert saved.times is not None
    assert saved.times.first_sound is not None
    assert saved.times.first_sound == timed.times.first_sound
    await rounds()
    assert await rig.journal.setting(f"{HEARD}:{saved.id}") is None, "and would no more"


async def test_a_finished_turn():
    async with Rig() as rig:
        line = await speaking(rig)
        line.say(ReplyEnded(1))
        await rig.until(lambda: rig.loudspeaker.finished)
        await rig.loudspeaker.sound(400)
        await rig.phase_is(Phase.LISTENING)
        await assert_times_come_last(rig, MessageStatus.COMPLETE)


async def test_a_turn_that_was_cut():
    async with Rig() as rig:
        await speaking(rig)
        await rig.take(ReplyStopped())
        await assert_times_come_last(rig, MessageStatus.INTERRUPTED)


@pytest.mark.parametrize("is_cut", [False, True])
async def test_a_failed_turn_whose_speech_is_still_heard(is_cut):
    async with Rig() as rig:
        line = await speaking(rig)
        line.say(ReplyEnded(1, ReplyStatus.FAILED))
        await rig.until(lambda: rig.replies[0].status is MessageStatus.FAILED)
        assert rig.told_of(TurnTimed) == [], "somebody still listens"
        if is_cut:
            await rig.take(ReplyStopped())
        else:
            await rig.loudspeaker.sound(400)
        await rig.phase_is(Phase.LISTENING)
        await assert_times_come_last(rig, MessageStatus.FAILED)


async def test_a_turn_that_the_engine_leaves_unfinished():
    async with Rig() as rig:
        line = await speaking(rig)
        line.say(TranscriptUpdated(1, "what", is_final=True))
        await rig.until(lambda: rig.questions and rig.questions[0].text == "what")
        await rig.engine.aclose()
        news = [one for one in rig.told if isinstance(one, MessageSaved | ReplyGrew | TurnTimed)]
        [timed] = rig.told_of(TurnTimed)
        assert news[-1] == timed
        assert rig.replies[0].is_cut_short


@pytest.mark.parametrize("is_understood", [False, True])
async def test_a_question_that_was_never_answered(is_understood):
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.ask_aloud()
        if is_understood:
            line.say(TranscriptUpdated(1, "what", is_final=True))
        line.say(ReplyEnded(1, ReplyStatus.FAILED))
        await rig.phase_is(Phase.LISTENING)
        [timed] = rig.told_of(TurnTimed)
        news = [one for one in rig.told if isinstance(one, MessageSaved | TurnTimed)]
        assert news[-1] == timed
        assert isinstance(news[-2], MessageSaved)
        assert news[-2].message.status is MessageStatus.FAILED
        assert news[-2].message.error == "reply.failed"
        assert rig.replies == [], "none is looked for: the server has said how it ended"
