"""The flags of the commands on the API. What does the work is imported when it is chosen."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.commands.session import Session

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
    Work = Callable[[Session, argparse.Namespace], Awaitable[None]]

_MOST_RESULTS = 50


def add_profile_flag(command: argparse.ArgumentParser) -> None:
    """``--profile``, on whatever talks to a service."""
    command.add_argument(
        "--profile",
        default="",
        metavar="NAME",
        help="the service: embedded, backboard, or one of the settings (default: the settings')",
    )


def add_threads(commands: Commands) -> None:
    """``parley threads``."""
    kinds = _group(commands, "threads", "list, show, search, export or delete conversations")
    listing = _command(kinds, "list", "the conversations, the last used first", _list_threads)
    listing.add_argument("--assistant", default="", metavar="NAME")
    listing.add_argument("--limit", type=_count, default=_MOST_RESULTS, metavar="N")
    _thread_argument(_command(kinds, "show", "what was said in one", _show_thread))
    searching = _command(kinds, "search", "messages that hold all words", _search_threads)
    searching.add_argument("words")
    export = _command(kinds, "export", "one as a document", _export_thread)
    _thread_argument(export)
    export.add_argument("--format", choices=("markdown", "json"), default="markdown")
    export.add_argument("--output", type=Path, metavar="FILE")
    deleting = _command(kinds, "delete", "delete for good", _delete_threads)
    deleting.add_argument("threads", nargs="+", metavar="ID")


def add_assistants(commands: Commands) -> None:
    """``parley assistants``."""
    kinds = _group(commands, "assistants", "list, make or delete who can answer")
    _command(kinds, "list", "all that the service has", _list_assistants)
    adding = _command(kinds, "add", "make one", _add_assistant)
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--prompt", default="", metavar="TEXT", help="what it is told to do")
    deleting = _command(
        kinds, "delete", "delete with its threads, documents and memories", _delete_assistants
    )
    deleting.add_argument("names", nargs="+", metavar="NAME")


def add_documents(commands: Commands) -> None:
    """``parley documents``."""
    kinds = _group(commands, "documents", "give files to an assistant or a thread")
    adding = _command(kinds, "add", "upload files and wait until they can be searched", _add_files)
    adding.add_argument("paths", nargs="+", type=Path, metavar="FILE")
    _owner_flags(adding)
    _owner_flags(_command(kinds, "list", "the documents that are there", _list_documents))
    status = _command(kinds, "status", "how far one has come, and why it failed", _document_status)
    status.add_argument("document", metavar="ID")
    deleting = _command(kinds, "delete", "delete for good", _delete_documents)
    deleting.add_argument("documents", nargs="+", metavar="ID")


def add_memories(commands: Commands) -> None:
    """``parley memories``."""
    kinds = _group(commands, "memories", "what an assistant remembers")
    _assistant_flag(_command(kinds, "list", "everything", _list_memories))
    adding = _command(kinds, "add", "remember a fact", _add_memory)
    adding.add_argument("text")
    _assistant_flag(adding)
    searching = _command(kinds, "search", "the best matches first", _search_memories)
    searching.add_argument("words")
    searching.add_argument("--limit", type=_count, default=5, metavar="N")
    _assistant_flag(searching)
    deleting = _command(kinds, "delete", "forget for good", _delete_memories)
    deleting.add_argument("memories", nargs="+", metavar="ID")
    _assistant_flag(deleting)


def add_models(commands: Commands) -> None:
    """``parley models``."""
    kinds = _group(commands, "models", "what can answer, draw, hear and speak")
    listing = _command(kinds, "list", "the catalogue", _list_models)
    listing.add_argument(
        "--type", default="", choices=("llm", "embedding", "image", "stt", "tts", "video")
    )
    listing.add_argument("--provider", default="", metavar="NAME")
    listing.add_argument("--search", default="", metavar="TEXT")


def add_keys(commands: Commands) -> None:
    """``parley keys``."""
    kinds = _group(commands, "keys", "connect OpenAI, ElevenLabs and other services by their keys")
    setting = kinds.add_parser(
        "set", help="keep a key in the system's keyring; it is asked for, or read from a pipe"
    )
    setting.set_defaults(command=_set_key)
    listing = kinds.add_parser("list", help="which keys there are, without showing them")
    listing.set_defaults(command=_list_keys)
    deleting = kinds.add_parser("delete", help="forget a key")
    deleting.set_defaults(command=_delete_key)
    for command in (setting, listing, deleting):
        command.add_argument("--json", action="store_true", help="one object per line, as JSON")
    for command in (setting, deleting):
        command.add_argument(
            "name", metavar="NAME", help="openai, elevenlabs, language, backboard or a profile"
        )


def _group(commands: Commands, name: str, words: str) -> Commands:
    group = commands.add_parser(name, help=words)
    return group.add_subparsers(metavar="what", required=True)


def _command(kinds: Commands, name: str, words: str, work: Work) -> argparse.ArgumentParser:
    command = kinds.add_parser(name, help=words)
    command.add_argument("--json", action="store_true", help="one object per line, as JSON")
    add_profile_flag(command)
    command.set_defaults(command=_runner(work))
    return command


def _runner(work: Work) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        from desktop_app.commands import session

        return session.run(
            lambda opened: work(opened, options), profile=options.profile, as_json=options.json
        )

    return run


def _thread_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("thread", metavar="ID|last")


def _assistant_flag(command: argparse.ArgumentParser) -> None:
    command.add_argument("--assistant", default="", metavar="NAME", help="default: Parley's own")


def _owner_flags(command: argparse.ArgumentParser) -> None:
    owner = command.add_mutually_exclusive_group()
    owner.add_argument("--assistant", default="", metavar="NAME", help="default: Parley's own")
    owner.add_argument("--thread", default="", metavar="ID|last", help="of one conversation alone")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError("it is a number from 1 to 10000")
    return int(text)


async def _list_threads(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import threads

    await threads.list_threads(session, options.assistant, options.limit)


async def _show_thread(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import threads

    await threads.show(session, options.thread)


async def _search_threads(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import threads

    await threads.search(session, options.words)


async def _export_thread(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import threads

    await threads.export(session, options.thread, options.format, options.output)


async def _delete_threads(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import threads

    await threads.delete(session, options.threads)


async def _list_assistants(session: Session, _options: argparse.Namespace) -> None:
    from desktop_app.commands import assistants

    await assistants.list_assistants(session)


async def _add_assistant(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import assistants

    await assistants.add(session, options.name, options.prompt)


async def _delete_assistants(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import assistants

    await assistants.delete(session, options.names)


async def _add_files(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import documents

    await documents.add(session, options.paths, options.assistant, options.thread)


async def _list_documents(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import documents

    await documents.list_documents(session, options.assistant, options.thread)


async def _document_status(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import documents

    await documents.status(session, options.document)


async def _delete_documents(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import documents

    await documents.delete(session, options.documents)


async def _list_memories(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import memories

    await memories.list_memories(session, options.assistant)


async def _add_memory(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import memories

    await memories.add(session, options.text, options.assistant)


async def _search_memories(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import memories

    await memories.search(session, options.words, options.assistant, options.limit)


async def _delete_memories(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import memories

    await memories.delete(session, options.memories, options.assistant)


async def _list_models(session: Session, options: argparse.Namespace) -> None:
    from desktop_app.commands import models

    await models.list_models(session, options.type, options.provider, options.search)


def _set_key(options: argparse.Namespace) -> int:
    from desktop_app.commands import keys

    return keys.set_key(options.name, as_json=options.json)


def _list_keys(options: argparse.Namespace) -> int:
    from desktop_app.commands import keys

    return keys.list_keys(as_json=options.json)


def _delete_key(options: argparse.Namespace) -> int:
    from desktop_app.commands import keys

    return keys.delete_key(options.name, as_json=options.json)
