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
    from typing import Any, NoReturn

    _Commands = argparse._SubParsersAction  # the type argparse gives but does not export

CANNOT = 2
STOPPED = 130
_FOR_ALL = ("-h", "--help", "--version")  # of the program; other flags are the window's
_NO_CHOICE = r"argument .+: invalid choice: (.+) \(choose from (.+)\)"  # as argparse says it
_MEMORY_MODES = {"auto": "Auto", "readonly": "Readonly", "off": "off"}
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
    """One line that ends as a sentence, whoever wrote it."""
    line = " ".join(text.split())
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

    from desktop_app.commands.keeping_parsers import add_export, add_import, add_recordings
    from desktop_app.commands.parsers import (
        add_assistants,
        add_documents,
        add_keys,
        add_memories,
        add_models,
        add_threads,
        add_voices,
    )

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
    _add_talk(commands)
    _add_ask(commands)
    for add in (add_threads, add_assistants, add_documents, add_memories, add_models, add_voices):
        add(commands)
    add_keys(commands)
    for keep in (add_recordings, add_export, add_import):
        keep(commands)
    _add_demo(commands)
    _add_devices(commands)
    _add_doctor(commands)
    _add_serve(commands)
    _add_engine(commands)
    _add_read_documents(commands)
    return parser


def _add_window(commands: _Commands[argparse.ArgumentParser]) -> None:
    commands.add_parser(
        "window", help="open the window (the same as no command)", epilog=f"{_WINDOW_FLAGS}."
    )


def _add_talk(commands: _Commands[argparse.ArgumentParser]) -> None:
    from desktop_app.commands.parsing import add_question_flags

    talk = commands.add_parser(
        "talk", help="speak into the open window, or hold a conversation with recordings"
    )
    talk.add_argument(
        "action",
        nargs="?",
        choices=("start", "stop", "toggle", "cancel"),
        help="what the talk key of the open window would do",
    )
    talk.add_argument(
        "--input",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a recorded question, of any usual format; give it several times for several turns",
    )
    talk.add_argument("--output", type=Path, metavar="WAV", help="where the spoken replies go")
    add_question_flags(talk)
    talk.set_defaults(command=_talk)


def _add_ask(commands: _Commands[argparse.ArgumentParser]) -> None:
    from desktop_app.commands.parsing import add_question_flags

    ask = commands.add_parser("ask", help="ask one question, with all that may go along")
    ask.add_argument(
        "text", nargs="?", default="", help="the question; may be left out with --audio"
    )
    add_question_flags(ask)
    ask.add_argument(
        "--assistant", default="", metavar="NAME", help="who shall answer, in a new thread"
    )
    ask.add_argument(
        "--file",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        dest="files",
        help="a document or picture to go along; may be given several times",
    )
    ask.add_argument(
        "--audio", type=Path, metavar="FILE", help="a recorded question, after the text"
    )
    ask.add_argument("--speak", type=Path, metavar="WAV", help="where the spoken answer goes")
    ask.add_argument("--image", type=Path, metavar="FILE", help="where a picture that is made goes")
    ask.add_argument(
        "--memory",
        default="",
        type=str.lower,
        choices=tuple(_MEMORY_MODES),
        metavar="MODE",
        help="auto, readonly or off",
    )
    ask.add_argument(
        "--think",
        default="",
        choices=("low", "medium", "high", "max"),
        help="how hard the model thinks before it answers",
    )
    ask.add_argument("--system-prompt", metavar="TEXT", help="what the model is told, this once")
    ask.add_argument("--web-search", action="store_true", help="the model may search the web")
    ask.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="fields",
        help="any other field of a message, by its name in the API; the value may be JSON",
    )
    ask.add_argument("--reasoning", action="store_true", help="print what the model thinks")
    ask.add_argument(
        "--tools", type=Path, metavar="FILE", help="functions that the model may call, as JSON"
    )
    ask.add_argument(
        "--tool-command",
        default="",
        metavar="COMMAND",
        help="answers calls: runs with the name, gets the arguments as JSON, prints the output;"
        " without it a terminal asks, and elsewhere `threads answer-tool` goes on",
    )
    ask.set_defaults(command=_ask)


def _add_demo(commands: _Commands[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser(
        "demo", help="one spoken conversation and a picture of the window, without a screen"
    )
    demo.add_argument("--json", action="store_true", help="one event per line, as JSON")
    demo.add_argument("--output", type=Path, default=Path("out"), metavar="FOLDER")
    demo.set_defaults(command=_demo)


def _add_devices(commands: _Commands[argparse.ArgumentParser]) -> None:
    devices = commands.add_parser("devices", help="list the microphones and loudspeakers")
    devices.add_argument("--json", action="store_true", help="one list, as JSON")
    devices.set_defaults(command=_devices)


def _add_doctor(commands: _Commands[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="say whether a conversation is possible here")
    doctor.add_argument("--json", action="store_true", help="one finding per line, as JSON")
    doctor.set_defaults(command=_doctor)


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
    from desktop_app.app import main

    return main(arguments)


def _talk(options: argparse.Namespace) -> int:
    if options.action:
        from desktop_app.commands.talk import press

        return press(options.action, as_json=options.json)
    if not options.input:
        raise InputError(
            "cli.refused",
            "Say start, stop, toggle or cancel, or give recordings with --input."
            " `parley talk --help` says what it takes.",
        )
    from desktop_app import talk_app
    from desktop_app.protocol.commands import Answerer

    return talk_app.talk(
        options.input,
        options.output,
        as_json=options.json,
        thread=options.thread,
        profile=options.profile,
        who=Answerer(
            options.model, heard_by=options.stt, spoken_by=options.tts, voice=options.voice
        ),
    )


def _ask(options: argparse.Namespace) -> int:
    from desktop_app import ask_app, message_fields

    question = ask_app.Question(
        text=options.text,
        thread=options.thread,
        assistant=options.assistant,
        files=tuple(options.files),
        recording=options.audio,
        speech=options.speak,
        picture=options.image,
        model=options.model,
        heard_by=options.stt,
        spoken_by=options.tts,
        voice=options.voice,
        memory=_MEMORY_MODES.get(options.memory, ""),
        profile=options.profile,
        fields=message_fields.read(options.fields) | _fields_of(options),
        tools=options.tools,
        tool_command=options.tool_command,
    )
    return ask_app.ask(question, as_json=options.json, tells_reasoning=options.reasoning)


def _fields_of(options: argparse.Namespace) -> dict[str, Any]:
    """Fields of a message that have flags of their own."""
    wanted = {
        "thinking": {"effort": options.think} if options.think else None,
        "system_prompt": options.system_prompt,
        "web_search": "Auto" if options.web_search else None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _demo(options: argparse.Namespace) -> int:
    from desktop_app import demo_app

    return demo_app.demo(options.output, as_json=options.json)


def _devices(options: argparse.Namespace) -> int:
    from desktop_app import devices_app

    return devices_app.list_devices(as_json=options.json)


def _doctor(options: argparse.Namespace) -> int:
    from desktop_app import doctor

    return doctor.main(as_json=options.json)


def _serve(options: argparse.Namespace) -> int:
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
    from desktop_app import engine_app

    return engine_app.main()


def _read_documents(options: argparse.Namespace) -> int:
    from desktop_app.service.documents.reading_process import read_documents

    return read_documents()
