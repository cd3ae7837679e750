"""How well passages are found for questions: by words alone, as without any provider."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.service.documents.library import Library, open_library
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.storage.store import open_store
from tests.benchmarks.figures import Figure, Spread
from tests.benchmarks.retrieval_questions import LITERAL, PARAPHRASED

_LIMIT_S = 120
_ASKED = 5
_GOALS = {"literal": (0.9, 0.95), "paraphrased": (0.2, 0.3)}
"""Recall@1 and @5 that words alone must reach; the rest of the meaning needs an embedder."""


async def figures() -> list[Figure]:
    """Recall among the first and the first five, and the time of a question."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            open_store(Path(folder)) as store,
            open_library(store, ProviderSource()) as library,
        ):
            assistant = await store.assistants.create(NewAssistant(name="Bench"))
            await _fill(library, Path(folder), assistant.assistant_id)
            literal = await _ask(library, assistant.assistant_id, LITERAL)
            paraphrased = await _ask(library, assistant.assistant_id, PARAPHRASED)
    times_ms = literal.times_ms + paraphrased.times_ms
    return [
        *literal.figures("literal", "D1", "D2"),
        *paraphrased.figures("paraphrased", "D3", "D4"),
        Figure(
            "D5",
            f"one question among {len(LITERAL) + len(PARAPHRASED)} passages, ms",
            "ms",
            Spread.of(times_ms),
            "median under 15 ms",
            Spread.of(times_ms).median < 15,
        ),
    ]


class _Answers:
    """Where the right passage stood for each question; none is past the last."""

    def __init__(self) -> None:
        self.places: list[int] = []
        self.times_ms: list[float] = []

    def figures(self, kind: str, first: str, fifth: str) -> list[Figure]:
        return [
            self._recall(name, kind, within, goal)
            for name, within, goal in zip((first, fifth), (1, _ASKED), _GOALS[kind], strict=True)
        ]

    def _recall(self, name: str, kind: str, within: int, goal: float) -> Figure:
        share = sum(place < within for place in self.places) / len(self.places)
        return Figure(
            name,
            f"recall@{within} of {len(self.places)} {kind} questions, by words",
            "share",
            Spread.of([share]),
            f"at least {goal}",
            share >= goal,
        )


async def _fill(library: Library, folder: Path, assistant_id: str) -> None:
    ids = []
    for number, (passage, _) in enumerate((*LITERAL, *PARAPHRASED)):
        path = folder / "passage"
        path.write_text(passage, encoding="utf-8")
        document = await library.add(path, f"{number}.txt", "text/plain", assistant_id=assistant_id)
        ids.append(document.document_id)
    documents = await library.settled(ids, _LIMIT_S)
    assert all(document.is_indexed for document in documents)


async def _ask(library: Library, assistant_id: str, pairs: Sequence[tuple[str, str]]) -> _Answers:
    answers = _Answers()
    for passage, question in pairs:
        began = time.perf_counter()
        found = await library.passages(
            question, assistant_id=assistant_id, thread_id="", limit=_ASKED
        )
        answers.times_ms.append((time.perf_counter() - began) * 1000)
        texts = [one.text for one in found]
        answers.places.append(texts.index(passage) if passage in texts else _ASKED)
    return answers
