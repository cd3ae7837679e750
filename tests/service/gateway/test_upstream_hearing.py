"""What a client is told when a provider that hears whole sessions loses some of it."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.errors import NetworkError
from desktop_app.protocol.gateway import SessionConfigure, SttOptions
from desktop_app.service.gateway.session_plan import read_plan
from desktop_app.service.gateway.upstream_hearing import UpstreamHearing
from desktop_app.service.providers.ports import Transcript

SOUND = b"\x01\x00" * 320
GONE = NetworkError("stt.lost", "ElevenLabs hears no more.")


class Provider:
    """Hears nothing by itself; its sessions end when the test says so."""

    def __init__(self):
        self.heard = []
        self.failed = asyncio.Event()

    def open(self, _wish):
        return self

    def append(self, pcm, _previous_text):
        self.heard.append(pcm)

    def commit(self):
        self.heard.append("commit")

    def discard(self):
        self.heard.append("discard")

    async def listen(self, _listener):
        await self.failed.wait()
        raise GONE


class Listener:
    """Remembers what failed."""

    def __init__(self):
        self.faults = []

    async def on_fault(self, error):
        self.faults.append(error)

    async def on_committed(self, _transcript):
        pass

    async def on_speech(self, _is_speech):
        pass


class Rig:
    def __init__(self, strategy="manual"):
        self.provider, self.listener = Provider(), Listener()
        plan = read_plan(SessionConfigure(stt=SttOptions(commit_strategy=strategy)))
        self.hearing = UpstreamHearing(plan, self.provider, self.listener, self.listener.on_speech)

    @property
    def faults(self):
        return len(self.listener.faults)


async def test_an_utterance_that_was_lost_half_is_told_once_at_its_end_and_not_heard_on():
    rig = Rig()
    rig.hearing.append(SOUND)
    await rig.hearing.on_trouble(GONE)
    rig.hearing.append(SOUND)
    assert rig.faults == 0
    with pytest.raises(NetworkError):  # whoever commits is told
        rig.hearing.commit()
    assert rig.provider.heard == [SOUND]
    rig.hearing.append(SOUND)
    rig.hearing.commit()
    assert rig.provider.heard == [SOUND, SOUND, "commit"]
    assert rig.faults == 0


async def test_every_utterance_that_waited_for_its_words_is_told():
    rig = Rig()
    for _ in range(3):
        rig.hearing.append(SOUND)
        rig.hearing.commit()
    await rig.hearing.on_transcript(Transcript("the first", is_final=True))
    await rig.hearing.on_trouble(GONE)
    assert rig.faults == 2
    await rig.hearing.on_trouble(GONE)
    assert rig.faults == 3, "nobody spoke: it is the session's own"


async def test_what_was_lost_and_taken_back_is_nobodys_loss():
    rig = Rig()
    rig.hearing.append(SOUND)
    await rig.hearing.on_trouble(GONE)
    rig.hearing.discard()
    rig.hearing.commit()
    assert rig.faults == 0


async def test_a_provider_that_hears_no_more_is_told_at_once_only_if_nobody_speaks():
    for is_speaking in (False, True):
        rig = Rig()
        if is_speaking:
            rig.hearing.append(SOUND)
        rig.provider.failed.set()
        await rig.hearing.run()
        assert rig.faults == (not is_speaking)
        with pytest.raises(NetworkError):
            rig.hearing.commit()


async def test_where_silence_ends_utterances_a_loss_is_told_at_once():
    rig = Rig("vad")
    rig.hearing.append(SOUND)
    await rig.hearing.on_trouble(GONE)
    assert rig.faults == 1
