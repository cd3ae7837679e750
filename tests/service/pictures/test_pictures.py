"""Pictures of a thread: made by a provider, kept, and made again from each other."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.service.clock import new_id, now
from desktop_app.service.making.makers import MakerChoice
from desktop_app.service.making.sources import Sources
from desktop_app.service.pictures import attached_pictures
from desktop_app.service.pictures.attached_pictures import AttachedPictures
from desktop_app.service.pictures.pictures import PictureOrder, Pictures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.storage.store import Store, open_store
from tests.fakes.pictures import ScriptedPictureMaker, png
from tests.fakes.providers import ScriptedProviders


@dataclass
class Studio:
    """A store with one thread, and who draws for it."""

    store: Store
    pictures: Pictures
    attached: AttachedPictures
    maker: ScriptedPictureMaker
    thread_id: str
    assistant_id: str

    def order(self, prompt: str = "a fox", *sources: str, **choice) -> PictureOrder:
        return PictureOrder(self.thread_id, "m1", prompt, MakerChoice(**choice), sources)

    async def attach(self, filename: str, content: bytes, *, to_thread: bool = True) -> str:
        """A document as the library would keep it."""
        kept = await self.store.files.keep_bytes(content)
        document_id = new_id()
        values = (
            document_id,
            self.assistant_id,
            self.thread_id if to_thread else None,
            "m0" if to_thread else None,
            filename,
            kept.sha256,
            kept.size_bytes,
        )

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO documents (id, assistant_id, thread_id, message_id, filename, sha256,"
                " size_bytes, mime_type, status, created_at, updated_at)"
                f" VALUES (?, ?, ?, ?, ?, ?, ?, '', 'indexed', '{now()}', '{now()}')",
                values,
            )

        await self.store.database.write(work)
        return document_id


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    maker = ScriptedPictureMaker()
    source = ProviderSource()
    providers = ScriptedProviders(picture_makers={"scripted": maker})
    async with open_store(tmp_path) as store:
        await source.fill(providers.open, store.recall)
        thread = await store.conversations.create()
        assert thread is not None
        attached = AttachedPictures(store.database, store.files)
        pictures = Pictures(store.media, Sources(store.media, attached), source)
        yield Studio(store, pictures, attached, maker, thread.thread_id, thread.assistant_id)


async def test_a_picture_is_kept_with_what_it_was_made_from(studio):
    (first,) = await studio.pictures.make(studio.order(" a fox "))
    (second,) = await studio.pictures.make(studio.order("at night", first.id, model="BIG-brush"))
    assert studio.maker.requests[1].sources == (Picture(png()),)
    kept = await studio.store.media.of_thread(studio.thread_id, "picture")
    assert [each.id for each in kept] == [first.id, second.id]
    assert first.metadata == {
        "prompt": "a fox",
        "provider": "scripted",
        "model": "brush",
        "parents": [],
    }
    assert second.metadata["parents"] == [first.id]
    assert second.message_id == "m1"
    assert await studio.store.media.bytes_of(kept[1]) == png()


async def test_several_pictures_keep_their_order(studio):
    made = await studio.pictures.make(studio.order(config={"n": 3}))
    kept = await studio.store.media.of_thread(studio.thread_id, "picture")
    assert [each.id for each in kept] == [each.id for each in made]
    assert len(made) == 3


@pytest.mark.parametrize("to_thread", [True, False])
async def test_an_attached_picture_can_be_changed(studio, to_thread):
    document_id = await studio.attach("cat.PNG", png(color="blue"), to_thread=to_thread)
    await studio.pictures.make(studio.order("a hat", document_id))
    assert studio.maker.requests[0].sources == (Picture(png(color="blue")),)


async def test_pictures_of_other_threads_and_other_documents_are_no_sources(studio):
    other = await studio.store.conversations.create()
    (made,) = await studio.pictures.make(PictureOrder(other.thread_id, "m", "a fox", MakerChoice()))
    text = await studio.attach("notes.txt", b"words")
    for source in (made.id, text, "nothing"):
        with pytest.raises(InputError, match=f"no picture {source}") as caught:
            await studio.pictures.make(studio.order("more", source))
        assert caught.value.code == "image.unknown_source"


async def test_models_see_the_pictures_of_a_message_but_no_broken_one(studio):
    await studio.attach("cat.png", png(color="blue"))
    await studio.attach("broken.png", b"no picture")
    await studio.attach("notes.txt", b"words")
    assert await studio.attached.seen(studio.thread_id, ["m0", "m9"]) == {
        "m0": (Picture(png(color="blue")),)
    }
    assert await studio.attached.seen(studio.thread_id, ["m9"]) == {}


async def test_what_models_see_again_is_not_read_again_but_for_long_ago(studio, monkeypatch):
    read: list[str] = []

    async def reading(path, filename, *, longest_side=None):
        read.append(filename)
        return Picture(path.read_bytes())

    monkeypatch.setattr(attached_pictures, "read_picture", reading)
    for index in range(attached_pictures.KEPT_PICTURES):
        await studio.attach(f"{index}.png", png(color=f"#00000{index}"))
    for _ in range(2):
        assert len((await studio.attached.seen(studio.thread_id, ["m0"]))["m0"]) == 8
    assert read == [f"{index}.png" for index in range(8)]
    await studio.attach("new.png", png(color="white"))
    await studio.attached.seen(studio.thread_id, ["m0"])
    assert read[8] == "new.png"


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"prompt": "  "}, "image.no_prompt"),
        ({"prompt": "x" * 40_000}, "image.long_prompt"),
        ({"provider": "nobody"}, "image.unknown_provider"),
        ({"config": {"n": "many"}}, "image.config"),
    ],
)
async def test_what_cannot_be_made_is_refused_in_words(studio, order, code):
    with pytest.raises(InputError) as caught:
        await studio.pictures.make(studio.order(**order))
    assert caught.value.code == code
    assert str(caught.value).endswith(".")
    assert await studio.store.media.of_thread(studio.thread_id, "picture") == []


async def test_who_and_what_shall_draw_is_checked_before(studio):
    await studio.pictures.makers.check(MakerChoice("SCRIPTED", "Big-Brush"))
    for choice, code in (
        (MakerChoice("nobody"), "image.unknown_provider"),
        (MakerChoice(model="pencil"), "image.unknown_model"),
    ):
        with pytest.raises(InputError, match="only") as caught:
            await studio.pictures.makers.check(choice)
        assert caught.value.code == code


async def test_too_many_sources_are_refused(studio):
    with pytest.raises(InputError, match="At most 16"):
        await studio.pictures.make(studio.order("x", *(str(n) for n in range(17))))


async def test_the_providers_failure_is_told_and_a_broken_one_ends_nothing(studio, caplog):
    studio.maker.failure = NetworkError("network.unreachable", "Nobody draws.")
    with pytest.raises(NetworkError, match="Nobody draws"):
        await studio.pictures.make(studio.order())
    studio.maker.failure = ZeroDivisionError("oops")
    with pytest.raises(AppError, match="could not be made"):
        await studio.pictures.make(studio.order())
    caplog.clear()


async def test_without_a_maker_that_is_said(studio, tmp_path):
    source = ProviderSource()
    await source.fill(ScriptedProviders().open, studio.store.recall)
    pictures = Pictures(studio.store.media, Sources(studio.store.media, studio.attached), source)
    with pytest.raises(InputError, match="nobody here who makes pictures"):
        await pictures.makers.chosen(MakerChoice())
