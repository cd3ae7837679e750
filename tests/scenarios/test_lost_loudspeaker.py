"""The loudspeaker goes away in the middle of a reply: the reply is read, the talk goes on."""

from __future__ import annotations

from desktop_app.engine.inputs import VoiceStarted, VoiceStopped
from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import Phase
from desktop_app.protocol.events import ReplyAudio, ReplyEnded, ReplyText
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import Rig
from tests.fakes.transport import ScriptedTransport


async def speaking(rig: Rig) -> ScriptedTransport:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    line = await rig.ask_aloud()
    line.say(ReplyText(1, "Ten."), ReplyAudio(1, speech(100)))
    await rig.phase_is(Phase.SPEAKING)
    return line


async def test_a_reply_that_is_being_spoken_ends_and_is_complete():
    async with Rig() as rig:
        line = await speaking(rig)
        line.say(ReplyEnded(1))
        await rig.until(lambda: rig.loudspeaker.finished)
        rig.loudspeaker.lose()
        await rig.phase_is(Phase.LISTENING)
        assert rig.notices == ["device.lost"]
        assert rig.replies[0].status is MessageStatus.COMPLETE
        assert rig.loudspeaker.waiting_ms == 0


async def test_a_reply_that_waits_for_room_is_read_on_the_same_line():
    async with Rig() as rig:
        rig.loudspeaker.capacity_ms = 1000
        line = await speaking(rig)
        line.say(ReplyAudio(1, speech(200)), ReplyText(1, " Or eleven."), ReplyEnded(1))
        await rig.until(lambda: True)
        rig.loudspeaker.lose()
        await rig.phase_is(Phase.LISTENING)
        assert rig.notices == ["device.lost"]
        assert [reply.text for reply in rig.replies] == ["Ten. Or eleven."]
        assert len(rig.voice.transports) == 1


async def test_a_loudspeaker_that_is_back_is_found_when_the_microphone_is():
    async with Rig() as rig:
        line = await speaking(rig)
        line.say(ReplyEnded(1))
        await rig.until(lambda: rig.loudspeaker.finished)
        rig.loudspeaker.lose()
        await rig.phase_is(Phase.LISTENING)
        await rig.take(VoiceStopped())
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.ask_aloud(2)
        line.say(ReplyAudio(2, speech(100)))
        await rig.phase_is(Phase.SPEAKING)
