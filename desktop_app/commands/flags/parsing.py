"""What the flags of all commands on the API have in common. What does the work is imported late."""

from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

AS_JSON = "one JSON value instead of text"
OWN_ASSISTANT = "name or id; default: Parley's own"
_OURS = ("command", "as_json", "profile", "is_sure")


class Group:
    """The commands on one kind of thing: ``parley NAME ...``.

    Args:
        commands: Where it belongs.
        name: Of the group, and of the module in ``commands/api`` whose functions do the work.
        words: Its help.
    """

    def __init__(self, commands: Commands, name: str, words: str) -> None:
        self._module = f"desktop_app.commands.api.{name}"
        group = commands.add_parser(name, help=words, description=f"{words.capitalize()}.")
        self._kinds: Commands = group.add_subparsers(metavar="what", required=True)

    def add(
        self, name: str, words: str, work: str = "", *, question: str = ""
    ) -> argparse.ArgumentParser:
        """One command.

        Args:
            name: What people write.
            words: Its help.
            work: The coroutine function that does it; it is given a Session, and each argument
                of the command under its own name.
            question: Asked before anything is done, unless ``--yes`` is there.
        """
        command = self._kinds.add_parser(name, help=words, description=f"{words.capitalize()}.")
        command.add_argument("--json", action="store_true", dest="as_json", help=AS_JSON)
        add_profile_flag(command)
        if question:
            command.add_argument("--yes", action="store_true", dest="is_sure", help="do not ask")
        command.set_defaults(command=self._runner(work or name.replace("-", "_"), question))
        return command

    def _runner(self, work: str, question: str) -> Callable[[argparse.Namespace], int]:
        def run(options: argparse.Namespace) -> int:
            from desktop_app.commands.api import session

            if question and not options.is_sure:
                session.confirm(question)
            does: Callable[..., Awaitable[None]] = getattr(import_module(self._module), work)
            given = {name: value for name, value in vars(options).items() if name not in _OURS}
            return session.run(
                lambda opened: does(opened, **given),
                profile=options.profile,
                as_json=options.as_json,
            )

        return run


def add_profile_flag(command: argparse.ArgumentParser) -> None:
    """``--profile``, on whatever talks to a service."""
    command.add_argument(
        "--profile",
        default="",
        metavar="NAME",
        help="the service: embedded, backboard, or one of the settings (default: the settings')",
    )


def add_question_flags(command: argparse.ArgumentParser) -> None:
    """In which conversation, of which service, with whom this once, and how it is told."""
    command.add_argument("--json", action="store_true", help="one event per line, as JSON")
    command.add_argument("--thread", default="", metavar="ID|last|new", help="continue this thread")
    add_profile_flag(command)
    for flag, does in (
        ("--model", "which model answers"),
        ("--stt", "which model hears what is said"),
        ("--tts", "which model speaks the answer"),
    ):
        command.add_argument(flag, default="", metavar="PROVIDER/NAME", help=does)
    command.add_argument(
        "--voice", default="", metavar="ID", help="whom it speaks as; see `parley voices list`"
    )


def add_assistant_flag(command: argparse.ArgumentParser) -> None:
    """``--assistant``, on whatever an assistant has."""
    command.add_argument("--assistant", default="", metavar="NAME", help=OWN_ASSISTANT)


def add_owner_flags(command: argparse.ArgumentParser) -> None:
    """``--assistant`` or ``--thread``, on whatever either may have."""
    owner = command.add_mutually_exclusive_group()
    owner.add_argument("--assistant", default="", metavar="NAME", help=OWN_ASSISTANT)
    owner.add_argument("--thread", default="", metavar="ID|last", help="of one conversation alone")


def add_thread_argument(command: argparse.ArgumentParser) -> None:
    """Which thread."""
    command.add_argument("thread", metavar="ID|last")


def count(text: str) -> int:
    """A number of results.

    Raises:
        argparse.ArgumentTypeError
    """
    return whole_number(text, 10_000)


def whole_number(text: str, most: int = 10_000_000) -> int:
    """A number from 1.

    Raises:
        argparse.ArgumentTypeError
    """
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= most:
        raise argparse.ArgumentTypeError(f"it is a number from 1 to {most}")
    return int(text)


def json_object(text: str) -> dict[str, Any]:
    """A JSON object written on the command line.

    Raises:
        argparse.ArgumentTypeError
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"it is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError('it is a JSON object, such as {"source": "diary"}')
    return found
