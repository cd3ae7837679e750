"""A microphone that is open and switched off somewhere: it gives nothing but zeros."""

from __future__ import annotations

from desktop_app.audio.devices import Direction, SoundDevice
from desktop_app.engine.inputs import MutedChanged, VoiceStarted, VoiceStopped
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


async def test_bar_15_another_microphone_is_offered_by_name_in_place_of_the_silent_one():
    async with Rig() as rig:
        camera = SoundDevice("Camera", 0, Direction.INPUT, "PulseAudio", 1, 48_000, id="usb-cam")
        rig.microphone.alternatives = (camera,)
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        rig.microphone.is_muted = True
        await rig.hear("...")
        await rig.phase_is(Phase.NO_INPUT)
        [raised] = rig.told_of(NoticeRaised)
        assert (raised.notice.action, raised.notice.subject) == ("switch_microphone", "usb-cam")
        assert raised.notice.facts == {"device": "Drawn microphone", "other": "Camera"}
        rig.microphone.name, rig.microphone.is_muted = "Camera", False
        await rig.hear("##")
        assert NoticeCleared("device.silent") in rig.told
        await rig.phase_is(Phase.LISTENING)


async def test_who_is_muted_here_is_told_of_no_switch_and_a_notice_of_one_goes():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        rig.microphone.is_muted = True
        await rig.hear("...")
        await rig.phase_is(Phase.NO_INPUT)
        await rig.take(MutedChanged(True))
        assert NoticeCleared("device.silent") in rig.told
        await rig.hear("." * 100)
        assert rig.notices == ["device.silent"]
        await rig.take(MutedChanged(False))
        await rig.hear("...")
        assert rig.notices == ["device.silent"] * 2, "it is still off"


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
