"""A loudspeaker that nobody needs is given back, and is there when it is needed again."""

from __future__ import annotations

from desktop_app.engine.inputs import PromptTyped, TalkPressed, TalkReleased, VoiceStarted
from desktop_app.engine.sound_desk import REST_S
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import CommitAudio, PromptText
from desktop_app.protocol.events import ReplyAudio, ReplyEnded, ReplyText
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import Rig


async def ask_by_key(rig: Rig) -> None:
    """Hold the key, be answered aloud, and let voice be off afterwards."""
    await rig.take(TalkPressed())
    line = await rig.line()
    await rig.until(lambda: rig.microphone.is_open)
    await rig.hear("#" * 25)
    await rig.take(TalkReleased())
    await rig.time.advance(0.2)
    await line.expect(CommitAudio(1))
    line.say(ReplyText(1, "Ten."), ReplyAudio(1, speech(100)), ReplyEnded(1))
    await rig.phase_is(Phase.SPEAKING)
    await rig.loudspeaker.sound(100)
    await rig.phase_is(Phase.READY)


async def test_it_rests_after_a_while_outside_voice():
    async with Rig() as rig:
        await ask_by_key(rig)
        await rig.time.advance(REST_S / 2)
        assert rig.loudspeaker.is_open
        await rig.time.advance(REST_S / 2)
        assert not rig.loudspeaker.is_open


async def test_it_wakes_for_the_next_reply_on_the_line_that_is_still_open():
    async with Rig() as rig:
        await ask_by_key(rig)
        await rig.time.advance(REST_S)
        line = await rig.line()
        await rig.take(VoiceStarted(), PromptTyped("typed", "and two more?"))
        await line.expect(PromptText(2, "and two more?"))
        line.say(ReplyText(2, "Twelve."), ReplyAudio(2, speech(100)), ReplyEnded(2))
        await rig.phase_is(Phase.SPEAKING)
        assert rig.loudspeaker.is_open
        await rig.loudspeaker.sound(100)
        assert rig.loudspeaker.heard[-1] == (2, speech(100))


async def test_it_stays_open_while_voice_is_on():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.time.advance(REST_S * 5)
        assert rig.engine.phase is Phase.LISTENING
        assert rig.loudspeaker.is_open
