"""``parley talk start|stop|toggle|cancel`` at an engine's link."""

from __future__ import annotations

import asyncio
import stat
import sys

import pytest

from desktop_app import cli
from desktop_app.link.messages import (
    CancelTalk,
    Connection,
    Intent,
    LinkEvent,
    Notice,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
    PressTalk,
    ReleaseTalk,
    ToggleTalk,
    Welcome,
)
from desktop_app.link.server import LinkServer
from desktop_app.processes.engine_note import (
    NOTE,
    find_engine,
    leave_engine_note,
    remove_engine_note,
)

TOKEN = "of this run"


class Engine:
    """A real link that remembers its intents and answers each with what the test says."""

    def __init__(self, thread_id: str = "t") -> None:
        self.intents: list[Intent] = []
        self.answers: list[LinkEvent] = []
        self._thread_id = thread_id
        self.server = LinkServer(TOKEN, self._on_intent, self._snapshot)

    def _on_intent(self, intent: Intent) -> None:
        self.intents.append(intent)
        for answer in self.answers:
            self.server.publish(answer)

    def _snapshot(self) -> list[LinkEvent]:
        return [Welcome("1", self._thread_id, Phase.LISTENING, Connection.READY, "embedded")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PARLEY_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
async def engine(folder):
    running = Engine()
    leave_engine_note(folder, await running.server.start(), TOKEN)
    yield running
    await running.server.aclose()


async def parley(*words: str) -> int:
    return await asyncio.to_thread(cli.run, ["talk", *words])


@pytest.mark.parametrize(
    ("action", "intent"),
    [
        ("start", PressTalk("t")),
        ("stop", ReleaseTalk()),
        ("toggle", ToggleTalk("t")),
        ("cancel", CancelTalk()),
    ],
)
async def test_each_word_is_one_wish_in_the_thread_that_is_shown(engine, action, intent, capsys):
    engine.answers = [PhaseChanged("t", Phase.HEARING)]
    assert await parley(action) == 0
    assert engine.intents == [intent]
    assert capsys.readouterr().out == "hearing\n"


@pytest.mark.parametrize("action", ["start", "stop", "cancel"])
async def test_the_same_word_again_says_how_things_stand(engine, action, capsys):
    engine.answers = [PhaseChanged("t", Phase.HEARING)]
    assert [await parley(action), await parley(action)] == [0, 0]
    assert capsys.readouterr().out == "hearing\n" * 2


async def test_what_changes_nothing_says_how_things_stand(engine, capsys):
    assert await parley("stop", "--json") == 0
    assert capsys.readouterr().out == '{"phase":"listening"}\n'


async def test_who_is_muted_is_told_so(engine, capsys):
    engine.answers = [NoticeRaised(Notice(NoticeLevel.INFO, "voice.muted"))]
    assert await parley("start") == 2
    assert capsys.readouterr().err == "parley: You are muted. Unmute to be heard.\n"


async def test_without_a_window_there_is_one_clear_sentence(folder, capsys):
    assert await parley("toggle") == 2
    assert capsys.readouterr().err == "parley: No Parley window is open: `parley` opens one.\n"


async def test_a_window_that_was_killed_is_none(engine, folder, capsys):
    await engine.server.aclose()
    assert await parley("toggle") == 2
    assert "No Parley window is open" in capsys.readouterr().err


async def test_a_window_without_a_thread_is_still_starting(folder, capsys):
    starting = Engine(thread_id="")
    leave_engine_note(folder, await starting.server.start(), TOKEN)
    assert await parley("start") == 2
    assert "still starting" in capsys.readouterr().err
    await starting.server.aclose()


async def test_words_that_mean_nothing_are_refused(capsys):
    assert await parley("louder") == 2
    assert "only start, stop, toggle, cancel" in capsys.readouterr().err
    assert await parley() == 2
    assert "start, stop, toggle or cancel" in capsys.readouterr().err


def test_the_note_is_for_its_owner_and_goes_with_the_engine(tmp_path):
    leave_engine_note(tmp_path, 4711, TOKEN)
    found = find_engine(tmp_path)
    assert found is not None
    assert (found.host, found.port, found.token) == ("127.0.0.1", 4711, TOKEN)
    mode = stat.S_IMODE((tmp_path / NOTE).stat().st_mode)
    assert mode == 0o600 or sys.platform == "win32"  # which has no such modes
    remove_engine_note(tmp_path)
    remove_engine_note(tmp_path)
    assert find_engine(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"link": "x"}', '{"link": "h:1"}'])
def test_a_note_that_says_nothing_is_none(tmp_path, text):
    (tmp_path / NOTE).write_text(text)
    assert find_engine(tmp_path) is None
