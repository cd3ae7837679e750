"""Forms with files: sent block by block, told truthfully, released whatever happens."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from pathlib import Path

import pytest

from desktop_app.client import multipart
from desktop_app.client.multipart import MultipartBody, Part, Recording, mime_type_of
from desktop_app.errors import InputError
from tests.fakes.forms import SentFile, SentForm, read_form


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(multipart, "BLOCK_BYTES", 4)


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


async def blocks_of(body: MultipartBody) -> tuple[dict[str, str], list[bytes]]:
    async with body.opened() as content:
        assert not isinstance(content.data, bytes)
        return content.headers, [block async for block in content.data]


async def sent(body: MultipartBody) -> SentForm:
    headers, blocks = await blocks_of(body)
    whole = b"".join(blocks)
    assert int(headers["Content-Length"]) == len(whole)
    return read_form(headers["Content-Type"], whole)


async def test_fields_and_files_come_out_as_they_went_in(tmp_path: Path):
    parts = [
        Part("files", file(tmp_path, 'a "b" é.txt', b"\r\n--tea\r\n")),
        Part("files", file(tmp_path, "b.bin", bytes(range(256)))),
        Part("audio_file", Recording("r.wav", b"RIFF", "audio/wav")),
    ]
    form = await sent(MultipartBody({"content": "Grüße\r\n2", "x": ""}, parts))
    assert form.fields == {"content": "Grüße\r\n2", "x": ""}
    assert form.files == [
        SentFile("files", 'a "b" é.txt', "text/plain", b"\r\n--tea\r\n"),
        SentFile("files", "b.bin", "application/octet-stream", bytes(range(256))),
        SentFile("audio_file", "r.wav", "audio/wav", b"RIFF"),
    ]


@pytest.mark.parametrize("content", [b"hi", b""])
async def test_a_name_that_is_no_utf_8_goes_with_question_marks(tmp_path: Path, content: bytes):
    name = os.fsdecode(b"caf\xe9.txt")
    if sys.platform == "linux":  # other systems have no such names
        file(tmp_path, name, content)
    body = MultipartBody({}, [Part("file", tmp_path / name)])
    if content and sys.platform == "linux":
        assert (await sent(body)).files == [SentFile("file", "caf?.txt", "text/plain", content)]
    else:
        with pytest.raises(InputError, match=r"caf\?\.txt") as caught:
            await sent(body)
        assert str(caught.value).encode()


async def test_no_more_than_a_block_is_read_at_once(tmp_path: Path):
    part = Part("file", file(tmp_path, "a.txt", b"0123456789"))
    _, blocks = await blocks_of(MultipartBody({}, [part]))
    assert blocks[1:4] == [b"0123", b"4567", b"89"]


async def test_progress_counts_what_was_taken_and_begins_anew_with_each_try(tmp_path: Path):
    told: list[tuple[int, int]] = []
    parts = [Part("a", file(tmp_path, "a", b"01234")), Part("b", file(tmp_path, "b", b"5"))]
    body = MultipartBody({}, parts, lambda taken, total: told.append((taken, total)))
    async with body.opened() as content:
        assert not isinstance(content.data, bytes)
        heads = [await anext(content.data), await anext(content.data)]
        assert heads[1] == b"0123"
        assert told == []  # handed out, and not yet taken
    await blocks_of(body)
    assert told == [(4, 6), (5, 6), (6, 6)]


KINDS = ["missing", "folder", *(["pipe"] if hasattr(os, "mkfifo") else [])]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, kind: str):
    path = tmp_path / "notes.txt"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(InputError, match=r"notes\.txt cannot be read") as caught:
        await blocks_of(MultipartBody({}, [Part("file", path)]))
    assert caught.value.code == "upload.unreadable"


async def test_an_empty_file_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="a is empty"):
        await blocks_of(MultipartBody({}, [Part("file", file(tmp_path, "a", b""))]))


async def test_a_file_that_shrinks_while_it_is_sent_is_an_error(tmp_path: Path):
    path = file(tmp_path, "a.log", b"0123456789")
    async with MultipartBody({}, [Part("file", path)]).opened() as content:
        assert not isinstance(content.data, bytes)
        await anext(content.data)
        path.write_bytes(b"")
        with pytest.raises(InputError, match="shorter") as caught:
            _ = [block async for block in content.data]
    assert caught.value.code == "upload.changed"


async def test_a_file_that_grows_is_sent_as_long_as_it_was(tmp_path: Path):
    path = file(tmp_path, "a.log", b"01234")
    async with MultipartBody({}, [Part("file", path)]).opened() as content:
        assert not isinstance(content.data, bytes)
        size = int(content.headers["Content-Length"])
        path.write_bytes(b"0123456789")
        assert sum([len(block) async for block in content.data]) == size


async def test_a_cancelled_upload_closes_its_files_and_ends_its_thread(tmp_path: Path):
    path = file(tmp_path, "a.log", b"0123456789")
    started = asyncio.Event()

    async def send() -> None:
        async with MultipartBody({}, [Part("file", path)]).opened() as content:
            assert not isinstance(content.data, bytes)
            await anext(content.data)
            started.set()
            await asyncio.Event().wait()

    before = set(threading.enumerate())  # another test's may still be ending
    sending = asyncio.create_task(send())
    await started.wait()
    new = set(threading.enumerate()) - before
    (worker,) = [one for one in new if one.name.startswith("upload")]
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await asyncio.to_thread(worker.join, 5)
    assert not worker.is_alive()


def test_the_type_is_known_by_the_name():
    assert mime_type_of(Path("a.PNG")) == "image/png"
    assert mime_type_of(Path("README")) == "application/octet-stream"
