"""Flags and subcommands: reads the command line and hands over to one composition root.

Exit codes: 0 done; 1 a bug; 2 it cannot be done, with one line on stderr, here and nowhere else,
that says why; 130 a person stopped it. A command that cannot do its work raises the AppError.
Every subcommand imports what it needs when it is chosen: the window must not load the engine's
libraries, nor the engine Qt.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.errors import AppError, InputError, StoppedError
from desktop_app.version import __version__

if TYPE_CHECKING:
    import argparse
    from typing import NoReturn

    _Commands = argparse._SubParsersAction  # the type argparse gives but does not export

CANNOT = 2
STOPPED = 130
_FOR_ALL = ("-h", "--help", "--version")  # of the program; other flags are the window's
_NO_CHOICE = r"argument .+: invalid choice: (.+) \(choose from (.+)\)"  # as argparse says it
_WINDOW_FLAGS = "the window takes --theme light|dark|system, --size WxH and --screenshot PATH"


def run(arguments: Sequence[str]) -> int:
    """Run one command to its end.

    Returns:
        The exit code of the process.
    """
    try:
        return _carry_out(arguments)
    except StoppedError as stopped:
        _tell(stopped.code, str(stopped), as_json="--json" in arguments)
        return STOPPED
    except AppError as error:
        _tell(error.code, str(error), as_json="--json" in arguments)
        return CANNOT
    except KeyboardInterrupt:
        return STOPPED


def _tell(code: str, text: str, *, as_json: bool) -> None:
    """Why it cannot be done: a line for people, an object for scripts."""
    if as_json:
        import json  # not needed for the window

        error = {"code": code, "message": _sentence(text)}
        sys.stderr.write(json.dumps({"error": error}, ensure_ascii=False) + "\n")
    else:
        lines = text.splitlines() if code == "gateway.config" else [text]  # one for each fault
        sys.stderr.write("".join(f"parley: {_sentence(line)}\n" for line in lines))


def _sentence(text: str) -> str:
    """One line that ends as a sentence and commands no terminal, whoever wrote it."""
    line = "".join(one for one in " ".join(text.split()) if one.isprintable())
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _carry_out(arguments: Sequence[str]) -> int:
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in _FOR_ALL):
        return _window(list(arguments))
    if arguments[0] == "window" and not set(arguments) & set(_FOR_ALL):
        return _window(list(arguments[1:]))
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    _speak()
    return command(options)


def _speak() -> None:
    """What codes mean is said in the person's language; flags and their help are English."""
    import os

    from desktop_app.languages import choose, speak
    from desktop_app.paths import find_paths
    from desktop_app.settings import load_language

    setting = load_language(find_paths(os.environ).settings)
    speak(choose(setting, os.environ))


def _parser() -> argparse.ArgumentParser:
    import argparse  # not needed for the window
    import re

    from desktop_app.commands.flags import api, computer, questions

    class Parser(argparse.ArgumentParser):
        """Refuses in one line, as everything else does."""

        def error(self, message: str) -> NoReturn:
            if found := re.fullmatch(_NO_CHOICE, message):
                only = found[2].replace("'", "")
                message = f"There is no {found[1]} here, only {only}"
            said = message[:1].upper() + message[1:]
            raise InputError("cli.refused", f"{said}. `{self.prog} --help` says what it takes.")

    parser: argparse.ArgumentParser = Parser(
        prog="parley",
        description="A desktop voice assistant. Without a command it opens the window.",
        epilog=f"Without a command, {_WINDOW_FLAGS}.",
    )
    parser.add_argument("--version", action="version", version=f"parley {__version__}")
    commands = parser.add_subparsers(metavar="command", required=True)
    _add_window(commands)
    for add in (
        questions.add_talk,
        questions.add_ask,
        api.add_threads,
        api.add_assistants,
        api.add_documents,
        api.add_memories,
        api.add_models,
        api.add_voices,
        computer.add_keys,
        computer.add_recordings,
        computer.add_export,
        computer.add_import,
        questions.add_demo,
        computer.add_devices,
        computer.add_doctor,
    ):
        add(commands)
    _add_serve(commands)
    _add_engine(commands)
    _add_read_documents(commands)
    return parser


def _add_window(commands: _Commands[argparse.ArgumentParser]) -> None:
    commands.add_parser(
        "window", help="open the window (the same as no command)", epilog=f"{_WINDOW_FLAGS}."
    )


def _add_serve(commands: _Commands[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="run the embedded service on its own")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=int, default=None, help="0 takes any free port")
    serve.add_argument("--data", type=Path, default=None, metavar="FOLDER")
    gateway = serve.add_argument_group("a voice gateway for others, instead of the service")
    gateway.add_argument("--gateway", action="store_true", help="set up by environment and .env")
    gateway.add_argument("--env-file", type=Path, metavar="FILE", help="in place of .env")
    gateway.add_argument(
        "--allow-everybody",
        action="store_true",
        help="beyond this computer too, without a GATEWAY_TOKEN: everybody talks at your cost",
    )
    serve.set_defaults(command=_serve)


def _add_engine(commands: _Commands[argparse.ArgumentParser]) -> None:
    engine = commands.add_parser("engine", help="run the engine alone (the window does this)")
    engine.set_defaults(command=_engine)


def _add_read_documents(commands: _Commands[argparse.ArgumentParser]) -> None:
    reading = commands.add_parser("read-documents", help="read files (the service does this)")
    reading.set_defaults(command=_read_documents)


def _window(arguments: list[str]) -> int:
    from desktop_app.processes.window import main

    return main(arguments)


def _serve(options: argparse.Namespace) -> int:
    from desktop_app.service.one_thread import compute_on_one_thread

    compute_on_one_thread()
    if options.gateway:
        return _serve_gateway(options)
    from desktop_app.service import main as service

    return service.serve(host=options.host, port=options.port or 0, data=options.data)


def _serve_gateway(options: argparse.Namespace) -> int:
    from desktop_app.service.gateway.serving.gateway_main import (
        DEFAULT_PORT,
        GatewayFlags,
        serve_gateway,
    )

    return serve_gateway(
        GatewayFlags(
            options.host,
            DEFAULT_PORT if options.port is None else options.port,
            options.env_file,
            options.allow_everybody,
        )
    )


def _engine(options: argparse.Namespace) -> int:
    from desktop_app.processes import engine

    return engine.main()


def _read_documents(options: argparse.Namespace) -> int:
    from desktop_app.service.documents.reading_process import read_documents

    return read_documents()
