"""A real Chromium without a screen, owned by one test and driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.fakes import child_server
from tests.fakes.child_server import ServerMissingError

LIMIT_S = 40.0

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--remote-debugging-port=0", "--remote-allow-origins=*"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
)


_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class PageError(Exception):
    """A script of the test failed in the page."""


class Page:
    """One open page.

    Attributes:
        complaints: What it wrote to its console as an error, and exceptions nobody caught.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.complaints: list[str] = []

    async def listen(self) -> None:
        """Take answers and events until cancelled."""
        async for frame in self._socket:
            message = json.loads(frame)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Runtime.exceptionThrown":
                self.complaints.append(str(message["params"]["exceptionDetails"]))
            elif message["method"] == "Log.entryAdded":
                entry = message["params"]["entry"]
                if entry["level"] == "error":
                    self.complaints.append(f"{entry['text']} {entry.get('url', '')}")

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol."""
        self._number += 1
        answer = asyncio.get_running_loop().create_future()
        self._answers[self._number] = answer
        await self._socket.send(
            json.dumps({"id": self._number, "method": method, "params": params})
        )
        async with asyncio.timeout(LIMIT_S):
            message: dict[str, Any] = await answer
        if "error" in message:
            raise PageError(message["error"]["message"])
        result: dict[str, Any] = message["result"]
        return result

    async def run(self, script: str) -> Any:
        """The value of an expression, waited for where it is a promise.

        Raises:
            PageError: It throws.
        """
        result = await self.ask(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in result:
            raise PageError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    async def until(self, condition: str) -> None:
        """Return when the expression is true; the page itself looks ten times a second."""
        await self.run(
            "new Promise((resolve) => { const look = () => "
            f"({condition}) ? resolve(true) : setTimeout(look, 100); look(); }})"
        )

    async def open(self, url: str) -> None:
        """Load a page."""
        await self.ask("Page.navigate", url=url)
        await self.until(f"location.href === {json.dumps(url)} && document.readyState==='complete'")

    async def click(self, id: str) -> None:
        """Press the element's button."""
        await self.run(f"document.getElementById({json.dumps(id)}).click()")

    async def key(self, key: str, code: str = "", *, text: str = "") -> None:
        """Press and release a key where the focus is."""
        about: dict[str, Any] = {
            "key": key,
            "code": code or key,
            **({"text": text} if text else {}),
        }
        codes = {"Enter": 13, "Escape": 27, "Tab": 9, " ": 32}
        about |= {"windowsVirtualKeyCode": codes[key]} if key in codes else {}
        await self.ask("Input.dispatchKeyEvent", type="keyDown", **about)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **about)

    async def write(self, text: str) -> None:
        """Type where the focus is."""
        await self.ask("Input.insertText", text=text)

    async def picture(self, path: Path, *, scheme: str = "light", width: int = 1280) -> None:
        """Save how it looks."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False},
        )
        feature = {"name": "prefers-color-scheme", "value": scheme}
        await self.ask("Emulation.setEmulatedMedia", features=[feature])
        shot = await self.ask("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


@asynccontextmanager
async def browser(microphone: Path | None = None) -> AsyncIterator[Page]:
    """A browser with one empty page, whose microphone hears the WAV file once.

    Raises:
        ServerMissingError: Chromium is not installed or did not start; says why.
    """
    named = next(filter(shutil.which, _BROWSERS), "chromium")
    chromium = child_server.program(named, "chromium")
    folder = Path(tempfile.mkdtemp(prefix="parley-browser-"))
    hears = [f"--use-file-for-fake-audio-capture={microphone}%noloop"] if microphone else []
    process = child_server.start(
        [chromium, *_FLAGS, *hears, f"--user-data-dir={folder}", "about:blank"],
        log=folder / "log",
        environment={**os.environ, "HOME": str(folder)},
    )
    try:
        root = await _address(folder)
        async with connect(root, max_size=None, compression=None) as socket:
            page = await _page(Page(socket), root)
        async with connect(page, max_size=None, compression=None) as socket:
            opened = Page(socket)
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(opened.listen(), name="browser")
                for domain in ("Runtime", "Log", "Page"):
                    await opened.ask(f"{domain}.enable")
                yield opened
                listening.cancel()
    finally:
        await asyncio.to_thread(child_server.end, process)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _page(root: Page, address: str) -> str:
    """Where the empty page is driven."""
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(root.listen(), name="browser")
        found = await root.ask("Target.getTargets")
        listening.cancel()
    (target,) = [each for each in found["targetInfos"] if each["type"] == "page"]
    return f"{address.partition('/devtools/')[0]}/devtools/page/{target['targetId']}"


async def _address(folder: Path) -> str:
    note = folder / "DevToolsActivePort"
    try:
        async with asyncio.timeout(LIMIT_S):
            while not note.exists() or len(note.read_text().splitlines()) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # a file of another program
    except TimeoutError:
        log = (folder / "log").read_text(errors="replace")[-500:]
        raise ServerMissingError(f"Chromium did not start: {log or 'it said nothing'}") from None
    port, path = note.read_text().splitlines()[:2]
    return f"ws://127.0.0.1:{port}{path}"
