"""``parley export`` and ``parley import``: the conversations of this computer as files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from desktop_app.commands.open_window import ask_window, window_of
from desktop_app.commands.terminal.output import Output, counted
from desktop_app.errors import InputError
from desktop_app.export.exporting import ExportWish, Format, export_threads
from desktop_app.export.importing import import_archive
from desktop_app.export.watch import Watch
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.taking_in import TakenIn
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.keeping import ImportAdvanced, ImportArchive
from desktop_app.link.messages import LinkEvent, NoticeRaised
from desktop_app.logs import start_logging
from desktop_app.paths import find_paths
from desktop_app.prose import tr

_ENDINGS = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".pdf": "pdf"}
_ENDINGS |= {".zip": "json", ".json": "json"}


def export(
    threads: Sequence[str], to: Path, *, kind: str = "", is_all: bool = False, as_json: bool = False
) -> int:
    """Write conversations into a file.

    Args:
        threads: Ids, or ``last``.
        to: The file.
        kind: ``md``, ``html``, ``pdf`` or ``json``; empty goes by the ending of the file.
        is_all: Every conversation.

    Raises:
        AppError
    """
    paths = find_paths(os.environ)
    start_logging(paths.logs, "command")
    if bool(threads) == is_all:
        raise InputError("export.what", tr("Say which conversations, or --all."))
    chosen = kind or _ENDINGS.get(to.suffix.lower(), "")
    if not chosen:
        raise InputError(
            "export.format", tr("Say what shall be written: --format md|html|pdf|json.")
        )
    ids = tuple(_thread_id(paths.data, words) for words in threads)
    wish = ExportWish(paths.data, to, Format(chosen), ids)
    out = Output(as_json=as_json)
    watch = Watch(lambda done, total: out.progress(to.name, done, total))
    try:
        number = _write(wish, watch)
    finally:
        out.end_progress()
    said = counted(number, "conversation")
    value = {"path": str(to), "format": chosen, "threads": number}
    out.say(f"{said} in {to}.", value | {"size_bytes": to.stat().st_size})
    out.finish()
    return 0


def _write(wish: ExportWish, watch: Watch) -> int:
    if wish.format is Format.PDF:
        from desktop_app.ui.pdf import export_pdf_without_window

        return export_pdf_without_window(wish, watch)
    return export_threads(wish, watch)


def _thread_id(folder: Path, words: str) -> str:
    if words != "last":
        return words
    latest = sorted(JournalReader(folder).threads(), key=lambda thread: thread.updated_at)
    if not latest:
        raise InputError("thread.unknown", tr("There is no conversation here yet."))
    return latest[-1].id


def take_in(path: Path, *, as_json: bool = False) -> int:
    """Import an archive, beside an open window by its engine.

    Raises:
        AppError
    """
    paths = find_paths(os.environ)
    start_logging(paths.logs, "command")
    out = Output(as_json=as_json)
    try:
        taken = asyncio.run(_take_in(paths.data, path.absolute(), out))
    finally:
        out.end_progress()
    new = f"{counted(taken.threads, 'conversation')}, {counted(taken.messages, 'message')}"
    value = {name: getattr(taken, name) for name in ("threads", "messages")}
    out.say(f"New: {new}.", value)
    out.finish()
    return 0


async def _take_in(folder: Path, path: Path, out: Output) -> TakenIn:
    async with window_of(folder) as client:
        if client is None:
            journal = await JournalWriter.open(folder)
            try:
                watch = Watch(lambda done, total: out.progress(path.name, done, total))
                return await import_archive(journal, folder, path, watch)
            finally:
                await journal.aclose()
        facts: dict[str, str] = {}

        def is_answer(event: LinkEvent) -> bool:
            if isinstance(event, NoticeRaised) and event.notice.code == "archive.imported":
                facts.update(event.notice.facts)
            elif isinstance(event, ImportAdvanced) and event.path == str(path):
                out.progress(path.name, event.done, event.total)
                return event.is_over
            return False

        families = ("archive", "storage", "export")
        await ask_window(
            client,
            ImportArchive(str(path)),
            is_answer,
            lambda notice: notice.code.partition(".")[0] in families,
        )
        return TakenIn((), int(facts.get("threads", 0)), int(facts.get("messages", 0)))
