"""Where an embedding provider is connected, passages are found by meaning too."""

from __future__ import annotations

import asyncio
import logging

import msgspec
import pytest

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.protocol.backboard.documents import Document, SearchFault
from desktop_app.service import vectors
from tests.fakes.embedder import MeaningEmbedder
from tests.fakes.providers import ScriptedProviders

HOLIDAYS = "Everybody has thirty holidays."
MONEY = "The wage comes on the last Friday."
DOORS = "The doors open at nine."


@pytest.fixture
def embedder():
    return MeaningEmbedder()


@pytest.fixture
async def shelf(open_rig, new_shelf, embedder, tmp_path):
    """With an embedding provider."""
    providers = ScriptedProviders(embedders={"scripted": embedder})
    async with open_rig(tmp_path, providers) as rig:
        yield await new_shelf(rig)


async def _fill(shelf):
    for name, text in (("holidays", HOLIDAYS), ("money", MONEY), ("doors", DOORS)):
        await shelf.indexed(f"{name}.txt", text)


async def test_a_question_finds_what_it_means_in_other_words(shelf):
    await _fill(shelf)
    await shelf.embedded()
    assert await shelf.found("vacation leave") == ["holidays.txt"]
    assert await shelf.found("How much am I paid?") == ["money.txt"]


async def test_a_passage_says_how_near_it_is_where_that_is_near_for_the_model(shelf, embedder):
    embedder.least_nearness = 0.9
    await _fill(shelf)
    of = {"assistant_id": shelf.assistant_id, "thread_id": shelf.thread_id, "limit": 1}
    await shelf.embedded()
    (found,) = await shelf.library.passages("vacation", **of)
    assert found.nearness == pytest.approx(0.99, abs=0.02)
    embedder.least_nearness = 1.01
    (found,) = await shelf.library.passages("vacation", **of)
    assert found.nearness is None
    embedder.failure = NetworkError("network.unreachable")
    (found,) = await shelf.library.passages("holidays", **of)
    assert found.nearness is None


async def test_what_is_near_is_not_known_of_a_model_that_was_not_measured(shelf):
    await _fill(shelf)
    await shelf.embedded()
    of = {"assistant_id": shelf.assistant_id, "thread_id": shelf.thread_id, "limit": 3}
    found = await shelf.library.passages("vacation", **of)
    assert found[0].filename == "holidays.txt"
    assert {one.nearness for one in found} == {None}


async def test_what_is_indexed_and_not_embedded_yet_is_found_by_its_words(shelf, embedder):
    embedder.failure = NetworkError("network.unreachable")
    await _fill(shelf)
    assert await shelf.found("When do the doors open?") == ["doors.txt"]


@pytest.mark.parametrize(
    "broken",
    [
        {"failure": NetworkError("network.unreachable")},
        {"shape": (1, 2, 3)},
        {"shape": (0, 6)},
    ],
    ids=["dead", "wrong shape", "too few"],
)
async def test_a_provider_that_fails_leaves_the_search_by_words(shelf, embedder, broken, caplog):
    await _fill(shelf)
    await shelf.embedded()
    for name, value in broken.items():
        setattr(embedder, name, value)
    caplog.set_level(logging.INFO)
    assert await shelf.found("doors holidays") == ["holidays.txt", "doors.txt"]
    assert "scripted gave a question no vector" in caplog.text
    caplog.clear()


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (InputError("language.refused", status="404"), "http.404"),
        (AppError("embedding.failed"), "embedding.failed"),
        (NetworkError("network.unreachable"), "network.unreachable"),
    ],
)
async def test_documents_say_that_they_are_found_by_words_alone_until_they_are_not(
    shelf, embedder, failure, code, caplog
):
    await _fill(shelf)
    await shelf.embedded()
    embedder.failure = failure
    assert await shelf.found("doors") == ["doors.txt"]
    listed = await shelf.rig.http.get(f"/assistants/{shelf.assistant_id}/documents")
    documents = msgspec.json.decode(listed.content, type=list[Document])
    assert {one.search_fault for one in documents} == {
        SearchFault(code=code, model="scripted/meaning")
    }
    embedder.failure = None
    assert await shelf.found("vacation leave") == ["holidays.txt"]
    again = await shelf.library.list_for(assistant_id=shelf.assistant_id)
    assert [one.search_fault for one in again] == [None] * 3
    caplog.clear()


