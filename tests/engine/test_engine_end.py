"""The end of a conversation is an end, whatever still happens meanwhile."""

import asyncio

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
