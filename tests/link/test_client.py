"""The window's end works on the window's own event loop."""

import asyncio

from qasync import QEventLoop

from desktop_app.link.client import LinkClient
from desktop_app.link.messages import Connection, Phase, Quit, Welcome
from desktop_app.link.server import LinkServer
from desktop_app.link.thread_messages import ThreadRemoved


def test_a_conversation_on_the_loop_of_the_window(qapp):
    intents: list[object] = []
    welcome = Welcome("1", "t", Phase.READY, Connection.READY, "embedded")

    async def converse() -> list[object]:
        arrived = asyncio.Event()

        def take(intent: object) -> None:
            intents.append(intent)
            arrived.set()

        server = LinkServer("token", take, lambda: [welcome])
        client = await LinkClient.connect("127.0.0.1", await server.start(), "token")
        client.send(Quit())
        async with asyncio.timeout(10):
            await arrived.wait()
            server.publish(ThreadRemoved("m"))
            await server.aclose()
            told = [event async for event in client.events()]
        await client.aclose()
        return told

    with asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner:
        assert runner.run(converse()) == [welcome, ThreadRemoved("m")]
    assert intents == [Quit()]