async def test_a_question_that_is_refused_says_nothing_of_the_model(shelf, embedder, caplog):
    await _fill(shelf)
    await shelf.embedded()
    embedder.failure = InputError("language.refused", status="413")
    assert await shelf.found("doors") == ["doors.txt"]
    found = await shelf.library.list_for(assistant_id=shelf.assistant_id)
    assert [one.search_fault for one in found] == [None] * 3
    caplog.clear()


async def test_passages_that_get_no_vectors_are_said_as_well(shelf, embedder):
    embedder.failure = InputError("language.refused", status="404")
    await _fill(shelf)
    faults = [None]
    async with asyncio.timeout(5):
        while None in faults:
            found = await shelf.library.list_for(assistant_id=shelf.assistant_id)
            faults = [one.search_fault for one in found]
    assert [one.code for one in faults] == ["http.404"] * 3


async def test_a_provider_that_does_not_answer_holds_up_one_question_alone(
    shelf, embedder, monkeypatch
):
    await _fill(shelf)
    await shelf.embedded()
    embedder.may_answer.clear()
    monkeypatch.setattr(vectors, "QUESTION_WITHIN_S", 0.05)
    assert await shelf.found("doors") == ["doors.txt"]
    asked = len(embedder.asked)
    assert await shelf.found("holidays") == ["holidays.txt"]
    assert len(embedder.asked) == asked
    embedder.may_answer.set()


async def test_the_log_says_nothing_of_what_was_asked(shelf, embedder, caplog):
    await _fill(shelf)
    embedder.failure = NetworkError("network.unreachable", "secret words")
    caplog.set_level(logging.DEBUG)
    await shelf.found("doors with a secret")
    assert "secret" not in caplog.text


async def test_new_documents_are_found_by_meaning_after_a_search(shelf):
    await shelf.indexed("money.txt", MONEY)
    await shelf.embedded()
    assert await shelf.found("vacation") == []
    await shelf.indexed("holidays.txt", HOLIDAYS, thread_id=shelf.thread_id)
    await shelf.indexed("more.txt", "All holidays again.")
    await shelf.embedded()
    assert sorted(await shelf.found("vacation")) == ["holidays.txt", "more.txt"]
    assert await shelf.found("vacation", "") == ["more.txt"]


async def test_a_deleted_document_is_not_found_by_meaning(shelf):
    document_id = await shelf.indexed("holidays.txt", HOLIDAYS)
    await shelf.embedded()
    assert await shelf.found("vacation") == ["holidays.txt"]
    await shelf.library.delete(document_id)
    assert await shelf.found("vacation") == []


async def test_an_identifier_is_found_as_it_is_written(shelf):
    await shelf.indexed("codes.txt", "E-4711 means that the paper is empty.")
    await shelf.indexed("money.txt", f"{MONEY} E means euro.")
    await shelf.embedded()
    assert (await shelf.found("what money is E-4711"))[0] == "codes.txt"


async def test_where_nothing_is_literal_after_all_meaning_decides(shelf):
    await _fill(shelf)
    await shelf.embedded()
    assert (await shelf.found("vacation when B-52 is open"))[0] == "holidays.txt"


async def test_a_clone_is_found_by_meaning_without_asking_the_provider_again(shelf, embedder):
    await shelf.indexed("holidays.txt", HOLIDAYS)
    await shelf.embedded()
    asked = list(embedder.asked)
    other = await shelf.another()
    await shelf.library.clone(shelf.assistant_id, other.assistant_id)
    await shelf.embedded()
    assert embedder.asked == asked
    assert await other.found("vacation") == ["holidays.txt"]


async def test_without_documents_the_provider_is_not_asked(shelf, embedder):
    assert await shelf.found("vacation") == []
    assert embedder.asked == []


async def test_passages_are_embedded_some_at_a_time(shelf, embedder):
    await shelf.indexed("long.txt", "The doors open at nine and close late. " * 2_500)
    await shelf.embedded()
    assert max(embedder.asked) == 32
    assert sum(embedder.asked) == len(embedder.texts) > 100


async def test_a_passage_that_is_refused_holds_up_no_other(shelf, embedder, monkeypatch):
    embed, refused = embedder.embed, []

    async def picky(texts):
        if any("passwords" in text for text in texts):
            refused.append(len(texts))
            raise InputError("embedding.refused", "The input is too large.")
        return await embed(texts)

    monkeypatch.setattr(embedder, "embed", picky)
    await shelf.indexed("passwords.txt", "The passwords are in the safe. " * 2)
    await _fill(shelf)
    await shelf.embedded(but=1)
    assert refused[-1] == 1  # it was asked for alone, too
    assert await shelf.found("vacation") == ["holidays.txt"]
    assert await shelf.found("passwords") == ["passwords.txt"]


