"""Sources of modules are not kept in memory; tried in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_IMPORT = """
import linecache, os
from PySide6.QtCore import QObject, Signal
from desktop_app.ui.plain_imports import import_plainly
{step}
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.panes import Panes
class Bell(QObject):
    rung = Signal(int)
heard = []
bell = Bell()
bell.rung.connect(heard.append)
bell.rung.emit(2)
assert heard == [2]
print(*(name for name in linecache.cache if os.path.basename(name) in ("icons.py", "panes.py")))
"""


def _kept_after(step: str) -> list[str]:
    code = _IMPORT.format(step=step)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Path(name).name for name in done.stdout.split()]


def test_qt_alone_keeps_the_source_of_what_is_imported_after_it():
    assert _kept_after("") == ["icons.py", "panes.py"]


def test_imported_plainly_no_source_is_kept_and_qt_works():
    assert _kept_after("import_plainly(); import_plainly()") == []
