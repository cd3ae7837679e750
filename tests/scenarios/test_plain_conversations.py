"""Whole conversations with gateways that know no extension: spoken into, and ended by the peer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from desktop_app.client.addresses import GatewayAddress
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.engine.inputs import VoiceStarted
from desktop_app.engine.ports import Transport
from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import Phase
from desktop_app.protocol import gateway as g
from desktop_app.protocol.commands import ConfigureSession, SpeechInput, SpeechOutput
from tests.fakes.gateway import ScriptedGateway
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import SAYING, Rig
from tests.fakes.virtual_time import rounds
from tests.scenarios.test_plain_gateways import CONFIGURED, STARTED, text_of


@asynccontextmanager
async def listening(*, is_peer_ending: bool = False) -> AsyncIterator[tuple[Rig, ScriptedGateway]]:
    async with ScriptedGateway().running() as gateway:

        async def open_voice(configuration: ConfigureSession) -> Transport:
            heard = SpeechInput(commit_strategy="vad" if is_peer_ending else "manual")
            asked = replace(configuration, speech_input=heard, speech_output=SpeechOutput())
            return await open_gateway(GatewayAddress(gateway.url), asked)

        async with Rig(open_voice=open_voice, is_peer_ending=is_peer_ending) as rig:
            await rig.take(VoiceStarted())
            await gateway.expect("session.configure")
            await gateway.say(CONFIGURED, STARTED)
            await rig.phase_is(Phase.LISTENING)
            yield rig, gateway


def pieces(turn_id: int, count: int) -> list[g.GatewayServerMessage]:
    piece = g.AssistantAudioChunk(
        turn_id=turn_id, audio=text_of(speech(100)), output_format="pcm_24000"
    )
    return [piece] * count


def answer(turn_id: int, prompt: str, text: str, count: int) -> list[g.GatewayServerMessage]:
    """All of it but its end."""
    return [
        g.AssistantStarted(text=prompt),
        g.AssistantMessage(text=text),
        g.AssistantAudioStart(turn_id=turn_id, output_format="pcm_24000"),
        *pieces(turn_id, count),
    ]


async def test_bar_3_a_peer_that_cannot_cancel_goes_on_unheard_and_the_next_words_are_answered():
    async with listening() as (rig, gateway):
        await rig.hear(SAYING)
        await gateway.expect("audio.commit")
        await gateway.say(g.TranscriptCommitted(text="what time is it"))
        await gateway.say(*answer(1, "what time is it", "It is noon, and sunny.", 30))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(1_500)
        await rig.hear("#" * 40)
        await gateway.say(*pieces(1, 10))
        await rig.hear("." * 40)
        await gateway.expect("audio.commit")
        await gateway.say(*pieces(1, 5), g.TranscriptCommitted(text="stop that"))
        await gateway.say(g.AssistantAudioEnd(turn_id=1), *answer(2, "stop that", "Done.", 4))
        await gateway.say(g.AssistantAudioEnd(turn_id=2))
        await rig.until(lambda: rig.loudspeaker.finished[-1:] == [2])
        await rig.loudspeaker.sound(400)
        await rig.until(lambda: [one.status for one in rig.replies][1:] == [MessageStatus.COMPLETE])
        assert rig.notices == []
    assert [one.text for one in rig.questions] == ["what time is it", "stop that"]
    first = rig.replies[0]
    assert first.status is MessageStatus.INTERRUPTED
    assert 0 < (first.heard_chars or 0) < len(first.text)
    assert [turn for turn, _ in rig.loudspeaker.heard] == [1, 2]
    assert rig.loudspeaker.heard[1] == (2, speech(100) * 4)


@pytest.mark.parametrize("commits", [("what time is it",), ("", "what time", "is it")])
async def test_a_peer_that_ends_utterances_itself_is_understood(commits: tuple[str, ...]):
    async with listening(is_peer_ending=True) as (rig, gateway):
        for turn in (1, 2):
            await rig.hear("#" * 30)
            await gateway.say(g.TranscriptPartial(text="what"))
            await rig.phase_is(Phase.HEARING)
            await gateway.say(*[g.TranscriptCommitted(text=text) for text in commits])
            await gateway.say(*answer(turn, "what time is it", "It is noon.", 4))
            await gateway.say(g.AssistantAudioEnd(turn_id=turn))
            await rounds()
            await rig.hear("...")
            await rig.until(lambda turn=turn: rig.loudspeaker.finished[-1:] == [turn])
            await rig.loudspeaker.sound(400)
            await rig.phase_is(Phase.LISTENING)
        assert rig.notices == []
    assert [one.text for one in rig.questions] == ["what time is it"] * 2
    assert [one.status for one in rig.replies] == [MessageStatus.COMPLETE] * 2
