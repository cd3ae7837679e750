"""Language servers that come and go while the service runs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from desktop_app.service.providers.languages import LOOK_AGAIN_S, Languages
from desktop_app.service.providers.local_servers import LocalServer
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage
from tests.fakes.providers import ScriptedLanguage

OLLAMA = LocalServer("ollama", "http://127.0.0.1:9/v1", ("small",))


class Computer:
    """Servers that run, and a clock."""

    def __init__(self) -> None:
        self.servers: list[LocalServer] = []
        self.looks = 0
        self.now_s = 100.0

    async def find(self) -> Sequence[LocalServer]:
        self.looks += 1
        return self.servers

    def now(self) -> float:
        return self.now_s


@pytest.fixture
def computer() -> Computer:
    return Computer()


@pytest.fixture
async def languages(computer: Computer):
    builtin = ScriptedLanguage(provider="builtin")
    made = Languages(builtin, find=computer.find, now=computer.now)
    await made.look()
    yield made
    await made.aclose()


async def test_a_server_that_is_started_later_answers(languages, computer):
    assert languages.default.provider == "builtin"
    computer.servers = [OLLAMA]
    computer.now_s += LOOK_AGAIN_S
    await languages.look_again()
    assert (languages.default.provider, languages.default.model) == ("ollama", "small")
    assert list(languages.by_name) == ["ollama", "builtin"]


async def test_looking_again_is_not_done_at_every_turn(languages, computer):
    for _ in range(5):
        await languages.look_again()
    assert computer.looks == 1
    computer.now_s += LOOK_AGAIN_S
    await languages.look_again()
    await languages.look_again()
    assert computer.looks == 2


async def test_nobody_looks_while_a_server_answers(languages, computer):
    computer.servers = [OLLAMA]
    await languages.look()
    computer.now_s += 10 * LOOK_AGAIN_S
    await languages.look_again()
    assert computer.looks == 2


async def test_a_server_that_died_is_looked_for_at_the_next_turn(languages, computer):
    computer.servers = [OLLAMA]
    await languages.look()
    languages.lost(languages.default)
    assert languages.default.provider == "builtin"
    await languages.look_again()
    assert languages.default.provider == "ollama"
    languages.lost(languages.default)
    computer.servers = []
    await languages.look_again()
    assert list(languages.by_name) == ["builtin"]


async def test_servers_that_die_again_and_again_leave_no_connections(
    languages, computer, monkeypatch
):
    closed: list[OpenAiLanguage] = []
    close = OpenAiLanguage.aclose

    async def noted(language: OpenAiLanguage) -> None:
        closed.append(language)
        await close(language)

    monkeypatch.setattr(OpenAiLanguage, "aclose", noted)
    computer.servers = [OLLAMA]
    lost = []
    for _ in range(20):
        await languages.look()
        lost.append(languages.default)
        languages.lost(languages.default)
    await languages.look()
    assert closed == lost[: len(closed)]  # the oldest: from the newest an answer may still come
    assert 10 < len(closed) < 20


async def test_a_configured_server_stays_whatever_it_does(computer):
    mine = ScriptedLanguage(provider="openai")
    languages = Languages(ScriptedLanguage(), connected=[mine], find=computer.find)
    languages.lost(mine)
    await languages.look_again()
    assert languages.default is mine
    assert computer.looks == 0


async def test_who_does_not_want_local_servers_gets_none():
    languages = Languages(ScriptedLanguage(provider="builtin"))
    await languages.look()
    await languages.look_again()
    assert list(languages.by_name) == ["builtin"]
