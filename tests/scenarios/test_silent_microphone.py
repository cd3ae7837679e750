"""A microphone that is open and switched off somewhere: it gives nothing but zeros."""

from __future__ import annotations

from desktop_app.engine.inputs import VoiceStarted, VoiceStopped
from desktop_app.link.messages import NoticeCleared, NoticeRaised, Phase
from tests.fakes.rig import Rig


async def test_a_microphone_that_gives_only_zeros_is_shown_until_sound_comes():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        rig.microphone.is_muted = True
        await rig.hear("...")
        await rig.phase_is(Phase.NO_INPUT)
        [raised] = rig.told_of(NoticeRaised)
        assert raised.notice.code == "device.silent"
        assert raised.notice.facts == {"device": "Drawn microphone"}
        rig.microphone.is_muted = False
        await rig.hear("#")
        await rig.phase_is(Phase.LISTENING)
        assert [cleared.code for cleared in rig.told_of(NoticeCleared)] == ["device.silent"]


async def test_a_microphone_that_was_silent_begins_anew_when_it_is_opened_again():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        rig.microphone.is_muted = True
        await rig.hear("...")
        await rig.phase_is(Phase.NO_INPUT)
        await rig.take(VoiceStopped())
        assert rig.engine.phase is Phase.READY
        assert rig.told_of(NoticeCleared) == [], "it is still true"
        rig.microphone.is_muted = False
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        assert "device.silent" in [cleared.code for cleared in rig.told_of(NoticeCleared)]
