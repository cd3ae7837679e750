"""What the first frame does without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SHOW = """
import sys
from desktop_app import cli
assert "argparse" not in sys.modules, "the window has no use for it"
from desktop_app.ui import first_paint
first_paint.print_first_paint = lambda: print(*sorted(sys.modules))
raise SystemExit(cli.run(["--first-paint"]))
"""
_LATER = {
    *("asyncio", "qasync", "msgspec", "sqlite3", "ssl", "dataclasses"),
    *("httpx", "numpy", "sounddevice", "starlette", "platformdirs"),
    *("desktop_app.link", "desktop_app.journal", "desktop_app.state", "desktop_app.settings"),
    *("desktop_app.ui.chat.chat_view", "desktop_app.ui.side.side_panel", "desktop_app.ui.wiring"),
    "desktop_app.ui.threads.thread_view",
}


def test_the_first_frame_needs_no_network_no_sound_and_no_journal():
    shown = subprocess.run(
        [sys.executable, "-c", _SHOW], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(shown.stdout.split())
    assert "desktop_app.ui.main_window" in loaded
    assert not loaded & _LATER