async def test_what_was_indexed_before_a_provider_was_there_gets_vectors_then(
    open_rig, new_shelf, embedder, tmp_path
):
    async with open_rig(tmp_path, ScriptedProviders()) as rig:
        shelf = await new_shelf(rig)
        await shelf.indexed("holidays.txt", HOLIDAYS)
        assert await shelf.found("vacation") == []
        assistant, thread = shelf.assistant_id, shelf.thread_id
    providers = ScriptedProviders(embedders={"scripted": embedder})
    async with open_rig(tmp_path, providers) as rig:
        shelf = await new_shelf(rig)
        await shelf.embedded()
        shelf.assistant_id, shelf.thread_id = assistant, thread
        assert await shelf.found("vacation") == ["holidays.txt"]


async def test_an_assistant_that_wants_another_provider_gets_its_vectors(
    open_rig, new_shelf, embedder, tmp_path
):
    other = MeaningEmbedder(provider="other")
    embedders = {"scripted": embedder, "other": other}
    async with open_rig(tmp_path, ScriptedProviders(embedders=embedders)) as rig:
        shelf = await new_shelf(rig)
        body = {"name": "Bob", "embedding_provider": "other"}
        shelf.assistant_id = (await rig.http.post("/assistants", json=body)).json()["assistant_id"]
        await shelf.indexed("holidays.txt", HOLIDAYS)
        await shelf.embedded()
        assert await shelf.found("vacation", "") == ["holidays.txt"]
        assert embedder.texts == []
        assert other.texts == [HOLIDAYS, "vacation"]


@pytest.mark.parametrize(
    ("wish", "space"),
    [
        ({}, "scripted/meaning"),
        ({"embedding_provider": "scripted"}, "scripted/meaning"),
        ({"embedding_provider": "nobody", "embedding_model_name": "x"}, "scripted/meaning"),
        (
            {"embedding_provider": "scripted", "embedding_model_name": "deep", "embedding_dims": 6},
            "scripted/deep@6",
        ),
    ],
)
async def test_an_assistant_has_the_model_and_the_length_that_it_was_made_with(shelf, wish, space):
    await shelf.indexed("doors.txt", DOORS)  # of an assistant that wants nothing
    body = {"name": "Bob", **wish}
    shelf.assistant_id = (await shelf.rig.http.post("/assistants", json=body)).json()[
        "assistant_id"
    ]
    document_id = await shelf.indexed("holidays.txt", HOLIDAYS)
    await shelf.embedded()
    assert await shelf.found("vacation", "") == ["holidays.txt"]
    rows = await shelf.rig.store.database.read(
        lambda connection: connection.execute(
            "SELECT space FROM chunk_vectors JOIN chunks ON chunks.seq = chunk_seq"
            " JOIN documents ON documents.seq = document_seq WHERE documents.id = ?",
            [document_id],
        ).fetchall()
    )
    assert [row["space"] for row in rows] == [space]


async def test_vectors_that_came_longer_than_wished_are_kept_as_whole_ones(
    open_rig, new_shelf, tmp_path
):
    providers = ScriptedProviders(embedders={"scripted": WholeEmbedder()})
    async with open_rig(tmp_path, providers) as rig:
        shelf = await new_shelf(rig)
        wish = {"embedding_provider": "scripted", "embedding_dims": 3}
        await rig.store.assistants.update(shelf.assistant_id, wish)
        await _fill(shelf)
        await shelf.embedded()
        assert await shelf.found("vacation leave") == ["holidays.txt"]
        rows = await rig.store.database.read(
            lambda connection: connection.execute("SELECT space FROM chunk_vectors").fetchall()
        )
    assert [row["space"] for row in rows] == ["scripted/meaning"] * 3


class WholeEmbedder(MeaningEmbedder):
    """Cannot shorten its vectors, which it finds out when it is to."""

    def using(self, model, dimensions):
        if not hasattr(self, "sibling"):
            self.sibling = WholeEmbedder(dimensions=dimensions)
        return self.sibling

    async def embed(self, texts):
        self.dimensions = None
        return await super().embed(texts)
