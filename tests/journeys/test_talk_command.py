"""Speaking into an engine with the talk command, on a real sound server."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from desktop_app.children import start_child
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.client import LinkClient
from desktop_app.link.messages import OpenThread
from tests.fakes.desktop import ROOT, WITHIN_S, Witness, desktop

QUESTION = Path(__file__).parents[2] / "resources" / "demo" / "ten_miles_in_kilometers.wav"


async def talk(action: str) -> str:
    """Run the command to its end and return what it printed."""
    command = (sys.executable, "-m", "desktop_app", "talk", action)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(WITHIN_S):
        out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode().strip()


async def test_a_question_is_spoken_between_start_and_stop(sound_server):
    child = await start_child(["engine"], environment={"PARLEY_LINK_TOKEN": "t"})
    try:
        host, _, port = child.greeting["link"].rpartition(":")
        link = await LinkClient.connect(host, int(port), "t")
        look = Witness()
        await look.ready()
        link.send(OpenThread("t"))
        assert await talk("start") in ("connecting", "hearing")
        await sound_server.microphone_is_open()
        await sound_server.speak(QUESTION)
        assert await talk("start") == "hearing", "said twice, done once"
        assert await talk("stop") == "hearing", "the tail is still kept"
        question = await look.message(Role.USER, status=MessageStatus.SENT)
        await link.aclose()
    finally:
        await child.aclose()
    assert question.text == "what is ten miles in kilometers"


async def test_what_a_key_began_that_is_still_held_the_command_ends(x_server, sound_server):
    async with desktop() as window:
        await window.ready()
        await window.press("space")
        await sound_server.microphone_is_open()
        await sound_server.speak(QUESTION)
        assert await talk("stop") == "hearing"
        question = await window.message(Role.USER, status=MessageStatus.SENT)
        await sound_server.microphone_is_closed()
        await window.release("space")
    assert question.text == "what is ten miles in kilometers"
