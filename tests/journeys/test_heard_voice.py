"""A voice is heard on a real sound server, and no microphone is opened for it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import numpy as np

from desktop_app.audio.wav import read_wav
from desktop_app.children import start_child
from desktop_app.link.asks import Answered, Ask
from desktop_app.link.client import LinkClient
from desktop_app.protocol.service_calls import Done, HearVoice
from tests.fakes.desktop import WITHIN_S


async def answer_to(link: LinkClient, ask: Ask) -> object:
    link.send(ask)
    async with asyncio.timeout(WITHIN_S), aclosing(link.events()) as events:
        async for event in events:
            if isinstance(event, Answered):
                return event.answer
    raise AssertionError("the engine ended without a word")


async def test_bar_20_a_voice_is_heard_and_the_microphone_stays_closed(sound_server, tmp_path):
    heard = tmp_path / "heard.wav"
    child = await start_child(["engine"], environment={"PARLEY_LINK_TOKEN": "t"})
    try:
        host, _, port = child.greeting["link"].rpartition(":")
        link = await LinkClient.connect(host, int(port), "t")
        async with sound_server.recording(heard):
            answer = await answer_to(link, Ask("q", HearVoice("builtin", "de", "basic", "de")))
            assert sound_server.listeners() == 0
        await link.aclose()
    finally:
        await child.aclose()
    assert answer == Done()
    samples = np.abs(np.frombuffer(read_wav(heard), "<i2").astype(np.int32))
    assert np.count_nonzero(samples > 1_000) > 4_000  # speech, not a click
