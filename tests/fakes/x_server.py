"""A real X server without a screen, owned by one test: windows are drawn and can be looked at."""

from __future__ import annotations

import os
import select
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from tests.fakes import child_server
from tests.fakes.child_server import ServerMissingError

_START_LIMIT_S = 15.0
_COLOUR_BYTES = 12  # of each entry in the colour table of an XWD file


class XServer:
    """Xvfb as a child of the test, on a display number that nobody uses.

    Attributes:
        display: What ``DISPLAY`` must be, e.g. ``:3``; empty before ``start``.
    """

    def __init__(self, *, width: int = 1280, height: int = 800) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="parley-screen-"))
        self._size = f"{width}x{height}x24"
        self._process: subprocess.Popen[bytes] | None = None
        self.display = ""

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make Qt open real windows here."""
        return {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def start(self) -> None:
        """Start the server and wait for its display number.

        Raises:
            ServerMissingError: Xvfb is not installed or did not start; says why.
        """
        xvfb = child_server.program("Xvfb", "xvfb")
        readable, writable = os.pipe()
        try:
            self._process = child_server.start(
                [
                    *(xvfb, "-displayfd", str(writable), "-screen", "0", self._size),
                    *("-nolisten", "tcp", "-noreset", "-fbdir", str(self._folder)),
                ],
                log=self._folder / "log",
                environment=os.environ,
                pass_fds=(writable,),
            )
            os.close(writable)
            self.display = f":{self._read_number(readable)}"
        finally:
            os.close(readable)

    def picture(self) -> Image.Image:
        """What is on the screen now, read from the memory that the server draws into."""
        dump = (self._folder / "Xvfb_screen0").read_bytes()
        words = struct.unpack(">25I", dump[:100])  # the head of an XWD file
        head, width, height, line, colours = (words[n] for n in (0, 4, 5, 12, 19))
        start = head + colours * _COLOUR_BYTES
        pixels = dump[start : start + line * height]
        return Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", line, 1)

    def close(self) -> None:
        """End the server and remove its folder."""
        if self._process is not None:
            child_server.end(self._process)
            self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read_number(self, readable: int) -> int:
        text = b""
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([readable], [], [], _START_LIMIT_S)
            block = os.read(readable, 64) if ready else b""
            if not block:
                log = (self._folder / "log").read_text(errors="replace")[-500:]
                raise ServerMissingError(f"Xvfb did not start: {log or 'it said nothing'}")
            text += block
        return int(text)
