"""How well passages are found for questions: by words alone, and with a real small embedder."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.service.documents.library import Library, open_library
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.builtin.builtin_embedder import BuiltinEmbedder
from desktop_app.service.providers.builtin.installed_model import installed_model
from desktop_app.service.providers.vector_ports import Embedder
from desktop_app.service.storage.store import open_store
from tests.benchmarks.figures import Figure, Spread
from tests.benchmarks.retrieval_questions import HELD_OUT, LITERAL, PARAPHRASED, misspelt
from tests.fakes.providers import ScriptedProviders

_LIMIT_S = 120
_ASKED = 5

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _Set:
    """Questions of one kind.

    Attributes:
        by_words: Recall@1 and @5 that words alone must reach; the rest needs an embedder.
        by_meaning: The same with one.
    """

    kind: str
    pairs: Pairs
    by_words: tuple[float, float]
    by_meaning: tuple[float, float]


_SETS = (
    _Set("literal", LITERAL, (0.9, 0.95), (0.9, 0.95)),
    _Set("paraphrased", PARAPHRASED, (0.2, 0.3), (0.7, 0.9)),
    _Set("misspelt", misspelt(LITERAL), (0.85, 0.9), (0.85, 0.9)),
    _Set("held-out", HELD_OUT, (0.0, 0.0), (0.5, 0.75)),
)
_PASSAGES = (*LITERAL, *PARAPHRASED, *HELD_OUT)


async def figures() -> list[Figure]:
    """Recall among the first and the first five, and the time of a question."""
    async with _filled(None) as shelf:
        found = await _by(shelf, "words")
    folder = installed_model()
    if folder is None:
        sys.stderr.write("No embedder is installed: what meaning finds is not measured.\n")
        return found
    embedder = BuiltinEmbedder(folder)
    async with _filled(embedder) as shelf:
        found += await _by(shelf, "words and meaning")
    await embedder.aclose()
    return found


@dataclass(frozen=True)
class _Shelf:
    """An assistant's documents, one passage each."""

    library: Library
    assistant_id: str

    async def find(self, question: str) -> list[str]:
        """The texts of the best passages."""
        found = await self.library.passages(
            question, assistant_id=self.assistant_id, thread_id="", limit=_ASKED
        )
        return [one.text for one in found]


@asynccontextmanager
async def _filled(embedder: Embedder | None) -> AsyncIterator[_Shelf]:
    """The passages in a store of its own, each with its vector where somebody embeds."""
    source = ProviderSource()
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(Path(folder)) as store, open_library(store, source) as library:
            embedders = {embedder.provider: embedder} if embedder else {}
            await source.fill(ScriptedProviders(embedders=embedders).open, store.recall)
            assistant = await store.assistants.create(NewAssistant(name="Bench"))
            await _fill(library, Path(folder), assistant.assistant_id)
            async with asyncio.timeout(_LIMIT_S):
                while embedder and await store.database.read(_without_vector):
                    pass  # nothing tells when the last one has its vector
            yield _Shelf(library, assistant.assistant_id)


def _without_vector(connection: sqlite3.Connection) -> int:
    count = "SELECT count(*) FROM chunks WHERE seq NOT IN (SELECT chunk_seq FROM chunk_vectors)"
    return int(connection.execute(count).fetchone()[0])


async def _fill(library: Library, folder: Path, assistant_id: str) -> None:
    ids = []
    for number, (passage, _) in enumerate(_PASSAGES):
        path = folder / "passage"
        path.write_text(passage, encoding="utf-8")
        document = await library.add(path, f"{number}.txt", "text/plain", assistant_id=assistant_id)
        ids.append(document.document_id)
    documents = await library.settled(ids, _LIMIT_S)
    assert all(document.is_indexed for document in documents)


async def _by(shelf: _Shelf, means: str) -> list[Figure]:
    found: list[Figure] = []
    times_ms: list[float] = []
    by_words = means == "words"
    for one in _SETS:
        places = await _places(shelf, one.pairs, times_ms)
        goals = one.by_words if by_words else one.by_meaning
        found += [
            _recall(
                len(found) + offset + (1 if by_words else 10), one.kind, places, within, goal, means
            )
            for offset, (within, goal) in enumerate(zip((1, _ASKED), goals, strict=True))
        ]
    return [*found, _time("D9" if by_words else "D18", times_ms, means, 15 if by_words else 60)]


async def _places(shelf: _Shelf, pairs: Pairs, times_ms: list[float]) -> list[int]:
    """Where the right passage stood for each question; past the last where it was not found."""
    places = []
    for passage, question in pairs:
        began = time.perf_counter()
        texts = await shelf.find(question)
        times_ms.append((time.perf_counter() - began) * 1000)
        places.append(texts.index(passage) if passage in texts else _ASKED)
    return places


def _recall(
    number: int, kind: str, places: list[int], within: int, goal: float, means: str
) -> Figure:
    share = sum(place < within for place in places) / len(places)
    what = f"recall@{within} of {len(places)} {kind} questions, by {means}"
    spread = Spread.of([share])
    return Figure(f"D{number}", what, "share", spread, f"at least {goal}", share >= goal)


def _time(name: str, times_ms: list[float], means: str, goal_ms: int) -> Figure:
    spread = Spread.of(times_ms)
    what = f"one question among {len(_PASSAGES)} passages, by {means}"
    return Figure(name, what, "ms", spread, f"median under {goal_ms} ms", spread.median < goal_ms)
