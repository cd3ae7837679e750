"""Vectors over a real socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.errors import InputError, NetworkError, ProtocolError
from desktop_app.service.providers.openai.openai_embedder import OpenAiEmbedder
from desktop_app.service.providers.vector_ports import space_of
from tests.fakes.openai_server import OpenAiServer, closed_port, openai_server

PATH = "/v1/embeddings"
MODEL = "text-embedding-3-small"


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with openai_server() as running:
        yield running


async def embedded(url: str, texts: Sequence[str]) -> NDArray[np.float32]:
    embedder = OpenAiEmbedder(url, provider="openai", model=MODEL)
    try:
        return await embedder.embed(texts)
    finally:
        await embedder.aclose()


async def test_each_text_has_a_unit_vector_in_its_place(server):
    texts = ["the cat sat on the mat", "interest rates rose", "a cat on a mat"]
    vectors = await embedded(server.url, texts)
    assert (vectors.shape, vectors.dtype) == ((3, 1536), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    likeness = vectors @ vectors.T
    assert likeness[0, 2] > 0.4 > likeness[0, 1]


async def test_many_and_long_texts_go_in_several_requests(server):
    texts = [f"text {number}" for number in range(150)] + ["word " * 9_000, ""]
    vectors = await embedded(server.url, texts)
    sent = [asked.json["input"] for asked in server.asked_of(PATH)]
    assert [len(each) for each in sent] == [64, 64, 24]
    assert len(vectors) == 152
    assert np.array_equal(vectors[149], (await embedded(server.url, ["text 149"]))[0])
    assert len(sent[2][-2]) == 8_000
    assert sent[2][-1] == " "


async def test_another_model_and_length_are_asked_for_where_an_assistant_wants_them(server):
    embedder = OpenAiEmbedder(server.url, provider="openai", model=MODEL)
    assert embedder.using("", None) is embedder.using(MODEL, None) is embedder
    server.models = (*server.models, "text-embedding-3-large")
    large = embedder.using("text-embedding-3-large", 256)
    assert large is embedder.using("text-embedding-3-large", 256)
    await large.embed(["one"])
    await embedder.embed(["one"])
    first, second = [asked.json for asked in server.asked_of(PATH)]
    assert (first["model"], first["dimensions"]) == ("text-embedding-3-large", 256)
    assert second["model"] == MODEL
    assert "dimensions" not in second
    await embedder.aclose()


async def test_a_model_that_cannot_shorten_its_vectors_is_asked_without(server):
    embedder = OpenAiEmbedder(server.url, provider="openai", model=MODEL).using("", 64)
    refusal = {"error": {"message": "This model does not support specifying dimensions."}}
    server.refuse(PATH, 400, json.dumps(refusal))
    assert (await embedder.embed(["one"])).shape == (1, 1536)
    await embedder.embed(["two"])
    assert ["dimensions" in asked.json for asked in server.asked_of(PATH)] == [True, False, False]
    await embedder.aclose()


async def test_a_model_that_cannot_shorten_its_vectors_has_the_space_of_whole_ones(server):
    whole = OpenAiEmbedder(server.url, provider="openai", model=MODEL)
    embedder = whole.using("", 64)
    assert space_of(embedder) != space_of(whole)
    server.refuse(PATH, 400, "{}")
    await embedder.embed(["one"])
    assert space_of(embedder) == space_of(whole)
    assert whole.using("", 64) is embedder
    await whole.aclose()


async def test_a_text_that_is_refused_says_nothing_about_the_length_of_vectors(server):
    embedder = OpenAiEmbedder(server.url, provider="openai", model=MODEL).using("", 64)
    space = space_of(embedder)
    server.refuse(PATH, 400, "{}", times=2)
    with pytest.raises(InputError):
        await embedder.embed(["too long"])
    assert space_of(embedder) == space
    await embedder.embed(["two"])
    assert server.asked_of(PATH)[-1].json["dimensions"] == 64
    await embedder.aclose()


async def test_no_texts_are_no_request(server):
    assert (await embedded(server.url, [])).shape == (0, 0)
    assert not server.asked


@pytest.mark.parametrize(
    "data",
    [
        [],
        [{"index": 0}],
        [{"index": 0, "embedding": "abc"}],
        [{"index": 0, "embedding": []}],
        [{"index": 0, "embedding": [0, 0]}],
        [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}],
        [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1]}],
    ],
)
async def test_what_is_no_vector_is_a_protocol_error(server, data):
    server.answer(PATH, json.dumps({"data": data}))
    with pytest.raises(ProtocolError, match="cannot be understood"):
        await embedded(server.url, ["one"])


async def test_a_dead_server_is_a_network_error():
    with pytest.raises(NetworkError, match=r"embedding server at .* cannot be reached"):
        await embedded(f"http://127.0.0.1:{closed_port()}", ["one"])


async def test_its_models_are_listed_the_used_one_first(server):
    embedder = OpenAiEmbedder(server.url, provider="openai", model="text-embedding-3-large")
    rows = await embedder.models()
    assert [row.name for row in rows] == ["text-embedding-3-large", MODEL]
    assert [row.embedding_dimensions for row in rows] == [3072, 1536]
    await embedder.aclose()
