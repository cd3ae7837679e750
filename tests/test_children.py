"""Children say when they are ready, end with their parent, and fail with a reason."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop_app import children
from desktop_app.children import on_parent_end, own_program, start_child
from desktop_app.errors import ChildError, StorageError

REPOSITORY = Path(__file__).parents[1]
READY = "import json, sys; print(json.dumps({'port': 1}), flush=True); "
UNTIL_PARENT_ENDS = READY + "sys.stdin.read(); "


async def run(code: str, **options):
    async with asyncio.timeout(30):
        return await start_child([code], program=[sys.executable, "-c"], name="The test", **options)


async def ending(code: str, **options) -> ChildError:
    with pytest.raises(ChildError) as caught:
        await run(code, **options)
    return caught.value


async def test_a_child_says_where_it_is_and_ends_when_asked():
    child = await run(UNTIL_PARENT_ENDS + "sys.exit(3)")
    assert child.greeting == {"port": 1}
    async with asyncio.timeout(30):
        await child.aclose()
        assert await child.wait() == 3
        await child.aclose()


async def test_a_child_is_told_that_it_has_a_parent_and_its_own_variables():
    code = "import json, os; print(json.dumps(dict(os.environ)), flush=True)"
    child = await run(code, environment={"PARLEY_SERVICE_KEY": "k"})
    assert child.greeting["PARLEY_PARENT_PIPE"] == "1"
    assert child.greeting["PARLEY_SERVICE_KEY"] == "k"
    assert child.greeting["PATH"] == os.environ["PATH"]
    await child.aclose()


async def test_an_early_end_is_an_error_with_the_last_words():
    error = await ending("import sys; print('oh', file=sys.stderr); sys.exit('no port is free')")
    assert error.code == "child.ended"
    assert "The test ended with code 1: no port is free" in str(error)
    assert error.retryable


async def test_silence_is_an_error_and_leaves_no_process(monkeypatch):
    started = []
    real = children._started
    monkeypatch.setattr(
        children, "_started", lambda *given: started.append(real(*given)) or started[-1]
    )
    error = await ending("import sys; sys.stdin.read()", ready_timeout_s=0.2)
    assert error.code == "child.silent"
    assert started[0].poll() is not None


async def test_who_says_that_it_is_at_work_is_given_the_time_again():
    code = "import time\nfor _ in range(9): print('{}', flush=True); time.sleep(0.4)\n"
    child = await run(code + "print('{\"port\": 1}', flush=True)", ready_timeout_s=3.0)
    assert child.greeting == {"port": 1}
    await child.aclose()


def test_a_child_tells_that_it_is_at_work_until_it_is_not():
    code = (
        "import asyncio, sys\n"
        "from desktop_app import children\n"
        "children.AT_WORK_EVERY_S = 0.01\n"
        "async def main():\n"
        "    with children.at_work():\n"
        "        await asyncio.to_thread(sys.stdin.readline)\n"
        "    print('ready', flush=True)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, children.PARENT_PIPE_VARIABLE: "1"},
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline().strip() == children.AT_WORK
        rest, _ = child.communicate(b"\n", timeout=30)
    *at_work, last = rest.split()
    assert set(at_work) <= {children.AT_WORK}
    assert last == b"ready"


async def test_a_child_that_does_not_start_says_why_by_its_own_code():
    code = (
        "from desktop_app import children, errors\n"
        "with children.refusals_told():\n"
        "    raise errors.StorageError('journal.in_use', 'Close the other one.')\n"
    )
    error = await ending(code)
    assert (error.code, error.retryable) == ("journal.in_use", True)
    assert str(error) == "The test does not start: Close the other one."


def test_who_has_no_parent_says_it_on_no_output(capsys):
    with pytest.raises(StorageError), children.refusals_told({}):
        raise StorageError("journal.in_use")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("said", ["hello", "[1]", "{"])
async def test_a_greeting_that_is_none_is_an_error(said):
    error = await ending(f"print({said!r}, flush=True); input()")
    assert error.code == "child.unclear"


async def test_a_program_that_does_not_exist_is_an_error():
    with pytest.raises(ChildError, match="cannot be started") as caught:
        await start_child(["x"], program=["/nowhere/parley"])
    assert caught.value.code == "child.not_started"


async def test_a_killed_child_is_noticed():
    child = await run(UNTIL_PARENT_ENDS)
    os.kill(child.process_id, 9)
    async with asyncio.timeout(30):
        assert await child.wait() == -9
        await child.aclose()


async def test_a_child_that_does_not_listen_is_terminated_then_killed(monkeypatch):
    monkeypatch.setattr(children, "END_WITHIN_S", 0.1)
    monkeypatch.setattr(children, "TERMINATE_WITHIN_S", 0.1)
    deaf = "import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    child = await run(deaf + READY + "threading.Event().wait(60)")
    async with asyncio.timeout(30):
        await child.aclose()
        assert await child.wait() == -9


async def test_what_a_child_says_later_goes_to_the_log_but_not_its_greeting(caplog):
    caplog.set_level(logging.INFO)
    talk = "print('to output', flush=True); print('to errors', file=sys.stderr); "
    child = await run(READY + talk + "print('x' * 3_000_000, flush=True)")
    async with asyncio.timeout(30):
        await child.wait()
    assert child.last_words == "to errors"
    assert "to output" in caplog.text
    assert "port" not in caplog.text
    assert max(len(record.getMessage()) for record in caplog.records) < 600
    await child.aclose()


async def test_cancelling_the_close_kills_the_child():
    child = await run(
        "import signal; signal.signal(15, signal.SIG_IGN); " + READY + "signal.pause()"
    )
    closing = asyncio.create_task(child.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    async with asyncio.timeout(30):
        assert await child.wait() == -9


def test_the_program_is_this_package_or_the_packaged_executable(monkeypatch):
    assert own_program() == [sys.executable, "-m", "desktop_app"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_program() == [sys.executable]


def test_without_a_parent_nothing_is_watched():
    called = []
    on_parent_end(lambda: called.append(1), environment={})
    on_parent_end(lambda: called.append(1), environment={"PARLEY_PARENT_PIPE": "0"})
    assert called == []


WATCHING = """
import os, sys, threading
from desktop_app.children import on_parent_end
ended = threading.Event()
on_parent_end({callback}, linger_s=0.1)
print("{{}}", flush=True)
ended.wait(60)
os.write(1, b"orderly")
"""


def last_words_after_the_parent(callback: str) -> tuple[str, int]:
    code = WATCHING.format(callback=callback)
    environment = {**os.environ, "PARLEY_PARENT_PIPE": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=REPOSITORY,
        env=environment,
    ) as process:
        assert process.stdout.readline() == "{}\n"
        said, _ = process.communicate(timeout=30)
    return said, process.returncode


def test_a_child_is_called_when_its_parent_has_gone():
    assert last_words_after_the_parent("ended.set") == ("orderly", 0)


def test_a_child_that_lingers_is_ended():
    assert last_words_after_the_parent("lambda: None") == ("", 1)


def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    parent = (
        "import asyncio, sys\n"
        "from desktop_app.children import start_child\n"
        "async def main():\n"
        "    child = await start_child([sys.argv[1]], program=[sys.executable, '-c'])\n"
        "    print(child.process_id, flush=True)\n"
        "    await child.wait()\n"
        "asyncio.run(main())\n"
    )
    ended = tmp_path / "ended"
    code = UNTIL_PARENT_ENDS + f"open({str(ended)!r}, 'w').close()"
    with subprocess.Popen(
        [sys.executable, "-c", parent, code], stdout=subprocess.PIPE, cwd=REPOSITORY
    ) as process:
        assert int(process.stdout.readline()) > 0
        process.kill()
    limit = time.monotonic() + 30
    while not ended.exists():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_children_live_on_the_loop_of_the_window(qapp):
    from qasync import QEventLoop

    async def live() -> tuple[object, int]:
        child = await run(UNTIL_PARENT_ENDS)
        await child.aclose()
        return child.greeting, await child.wait()

    with asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner:
        assert runner.run(live()) == ({"port": 1}, 0)
