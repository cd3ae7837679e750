"""The flags of ``parley ask``, ``parley talk`` and ``parley demo``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.commands.flags.parsing import add_question_flags
from desktop_app.errors import InputError

if TYPE_CHECKING:
    from desktop_app.commands.flags.parsing import Commands

_MEMORY_MODES = {"auto": "Auto", "readonly": "Readonly", "off": "off"}


def add_talk(commands: Commands) -> None:
    """``parley talk``."""
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


def add_ask(commands: Commands) -> None:
    """``parley ask``."""
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
    ask.add_argument("--video", type=Path, metavar="FILE", help="where a video that is made goes")
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
    ask.add_argument(
        "--questions",
        type=Path,
        metavar="FILE",
        help="typed questions (yes/no, choice, scale), as JSON; they are asked of the text, of the"
        " conversation, or of --state",
    )
    ask.add_argument(
        "--state", type=Path, metavar="FILE", help="what --questions are about: JSON or text"
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


def add_demo(commands: Commands) -> None:
    """``parley demo``."""
    demo = commands.add_parser(
        "demo", help="one spoken conversation and a picture of the window, without a screen"
    )
    demo.add_argument("--json", action="store_true", help="one event per line, as JSON")
    demo.add_argument("--output", type=Path, default=Path("out"), metavar="FOLDER")
    demo.set_defaults(command=_demo)


def _talk(options: argparse.Namespace) -> int:
    if options.action:
        from desktop_app.commands.computer.talk_key import press

        return press(options.action, as_json=options.json)
    if not options.input:
        raise InputError(
            "cli.refused",
            "Say start, stop, toggle or cancel, or give recordings with --input."
            " `parley talk --help` says what it takes.",
        )
    from desktop_app.commands.questions.talk import talk
    from desktop_app.protocol.commands import Answerer

    return talk(
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
    from desktop_app.commands.questions import message_fields
    from desktop_app.commands.questions.ask import Question, ask

    question = Question(
        text=options.text,
        thread=options.thread,
        assistant=options.assistant,
        files=tuple(options.files),
        recording=options.audio,
        speech=options.speak,
        picture=options.image,
        video=options.video,
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
    return ask(question, as_json=options.json, tells_reasoning=options.reasoning)


def _fields_of(options: argparse.Namespace) -> dict[str, Any]:
    """Fields of a message that have flags of their own."""
    typed: dict[str, Any] | None = None
    if options.questions is not None:
        from desktop_app.commands.questions.typed_questions import read_questions

        typed = read_questions(options.questions, options.state)
    elif options.state is not None:
        raise InputError("cli.refused", "--state goes with --questions: say what is asked of it.")
    wanted = {
        "system_one": typed,
        "thinking": {"effort": options.think} if options.think else None,
        "system_prompt": options.system_prompt,
        "web_search": "Auto" if options.web_search else None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _demo(options: argparse.Namespace) -> int:
    from desktop_app.commands.questions.demo import demo

    return demo(options.output, as_json=options.json)
