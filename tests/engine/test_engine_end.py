"""The end of a conversation is an end, whatever still happens meanwhile."""

import asyncio

from desktop_app.engine import engine
from desktop_app.engine.inputs import VoiceStarted, VoiceStopped
from desktop_app.link.messages import Phase
from tests.fakes.rig import Rig


async def test_what_a_person_wants_while_it_closes_keeps_nothing_running():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
            tasks.create_task(rig.engine.aclose())
            await asyncio.sleep(0)
            rig.engine.take(VoiceStopped())
            rig.engine.take(VoiceStarted())
        assert not rig.microphone.is_open


async def test_a_bug_ends_its_own_conversation_and_not_who_told_it(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    rig = Rig()
    async with rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        with monkeypatch.context() as patched:
            patched.setattr(engine, "step", broken)
            rig.engine.take(VoiceStopped())
        failure = await rig.failure()
    assert isinstance(failure, ZeroDivisionError)
    assert not rig.microphone.is_open
