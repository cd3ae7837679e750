"""Meaning without a network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from desktop_app.errors import StorageError
from desktop_app.service.providers.builtin.builtin_embedder import BuiltinEmbedder
from desktop_app.service.providers.builtin.sentence_model import SentenceModel
from tests.fakes.sentence_files import WIDTH, write_model


@pytest.fixture
async def embedder(tmp_path: Path) -> AsyncIterator[BuiltinEmbedder]:
    write_model(tmp_path)
    embedder = BuiltinEmbedder(tmp_path)
    yield embedder
    await embedder.aclose()


async def test_each_text_has_a_unit_vector_in_its_place(embedder, tmp_path):
    vectors = await embedder.embed(["tea", "cafe", "tea"])
    assert (vectors.shape, vectors.dtype) == ((3, WIDTH), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.array_equal(vectors[1], SentenceModel(tmp_path).vector("cafe"))
    assert len(await embedder.embed([])) == 0


async def test_a_question_waits_for_one_passage_and_not_for_many(embedder, monkeypatch):
    order: list[str] = []
    vector = SentenceModel.vector

    def noted(self: SentenceModel, text: str):
        order.append(text)
        return vector(self, text)

    monkeypatch.setattr(SentenceModel, "vector", noted)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(embedder.embed(["tea"] * 20))
        tasks.create_task(embedder.embed(["cafe"]))
    assert order.index("cafe") <= 2


async def test_it_is_one_model_whatever_is_wished_for(embedder):
    assert embedder.using("another", 7) is embedder
    (row,) = await embedder.models()
    assert (row.name, row.model_type, row.embedding_dimensions) == (
        "all-minilm-l6-v2",
        "embedding",
        384,
    )


@pytest.mark.parametrize("content", [None, b"", b"\0" * 100, b"\x10\0\0\0\0\0\0\0{}"])
async def test_files_that_are_none_are_a_failure_in_words(tmp_path, content):
    (tmp_path / "vocab.txt").write_text("[CLS]\n")
    if content is not None:
        (tmp_path / "model.safetensors").write_bytes(content)
    embedder = BuiltinEmbedder(tmp_path)
    with pytest.raises(StorageError, match="model of meaning"):
        await embedder.embed(["tea"])
    await embedder.aclose()
