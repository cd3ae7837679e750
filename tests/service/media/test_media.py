"""Links to pictures and sound: good for an hour, for one piece, without the key."""

from __future__ import annotations

import pytest

from desktop_app.service.media.media_links import VALID_S, MediaLinks
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.server import Place, open_service
from desktop_app.service.storage.store import open_store
from tests.fakes.providers import ScriptedProviders


def _parts(url: str) -> tuple[str, str]:
    query = dict(part.split("=") for part in url.partition("?")[2].split("&"))
    return query["expires"], query["signature"]


def test_a_link_is_good_until_it_expires():
    now = 1_000.0
    links = MediaLinks("http://127.0.0.1:1", "secret", lambda: now)
    url = links.url("a")
    assert url.startswith("http://127.0.0.1:1/api/media/a?")
    assert links.is_good("a", *_parts(url))
    now += VALID_S + 1
    assert not links.is_good("a", *_parts(url))


@pytest.mark.parametrize("wrong", ["", "x", "0" * 64, "\u00e9"])
def test_a_link_cannot_be_made_up(wrong: str):
    links = MediaLinks("http://127.0.0.1:1", "secret")
    expires, signature = _parts(links.url("a"))
    assert not links.is_good("a", expires, wrong)
    assert not links.is_good("b", expires, signature)
    assert not links.is_good("a", wrong, signature)
    assert not MediaLinks("http://127.0.0.1:1", "other").is_good("a", expires, signature)


async def test_a_picture_is_served_behind_its_link_alone(tmp_path, rig):
    thread_id = await rig.thread()
    media = await rig.store.media.add(
        thread_id, "picture", Picture(b"png", "image/png"), metadata={"prompt": "a cat"}
    )
    url = rig.links.url(media.id)
    rig.http.headers.pop("X-API-Key")
    answer = await rig.http.get(url)
    assert (answer.status_code, answer.content) == (200, b"png")
    assert answer.headers["content-type"] == "image/png"
    assert (await rig.http.get(url.partition("?")[0])).status_code == 403
    assert (await rig.http.get(rig.links.url("unknown"))).status_code == 404
    assert (await rig.http.get("/threads")).status_code == 401


async def test_the_bytes_go_with_the_thread_at_the_next_start(tmp_path):
    async with open_store(tmp_path) as store:
        thread = await store.conversations.create()
        assert thread is not None
        media = await store.media.add(thread.thread_id, "picture", Picture(b"png"))
        assert [media] == await store.media.of_thread(thread.thread_id, "picture")
        assert await store.media.bytes_of(media) == b"png"
        await store.conversations.delete(thread.thread_id)
        assert await store.media.get(media.id) is None
        path = store.files.path(media.file.sha256)
    async with open_service(Place(tmp_path, "key"), ScriptedProviders().open):
        assert not path.exists()


async def test_what_was_made_can_be_asked_for_and_deleted_as_a_document(rig):
    thread_id = await rig.thread()
    facts = {"prompt": "a cat"}
    first = await rig.store.media.add(thread_id, "picture", Picture(b"png"), metadata=facts)
    second = await rig.store.media.add(thread_id, "picture", Picture(b"png"))
    status = (await rig.http.get(f"/documents/{first.id}/status")).json()
    assert (status["status"], status["filename"]) == ("indexed", "picture.png")
    assert (status["file_size_bytes"], status["metadata_"]) == (3, facts)
    gone = (await rig.http.delete(f"/documents/{first.id}")).json()
    assert (gone["document_id"], gone["document_type"]) == (first.id, "picture")
    assert (await rig.http.delete(f"/documents/{first.id}")).status_code == 404
    path = rig.store.media.path_of(second)
    assert path.exists()  # the same bytes under another id
    await rig.http.delete(f"/documents/{second.id}")
    assert not path.exists()


async def test_a_file_is_kept_as_it_is(rig, tmp_path):
    recording = tmp_path / "voice.wav"
    recording.write_bytes(b"RIFF")
    media = await rig.store.media.add_file(
        await rig.thread(), "recording", recording, "audio/wav", message_id="m1"
    )
    assert await rig.store.media.bytes_of(media) == b"RIFF"
    assert recording.exists()
    assert await rig.store.media.get(media.id) == media
