#!/usr/bin/env python3
"""The one door to working with Parley: set up, run, test, check, measure.

Needs nothing but Python and its standard library. The virtual environment is ``.venv`` in the
checkout; what is already there is not installed again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from console import ROOT, StopError, run, say
from interpreter import SUPPORTED, find_supported, is_supported

_NOTHING_COLLECTED = 5
_FOR_TESTS = {"MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": ""}
"""Hundreds of services begin and end in one test process, each with a recogniser on a thread of its
own. glibc would keep what they freed in sixteen heaps: 4 GB, where two hold 0.4. As many more begin
in processes of their own: where nothing compiled may be kept, each of them compiles the program."""


def setup(options: argparse.Namespace) -> int:
    """Set machine and environment up, for development too."""
    import environment

    environment.prepare(development=True, testing=True, install=options.system)
    say("Everything is in place. Next: python3 packaging/dev.py run")
    return 0


def start(options: argparse.Namespace) -> int:
    """Set up what is missing and start Parley."""
    import environment

    environment.prepare(install=options.system)
    parley = environment.program("parley")
    if options.screen and _has_screen():
        say("Starting Parley")
        return run([parley, *options.more])
    say("There is no screen here, so Parley holds one spoken conversation without a window.")
    return run([parley, "demo", "--output", ROOT / "out", *options.more])


def test(options: argparse.Namespace) -> int:
    """Set up what is missing and run every test.

    The tests with real sound or a real screen come second: they judge what happens while it
    happens, and a machine that is busy with other tests would be judged instead. They may run
    beside each other, as each has servers of its own and mostly waits for what sounds.
    """
    import environment

    environment.prepare(development=True, testing=True, install=options.system)
    pytest = [str(environment.PYTHON), "-m", "pytest"]
    if _chooses_tests(options.more):
        return run([*pytest, *options.more], environment=_FOR_TESTS)
    workers = str(max(2, min(os.cpu_count() or 2, 4)))
    say(f"Tests without sound or screen, {workers} at a time")
    side_by_side = ["-n", workers, "--max-worker-restart", "0"]  # a crash ends them, and says so
    quiet = ["-m", "not (sound or screen or live)"]
    before = run([*pytest, *side_by_side, *quiet, *options.more], environment=_FOR_TESTS)
    say(f"Tests with a real sound server or screen, {workers} at a time")
    loud = ["-m", "(sound or screen) and not live"]
    loud += ["--dist", "worksteal"]  # nothing waits behind the one that listens for a minute
    after = run([*pytest, *side_by_side, *loud, *options.more], environment=_FOR_TESTS)
    return _both(before, after)


def check(options: argparse.Namespace) -> int:
    """Format, lint, types, layers and the lock file."""
    import environment

    environment.prepare(development=True, libraries=False, install=options.system)
    import checks

    return checks.run_all()


def bench(options: argparse.Namespace) -> int:
    """Measure how fast Parley is on this machine, and how well it finds things."""
    import environment

    environment.prepare(development=True, testing=True, install=options.system)
    parts = [word for word in options.more if not word.startswith("-")]
    if not parts or "retrieval" in parts:
        try:
            environment.add_embedder()
        except StopError as error:
            say(f"Retrieval is measured by words alone. {error}")
    return run([environment.PYTHON, "-m", "tests.benchmarks", *options.more])


def add_meaning(_options: argparse.Namespace) -> int:
    """Install the small model that searches documents and memories by meaning."""
    import environment

    environment.prepare(libraries=False, install=False)
    environment.add_embedder()
    say("Documents and memories are searched by meaning from the next start on.")
    return 0


def renew_lock(options: argparse.Namespace) -> int:
    """Write requirements.lock anew from pyproject.toml."""
    import lock

    lock.renew(upgrade=options.upgrade)
    return 0


def renew_words(_options: argparse.Namespace) -> int:
    """Bring the catalogues of the languages in step with the words in the code."""
    import words

    words.renew()
    return 0


def _has_screen() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _chooses_tests(words: list[str]) -> bool:
    """Whether the given pytest arguments already say which tests run, or how many at a time."""
    return any(word == "--co" or word.startswith(("-m", "-n", "--collect")) for word in words)


def _both(first: int, second: int) -> int:
    """The exit code of two runs of pytest, either of which may have found no tests."""
    codes = {first, second} - {0, _NOTHING_COLLECTED}
    if codes:
        return max(codes)
    return _NOTHING_COLLECTED if first == second == _NOTHING_COLLECTED else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, action in {
        "setup": setup,
        "run": start,
        "test": test,
        "check": check,
        "bench": bench,
        "lock": renew_lock,
        "meaning": add_meaning,
        "words": renew_words,
    }.items():
        command = commands.add_parser(name, help=(action.__doc__ or "").splitlines()[0])
        command.set_defaults(action=action)
        command.add_argument(
            "--no-system",
            dest="system",
            action="store_false",
            help="install no system packages, go on without them",
        )
        if name == "run":
            command.add_argument(
                "--no-screen",
                dest="screen",
                action="store_false",
                help="hold one spoken conversation without a window",
            )
        if name == "lock":
            command.add_argument("--upgrade", action="store_true", help="take the newest versions")
    return parser


def _options(words: list[str]) -> argparse.Namespace:
    parser = _parser()
    options, more = parser.parse_known_args(words)
    if more and options.command not in ("run", "test", "bench"):
        parser.error(f"unknown: {' '.join(more)}")
    options.more = [word for word in more if word != "--"]
    return options


def _with_another_python(words: list[str]) -> int:
    found = find_supported()
    if found is None:
        names = ", ".join(f"{major}.{minor}" for major, minor in SUPPORTED)
        here = ".".join(str(part) for part in sys.version_info[:3])
        print(f"Parley needs Python {names}; this is {here} and no other was found.")
        return 2
    say(f"Using {found}")
    return subprocess.call([str(found), str(Path(__file__).resolve()), *words])


def main(words: list[str]) -> int:
    """Do what ``words`` say; 2 when a person must do something first."""
    if not is_supported(sys.version_info[:2]):
        return _with_another_python(words)
    options = _options(words)
    try:
        code: int = options.action(options)
    except StopError as stop:
        print(f"\n{stop}", file=sys.stderr, flush=True)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
