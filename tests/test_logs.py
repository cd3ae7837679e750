"""What nobody caught ends in the log of its process."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from desktop_app.errors import StorageError
from desktop_app.logs import loop_exception_handler, start_logging

REPOSITORY = Path(__file__).parents[1]


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a process that logs to ``folder`` as the engine."""
    start = (
        "import logging, sys, threading\n"
        "from pathlib import Path\n"
        "from desktop_app import logs\n"
        "told = []\n"
        f"logs.start_logging(Path({str(folder)!r}), 'engine', on_crash=told.append)\n"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", start + code],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=60,
        check=False,
    )


def log_of(folder: Path) -> str:
    return (folder / "engine.log").read_text(encoding="utf-8")


def test_messages_go_to_the_file_of_the_process(tmp_path):
    ended = run(
        tmp_path, "logging.getLogger('x').info('grüße'); logging.getLogger('x').debug('no')"
    )
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", "")
    assert "INFO x: grüße" in log_of(tmp_path)
    assert "no\n" not in log_of(tmp_path)
    assert "INFO desktop_app.logs: engine started with Python" in log_of(tmp_path)


def test_an_exception_nobody_caught_is_logged_with_its_traceback(tmp_path):
    ended = run(tmp_path, "def broken():\n    raise ValueError('oh no')\nbroken()")
    assert ended.returncode == 1
    assert ended.stderr.endswith("ValueError: oh no\n")
    assert "CRITICAL desktop_app.logs: unexpected" in log_of(tmp_path)
    assert "in broken" in log_of(tmp_path)
    assert "ValueError: oh no" in log_of(tmp_path)


def test_an_exception_of_another_thread_is_logged_and_told(tmp_path):
    code = (
        "thread = threading.Thread(target=lambda: 1 / 0)\nthread.start()\nthread.join()\n"
        "print(type(told[0]).__name__)"
    )
    assert run(tmp_path, code).stdout == "ZeroDivisionError\n"
    assert "ZeroDivisionError" in log_of(tmp_path)


def test_a_crash_of_the_interpreter_leaves_the_stacks(tmp_path):
    ended = run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert ended.returncode != 0
    assert "Segmentation fault" in (tmp_path / "engine.crash.log").read_text()


def test_an_interrupt_is_not_a_crash(tmp_path):
    run(tmp_path, "raise KeyboardInterrupt")
    assert "unexpected" not in log_of(tmp_path)


def test_files_rotate(tmp_path):
    code = "for n in range(60): logging.getLogger('x').info('%d %s', n, 'y' * 100_000)"
    run(tmp_path, code)
    names = sorted(one.name for one in tmp_path.iterdir())
    assert names == ["engine.crash.log", *(f"engine.log{end}" for end in ("", ".1", ".2", ".3"))]
    assert all(one.stat().st_size <= 1024 * 1024 for one in tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path):
    with pytest.raises(StorageError, match="cannot write its log") as caught:
        start_logging(tmp_path / "nowhere", "engine")
    assert caught.value.code == "storage.unwritable"


def test_the_same_over_and_over_is_logged_once_a_second(caplog, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("desktop_app.logs.time", SimpleNamespace(monotonic=lambda: now[0]))
    told = []
    handle = loop_exception_handler(told.append)
    full = {"message": "accept failed", "exception": OSError(24, "Too many open files")}
    for _ in range(1_000):
        handle(None, full)
    assert caplog.text.count("accept failed") == 1
    assert len(told) == 1_000
    now[0] += 1.0
    handle(None, full)
    handle(None, {"message": "another"})
    handle(None, full)
    assert caplog.text.count("accept failed") == 3
    assert caplog.text.count("another") == 1
    caplog.clear()


def test_what_no_task_caught_is_logged_without_its_arguments(caplog):
    told = []
    handle = loop_exception_handler(told.append)
    error = ValueError("oh no")
    handle(None, {"message": "Task failed", "exception": error, "task": "<Task secret>"})
    handle(None, {"message": "only words"})
    assert told == [error]
    assert "ValueError: oh no" in caplog.text
    assert "only words" in caplog.text
    assert "secret" not in caplog.text
    caplog.clear()
