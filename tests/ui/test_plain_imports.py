"""Qt is imported without what a program that runs does not need; each in a process of its own."""

from __future__ import annotations
import __future__

import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.ui.plain_imports import plain_imports

ROOT = Path(__file__).parents[2]
_PLAIN = "from desktop_app.ui.plain_imports import plain_imports\nwith plain_imports():\n    "
_IMPORT = """
import linecache, os
{how}from PySide6.QtCore import QObject, Signal
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
_READ = """
import sys
{how}from PySide6.QtCore import QObject, QSize
import PySide6.QtGui
print("try_to_guess" in vars(sys.modules["shibokensupport.signature.parser"]))
"""
_TOLD = """
import sys
{how}from PySide6.QtCore import QObject, QSize, Qt
try:
    QSize("wide", "high")
except TypeError as error:
    print(error)
try:
    QObject().setObjectName(Qt.Key.Key_A)
except TypeError as error:
    print(error)
from PySide6.support.signature import get_signature
print(get_signature(QObject.setObjectName), QSize.scaled.__doc__)
from PySide6.support.signature import errorhandler, layout, parser
from PySide6.support.signature.lib import enum_sig, pyi_generator, tool
for module in (errorhandler, layout, parser, enum_sig, pyi_generator, tool):
    missing = getattr(module, "missing", None)
    print(module.__name__, missing, *sorted(n for n, one in vars(module).items() if callable(one)))
"""


def _said(code: str, how: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code.format(how=how)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _kept_after(how: str) -> list[str]:
    return [Path(name).name for name in _said(_IMPORT, how).split()]


def test_qt_alone_keeps_the_source_of_what_is_imported_after_it():
    assert _kept_after("") == ["icons.py", "panes.py"]


def test_imported_plainly_no_source_is_kept_and_qt_works():
    assert _kept_after(_PLAIN) == []


@pytest.mark.parametrize(("how", "is_read"), [("", True), (_PLAIN, False)], ids=["alone", "plain"])
def test_what_reads_signatures_is_compiled_at_once_only_by_qt_alone(how: str, is_read: bool):
    assert _said(_READ, how) == f"{is_read}\n"


def test_imported_plainly_qt_says_of_its_functions_what_it_says_else():
    alone = _said(_TOLD, "")
    assert "setObjectName" in alone
    assert "try_to_guess" in alone
    assert _said(_TOLD, _PLAIN) == alone


@pytest.mark.parametrize("more", [(), (0,), (0, True)])
def test_what_is_compiled_meanwhile_is_compiled_as_python_does_it(more):
    with plain_imports():
        code = compile("heard: int = 1", "bell.py", "exec", *more)
    assert not code.co_flags & __future__.annotations.compiler_flag
