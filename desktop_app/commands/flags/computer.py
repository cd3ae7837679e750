"""The flags of the commands on this computer: what it keeps, its keys, and what it has."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.commands.flags.parsing import AS_JSON, count

if TYPE_CHECKING:
    from desktop_app.commands.flags.parsing import Commands


def add_export(commands: Commands) -> None:
    """``parley export``."""
    words = "conversations as a document, or as an archive that can be imported"
    command = commands.add_parser("export", help=words, description=f"{words.capitalize()}.")
    command.add_argument("threads", nargs="*", metavar="THREAD", help="an id, or last")
    command.add_argument("--all", action="store_true", dest="is_all", help="every conversation")
    command.add_argument(
        "--format",
        default="",
        choices=("md", "html", "pdf", "json"),
        dest="kind",
        help="default: what the name says; json is a zip with recordings, pictures and files",
    )
    command.add_argument("--to", type=Path, required=True, metavar="PATH", help="the file")
    command.add_argument("--json", action="store_true", dest="as_json", help=AS_JSON)
    command.set_defaults(command=_export)


def add_import(commands: Commands) -> None:
    """``parley import``."""
    words = "take in what is new in an archive of conversations"
    command = commands.add_parser("import", help=words, description=f"{words.capitalize()}.")
    command.add_argument("file", type=Path, metavar="FILE.zip")
    command.add_argument("--json", action="store_true", dest="as_json", help=AS_JSON)
    command.set_defaults(command=_import)


def add_recordings(commands: Commands) -> None:
    """``parley recordings``."""
    words = "what was said, by you and the assistant, as sound"
    group = commands.add_parser("recordings", help=words, description=f"{words.capitalize()}.")
    kinds: Commands = group.add_subparsers(metavar="what", required=True)
    listing = kinds.add_parser("list", help="all that are kept, the newest first")
    listing.add_argument("--thread", default="", metavar="ID", help="of one conversation alone")
    listing.add_argument("--limit", type=count, default=50, metavar="N")
    playing = kinds.add_parser("play", help="hear one")
    playing.add_argument("--from", type=float, default=0.0, metavar="SECONDS", dest="from_s")
    saving = kinds.add_parser("save", help="write one as a WAV file")
    saving.add_argument("--to", type=Path, required=True, metavar="WAV")
    retrying = kinds.add_parser("retry", help="send one again whose message failed")
    discarding = kinds.add_parser("discard", help="delete one for good")
    discarding.add_argument("--yes", action="store_true", dest="is_sure", help="do not ask")
    for command in (playing, saving, retrying, discarding):
        command.add_argument("words", metavar="ID|last")
    for name, command in (
        ("list_recordings", listing),
        ("play", playing),
        ("save", saving),
        ("retry", retrying),
        ("discard", discarding),
    ):
        command.add_argument("--json", action="store_true", dest="as_json", help=AS_JSON)
        command.set_defaults(command=_recordings, work=name)


def add_keys(commands: Commands) -> None:
    """``parley keys``."""
    words = "keys of OpenAI, ElevenLabs and other services"
    group = commands.add_parser("keys", help=words, description=f"{words.capitalize()}.")
    kinds: Commands = group.add_subparsers(metavar="what", required=True)
    setting = kinds.add_parser(
        "set", help="keep a key in the system's keyring; it is asked for, or read from a pipe"
    )
    setting.set_defaults(command=_set_key)
    listing = kinds.add_parser("list", help="which keys there are, without showing them")
    listing.set_defaults(command=_list_keys)
    deleting = kinds.add_parser("delete", help="forget a key")
    deleting.set_defaults(command=_delete_key)
    for command in (setting, listing, deleting):
        command.add_argument("--json", action="store_true", help=AS_JSON)
    for command in (setting, deleting):
        command.add_argument(
            "name",
            metavar="NAME",
            help="openai, elevenlabs, typesafe, language, backboard or a profile",
        )


def add_devices(commands: Commands) -> None:
    """``parley devices``."""
    devices = commands.add_parser("devices", help="list the microphones and loudspeakers")
    devices.add_argument("--json", action="store_true", help="one list, as JSON")
    devices.set_defaults(command=_devices)


def add_doctor(commands: Commands) -> None:
    """``parley doctor``."""
    doctor = commands.add_parser("doctor", help="say whether a conversation is possible here")
    doctor.add_argument("--json", action="store_true", help="one finding per line, as JSON")
    doctor.set_defaults(command=_doctor)


def _export(options: argparse.Namespace) -> int:
    from desktop_app.commands.computer import exports

    return exports.export(
        options.threads,
        options.to,
        kind=options.kind,
        is_all=options.is_all,
        as_json=options.as_json,
    )


def _import(options: argparse.Namespace) -> int:
    from desktop_app.commands.computer import exports

    return exports.take_in(options.file, as_json=options.as_json)


def _recordings(options: argparse.Namespace) -> int:
    from desktop_app.commands.api import session
    from desktop_app.commands.computer import recordings

    given = dict(vars(options))
    del given["command"]
    if not given.pop("is_sure", True):
        session.confirm("The recording will be deleted for good.")
    result: int = getattr(recordings, given.pop("work"))(**given)
    return result


def _set_key(options: argparse.Namespace) -> int:
    from desktop_app.commands.computer import keys

    return keys.set_key(options.name, as_json=options.json)


def _list_keys(options: argparse.Namespace) -> int:
    from desktop_app.commands.computer import keys

    return keys.list_keys(as_json=options.json)


def _delete_key(options: argparse.Namespace) -> int:
    from desktop_app.commands.computer import keys

    return keys.delete_key(options.name, as_json=options.json)


def _devices(options: argparse.Namespace) -> int:
    from desktop_app.commands.computer.devices import list_devices

    return list_devices(as_json=options.json)


def _doctor(options: argparse.Namespace) -> int:
    from desktop_app.commands.computer import doctor

    return doctor.main(as_json=options.json)
