"""Voices over HTTP, and a sentence spoken with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop_app.errors import InputError, NetworkError
from desktop_app.protocol.backboard.voices import LONGEST_SAMPLE, VoiceInfo
from desktop_app.service.models.voices import FRESH_S, VoiceList
from desktop_app.service.provider_source import ProviderSource
from tests.fakes.providers import ScriptedProviders, ScriptedSpeaker

SENTENCE = {"text": "Hello there.", "provider": "mouths", "model": "m", "voice": "v1"}


class Mouth(ScriptedSpeaker):
    """Counts how often it is asked whom it speaks as; ``deaf`` does not answer."""

    asked = 0
    deaf = False

    async def voices(self) -> list[VoiceInfo]:
        self.asked += 1
        if self.deaf:
            raise NetworkError("network.unreachable", "Nobody is there.", retryable=True)
        return [VoiceInfo(id=f"{self.provider}-{self.asked}", provider=self.provider)]


@pytest.fixture
def mouth() -> ScriptedSpeaker:
    return ScriptedSpeaker("mouths", pieces=(b"\1\0", b"\2\0"))


@pytest.fixture
async def http(tmp_path: Path, open_rig: Any, mouth: ScriptedSpeaker) -> Any:
    providers = ScriptedProviders(speakers={"mouths": mouth, "others": ScriptedSpeaker("others")})
    async with open_rig(tmp_path, providers) as running:
        yield running.http


async def test_voices_are_listed_with_what_is_known_of_them(http):
    found = (await http.get("/parley/voices")).json()
    assert found["total"] == 2
    assert found["voices"][0] == {
        "id": "v1",
        "provider": "mouths",
        "name": "Vera",
        "languages": ["en"],
    }
    one = (await http.get("/parley/voices?provider=OTHERS")).json()
    assert [voice["provider"] for voice in one["voices"]] == ["others"]


async def test_a_sentence_is_spoken_with_a_voice(http, mouth):
    answer = await http.post("/parley/speech", json=SENTENCE)
    assert (answer.status_code, answer.content) == (200, b"\1\0\2\0")
    assert answer.headers["content-type"] == "audio/pcm;rate=24000"
    [(text, wish)] = mouth.spoken
    assert (text, wish.model, wish.voice) == ("Hello there.", "m", "v1")
    assert mouth.closed == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [({"provider": "nobody"}, 404), ({"text": " "}, 422), ({"text": "x" * 401}, 422)],
)
async def test_what_cannot_be_spoken_is_refused(http, mouth, change, status):
    assert LONGEST_SAMPLE == 400
    answer = await http.post("/parley/speech", json=SENTENCE | change)
    assert (answer.status_code, mouth.spoken) == (status, [])


async def test_a_failure_on_the_way_is_told_in_words(http, mouth):
    mouth.failure = InputError("speech.refused", "This voice is not yours.")
    answer = await http.post("/parley/speech", json=SENTENCE)
    assert (answer.status_code, answer.json()["detail"]) == (400, "This voice is not yours.")


async def test_what_was_said_is_remembered_for_a_while_and_kept_by_who_falls_silent():
    now, source, mouths = [0.0], ProviderSource(), [Mouth("a"), Mouth("b")]
    providers = ScriptedProviders(speakers={one.provider: one for one in mouths})
    await source.fill(providers.open, recall=None)  # type: ignore[arg-type]
    listed = VoiceList(source, clock=lambda: now[0])

    async def ids() -> list[str]:
        return [one.id for one in await listed.rows()]

    assert await ids() == await ids() == ["a-1", "b-1"]
    now[0], mouths[0].deaf = FRESH_S, True
    assert await ids() == ["a-1", "b-2"]
    mouths[0].deaf = False
    assert await ids() == ["a-3", "b-2"]  # who was silent is asked again at once
