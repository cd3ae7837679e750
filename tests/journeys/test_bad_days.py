"""Processes that are killed in the middle of a turn: nothing said is lost, the talk goes on."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from desktop_app.children import start_child
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.client import LinkClient
from desktop_app.link.messages import OpenThread, PressTalk, ReleaseTalk, RetryMessage
from tests.fakes.desktop import ROOT, WITHIN_S, Desktop, Witness, desktop
from tests.fakes.processes import kill, parley_processes

DEMO = Path(__file__).parents[2] / "resources" / "demo"
QUESTION = DEMO / "ten_miles_in_kilometers.wav"
SAID = "what is ten miles in kilometers"


@asynccontextmanager
async def held_key(window: Desktop, sound_server) -> AsyncIterator[None]:
    """Hold the talk key, from when the microphone is open."""
    await window.press("space")
    await sound_server.microphone_is_open()
    yield
    await window.release("space")


async def ask_aloud(window: Desktop, sound_server) -> None:
    async with held_key(window, sound_server):
        await sound_server.speak(QUESTION)


def answer_in(window: Witness) -> MessageRecord | None:
    answers = (one for one in window.messages() if "16.09" in one.text)
    return next((one for one in answers if one.status is MessageStatus.COMPLETE), None)


@asynccontextmanager
async def engine() -> AsyncIterator[LinkClient]:
    """An engine without a window, and a line to it."""
    child = await start_child(["engine"], environment={"PARLEY_LINK_TOKEN": "t"})
    try:
        host, _, port = child.greeting["link"].rpartition(":")
        link = await LinkClient.connect(host, int(port), "t")
        yield link
        await link.aclose()
    finally:
        await child.aclose()


async def killable_window() -> asyncio.subprocess.Process:
    """A window that does not expect to be closed."""
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "desktop_app", cwd=ROOT)


def recordings() -> list[Path]:
    return sorted(Path(os.environ["PARLEY_DATA_DIR"], "utterances").glob("*.pcm"))


def recorded(least_bytes: int = 1) -> bool | None:
    """Whether a recording has so much sound on disk."""
    return any(path.stat().st_size >= least_bytes for path in recordings()) or None


async def replaced(window: Witness, name: str, killed: int) -> None:
    """Return when exactly one process of that name runs, and it is another one."""

    def is_another() -> bool | None:
        running = parley_processes().get(name, [])
        return True if len(running) == 1 and running[0] != killed else None

    await window.eventually(is_another)


async def test_a_service_killed_while_it_listens_is_asked_again(sound_server):
    async with engine() as link:
        look = Witness()
        await look.eventually(lambda: parley_processes().get("serve"))
        await look.ready()
        link.send(OpenThread("t"))
        link.send(PressTalk("t"))
        await sound_server.microphone_is_open()
        speech = asyncio.ensure_future(sound_server.speak(QUESTION))
        await look.eventually(recorded)
        killed = kill("serve")
        await speech
        link.send(ReleaseTalk())
        await replaced(look, "serve", killed)
        answer = await look.eventually(lambda: answer_in(look))
        question = await look.message(Role.USER, status=MessageStatus.SENT)
    assert question.text == SAID
    assert answer.turn == question.turn
    assert parley_processes() == {}


async def test_speech_cut_by_the_end_of_the_engine_is_shown_and_can_be_tried_again(
    x_server, sound_server
):
    async with desktop() as window:
        await window.ready()
        async with held_key(window, sound_server):
            await sound_server.speak(QUESTION)
            await window.eventually(lambda: recorded(70_000))
            killed = kill("engine")
        await replaced(window, "engine", killed)
        cut = await window.message(Role.USER, status=MessageStatus.FAILED)
    assert cut.speech_ms > 1_500
    (sound,) = [path for path in recordings() if cut.utterance_id in path.name]
    before = sound.read_bytes()
    async with engine() as link:
        link.send(OpenThread(cut.thread_id))
        link.send(RetryMessage(cut.thread_id, cut.id))
        question = await window.message(Role.USER, status=MessageStatus.SENT)
        await window.eventually(lambda: answer_in(window))
    assert (question.id, question.text) == (cut.id, SAID)
    assert sound.read_bytes() == before


async def test_a_window_killed_in_the_middle_of_a_turn_takes_everything_with_it(
    x_server, sound_server
):
    first = Desktop(await killable_window())
    await first.shown()
    await first.ready()
    await ask_aloud(first, sound_server)
    await first.message(Role.USER)
    first.process.kill()
    await first.process.wait()
    await first.eventually(lambda: parley_processes() == {} or None)
    (question,) = [one for one in first.messages() if one.role is Role.USER]
    assert any(question.utterance_id in path.name for path in recordings())
    async with desktop() as second:
        await second.ready()
        await second.key("ctrl+n")
        await ask_aloud(second, sound_server)
        await second.eventually(lambda: answer_in(second))


async def test_two_windows_started_at_the_same_instant_are_one(x_server, sound_server):
    one, other = await killable_window(), await killable_window()
    async with asyncio.timeout(WITHIN_S):
        done, (shown,) = await asyncio.wait(
            [asyncio.ensure_future(each.wait()) for each in (one, other)],
            return_when=asyncio.FIRST_COMPLETED,
        )
        assert [each.result() for each in done] == [0]
        window = Desktop(one if one.returncode is None else other)
        await window.shown()
        await window.ready()
        assert {name: len(ids) for name, ids in parley_processes().items()} == {
            "window": 1,
            "engine": 1,
            "serve": 1,
        }
        await window.key("ctrl+q")
        assert await shown == 0
