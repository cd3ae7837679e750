"""``parley read-documents``: reads files for the service, one after the other, under limits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from desktop_app.prose import mark
from desktop_app.service.documents.chunking import Chunk, chunks, estimated_tokens
from desktop_app.service.documents.limits import allow_cpu, limit_this_process
from desktop_app.service.documents.readers.by_ending import read_file
from desktop_app.service.documents.reading_messages import (
    LENGTH,
    Answer,
    Passages,
    ReadFile,
    ReadingDone,
    ReadingFailed,
    framed,
    order_from,
)
from desktop_app.service.documents.sections import Remark, Section, UnreadableError
from desktop_app.service.documents.summary import summarize

MAX_PASSAGES = 40_000
_PASSAGES_AT_ONCE = 100
_SUMMED_UP_CHARACTERS = 40_000


def read_documents() -> int:
    """Answer what standard input asks until it ends."""
    orders, answers = sys.stdin.buffer, _own_output()
    limit_this_process()
    while order := _next_order(orders):
        allow_cpu(order.cpu_s)
        for answer in answers_to(order):
            answers.write(framed(answer))
        answers.flush()
    return 0


def answers_to(order: ReadFile) -> Iterator[Answer]:
    """Passages in batches, then how it ended."""
    try:
        yield from _passages(order)
    except UnreadableError as error:
        yield ReadingFailed(str(error))
    except (MemoryError, RecursionError):
        yield ReadingFailed(mark("It is too large or too deeply nested to be read here."))
    except OSError:
        yield ReadingFailed(mark("It could not be read from the disk."))
    except Exception:  # files of strangers: what a reader trips over is the file's fault
        yield ReadingFailed(mark("It is damaged and cannot be read."))


def _own_output() -> BinaryIO:
    """Standard output for answers alone: what a library prints goes where errors go."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _next_order(orders: BinaryIO) -> ReadFile | None:
    length = orders.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    return order_from(orders.read(*LENGTH.unpack(length)))


def _passages(order: ReadFile) -> Iterator[Answer]:
    reading = _Reading()
    found = reading.chunks_of(Path(order.path), order.ending)
    first = next(found, None)
    every = chain([first], found) if first is not None else iter(())
    while batch := list(islice(every, _PASSAGES_AT_ONCE)):
        yield Passages([(one.place, one.text) for one in batch])
    yield reading.done()


class _Reading:
    """One file: what was found besides its passages."""

    def __init__(self) -> None:
        self._count = 0
        self._tokens = 0
        self._summary = ""
        self._notes: list[str] = []
        self._beginning = ""

    def chunks_of(self, path: Path, ending: str) -> Iterator[Chunk]:
        for found in read_file(path, ending):
            match found:
                case Section():
                    yield from self._chunks(found)
                    if self._count >= MAX_PASSAGES:
                        self._notes.append("Only its beginning is searched: it is very long.")
                        return
                case Remark():
                    self._summary = self._summary or found.summary
                    self._notes += [found.note] if found.note else []

    def done(self) -> ReadingDone:
        if not self._count and not self._summary:
            raise UnreadableError(mark("It contains no text."))
        summary = self._summary or summarize(self._beginning)
        return ReadingDone(summary, self._tokens, " ".join(self._notes))

    def _chunks(self, section: Section) -> Iterator[Chunk]:
        room = _SUMMED_UP_CHARACTERS - len(self._beginning)
        if room > 0 and section.text.strip():
            self._beginning += f"{section.text[:room]}\n\n"
        for chunk in islice(chunks(section), MAX_PASSAGES - self._count):
            self._count += 1
            self._tokens += estimated_tokens(chunk.text)
            yield chunk
