"""The flags of the commands on the API."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.commands.flags.parsing import (
    Group,
    add_assistant_flag,
    add_owner_flags,
    add_thread_argument,
    count,
    json_object,
    whole_number,
)

if TYPE_CHECKING:
    from desktop_app.commands.flags.parsing import Commands

_MOST_RESULTS = 50
_MODEL_KINDS = ("chat", "embedding", "image", "video", "voice", "stt", "tts")


def add_threads(commands: Commands) -> None:
    """``parley threads``."""
    group = Group(commands, "threads", "conversations that the service keeps")
    listing = group.add("list", "the conversations, the last used first", "list_threads")
    listing.add_argument("--assistant", default="", metavar="NAME", help="of this one alone")
    listing.add_argument("--limit", type=count, default=_MOST_RESULTS, metavar="N")
    showing = group.add("show", "what was said in one, with tools, files and pictures")
    add_thread_argument(showing)
    showing.add_argument("--reasoning", action="store_true", help="with all that the model thought")
    searching = group.add("search", "messages that hold all words")
    searching.add_argument("words", metavar="WORDS")
    add_assistant_flag(group.add("create", "an empty one, for other programs"))
    _add_export(group)
    stopping = group.add("stop", "end the answer that is being written in one, or waits for tools")
    add_thread_argument(stopping)
    stopping.add_argument("--run", default="", metavar="ID", help="default: the one that goes on")
    _add_answer_tool(group)
    deleting = group.add("delete", "delete for good")
    deleting.add_argument("threads", nargs="+", metavar="ID")


def _add_export(group: Group) -> None:
    export = group.add("export", "one as a document")
    add_thread_argument(export)
    export.add_argument("--format", choices=("markdown", "json"), default="markdown", dest="kind")
    export.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")


def _add_answer_tool(group: Group) -> None:
    answering = group.add("answer-tool", "give the outputs of the tools that an answer waits for")
    add_thread_argument(answering)
    answering.add_argument(
        "outputs",
        nargs="+",
        metavar="CALL=OUTPUT",
        help="for each call; the output alone where there is one; - reads standard input",
    )
    answering.add_argument("--run", default="", metavar="ID", help="default: the one that waits")
    answering.add_argument(
        "--tools", type=Path, metavar="FILE", help="again, where the question brought its tools"
    )


def add_assistants(commands: Commands) -> None:
    """``parley assistants``."""
    group = Group(commands, "assistants", "who can answer, each with documents and memories")
    group.add("list", "all that the service has", "list_assistants")
    group.add("show", "one in full").add_argument("name", metavar="NAME|ID")
    creating = group.add("create", "make one")
    creating.add_argument("name", metavar="NAME")
    _add_assistant_fields(creating)
    creating.add_argument(
        "--embedding",
        metavar="PROVIDER/NAME",
        help="the model that searches its documents by meaning; cannot be changed later",
    )
    creating.add_argument(
        "--embedding-dims", type=whole_number, metavar="N", help="length of its vectors"
    )
    updating = group.add("update", "change one; what is not given stays")
    updating.add_argument("name", metavar="NAME|ID")
    updating.add_argument("--name", dest="rename", metavar="NEW", help="its new name")
    _add_assistant_fields(updating)
    _add_clone(group)
    deleting = group.add(
        "delete",
        "delete with its threads, documents and memories",
        question="All threads, documents and memories of it will be deleted for good.",
    )
    deleting.add_argument("names", nargs="+", metavar="NAME|ID")


def _add_assistant_fields(command: argparse.ArgumentParser) -> None:
    command.add_argument("--description", metavar="TEXT", help="what it is for")
    command.add_argument("--system-prompt", metavar="TEXT", help="what it is told to do")
    command.add_argument(
        "--tools", type=Path, metavar="FILE", help="functions it may call, as JSON; all of them"
    )
    command.add_argument(
        "--tok-k",
        type=partial(whole_number, most=100),
        metavar="N",
        help="how many passages of its documents a question gets, 1 to 100",
    )
    command.add_argument(
        "--fact-prompt",
        dest="custom_fact_extraction_prompt",
        metavar="TEXT",
        help="how it is told to find facts to remember",
    )
    command.add_argument(
        "--memory-prompt",
        dest="custom_update_memory_prompt",
        metavar="TEXT",
        help="how it is told to bring memories up to date",
    )


def _add_clone(group: Group) -> None:
    cloning = group.add("clone", "copy one with its documents and memories")
    cloning.add_argument("name", metavar="NAME|ID")
    cloning.add_argument(
        "--name", dest="new_name", metavar="NEW", help='default: its name and "Copy"'
    )
    cloning.add_argument("--system-prompt", metavar="TEXT", help="instead of that of the original")
    cloning.add_argument("--no-documents", action="store_false", dest="documents")
    cloning.add_argument("--no-memories", action="store_false", dest="memories")


def add_documents(commands: Commands) -> None:
    """``parley documents``."""
    group = Group(commands, "documents", "files that an assistant or a thread knows")
    adding = group.add("add", "upload files and wait until they can be searched")
    adding.add_argument("paths", nargs="+", type=Path, metavar="FILE")
    add_owner_flags(adding)
    add_owner_flags(group.add("list", "the documents that are there", "list_documents"))
    status = group.add("status", "how far one has come, and why it failed")
    status.add_argument("document", metavar="ID")
    deleting = group.add("delete", "delete for good")
    deleting.add_argument("documents", nargs="+", metavar="ID")


def add_memories(commands: Commands) -> None:
    """``parley memories``."""
    group = Group(commands, "memories", "what an assistant remembers")
    add_assistant_flag(group.add("list", "everything", "list_memories"))
    searching = group.add("search", "the best matches first")
    searching.add_argument("words", metavar="WORDS")
    searching.add_argument(
        "--limit", type=partial(whole_number, most=50), default=5, metavar="N", help="1 to 50"
    )
    add_assistant_flag(searching)
    showing = group.add("show", "one fact in full")
    showing.add_argument("memory", metavar="ID")
    add_assistant_flag(showing)
    _add_changes_of_memories(group)
    add_assistant_flag(group.add("stats", "how many there are, and how many there may be"))
    add_assistant_flag(group.add("insights", "what they look like from afar"))
    operation = group.add("operation", "how the learning from one turn went")
    operation.add_argument("operation", metavar="ID", help="a turn tells it, with `ask --json`")
    operation.add_argument("--wait", action="store_true", help="until it has ended")


def _add_changes_of_memories(group: Group) -> None:
    adding = group.add("add", "remember a fact")
    adding.add_argument("text", metavar="TEXT")
    updating = group.add("update", "replace a fact")
    updating.add_argument("memory", metavar="ID")
    updating.add_argument("text", metavar="TEXT")
    deleting = group.add("delete", "forget for good")
    deleting.add_argument("memories", nargs="+", metavar="ID")
    question = "Everything that the assistant remembers will be forgotten for good."
    for command in (adding, updating):
        command.add_argument(
            "--metadata", type=json_object, metavar="JSON", help="an object to keep along"
        )
    for command in (
        adding,
        updating,
        deleting,
        group.add("reset", "forget all", question=question),
    ):
        add_assistant_flag(command)


def add_models(commands: Commands) -> None:
    """``parley models``."""
    group = Group(commands, "models", "what can answer, draw, hear and speak")
    listing = group.add("list", "the catalogue", "list_models")
    listing.add_argument("--provider", default="", metavar="NAME")
    listing.add_argument("--search", default="", metavar="TEXT", help="that is part of the name")
    for flag, ability in (
        ("--tools", "supports_tools"),
        ("--thinking", "supports_thinking"),
        ("--json-output", "supports_json_output"),
        ("--vision", "supports_vision"),
    ):
        listing.add_argument(
            flag, dest=ability, action="store_const", const=True, help="only models with it"
        )
    for limit in ("--min-context", "--max-context", "--min-dimensions", "--max-dimensions"):
        listing.add_argument(limit, type=whole_number, metavar="N")
    showing = group.add("show", "one model in full")
    showing.add_argument("name", metavar="PROVIDER/NAME")
    providers = group.add("providers", "whose models there are")
    for command, kinds in (
        (listing, _MODEL_KINDS),
        (showing, _MODEL_KINDS),
        (providers, ("embedding", "image")),
    ):
        command.add_argument("--type", default="", choices=kinds, dest="kind")


def add_voices(commands: Commands) -> None:
    """``parley voices``."""
    group = Group(commands, "voices", "whom replies can be spoken as")
    listing = group.add("list", "every voice, by the name that --voice takes", "list_voices")
    listing.add_argument("--provider", default="", metavar="NAME")
    listing.add_argument(
        "--search", default="", metavar="TEXT", help="that is part of what is known of it"
    )
