"""What people and programs send by mistake or malice: a clear reason, and a living service."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from tests.contract.callers import refusal, settled
from tests.fakes import office_files
from tests.fakes.processes import peak_memory_bytes
from tests.fakes.service import RealService

LIMIT_S = 60
WRITERS = 12
SENTENCE_ENDS = (".", "!")
MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}
LONE = b'{"content": "half a \\ud83d face"}'
BOUND_BYTES = 400 << 20


@pytest.fixture
async def http(service: RealService) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"X-API-Key": service.api.key}
    async with httpx.AsyncClient(
        base_url=service.api.base_url, headers=headers, timeout=LIMIT_S
    ) as client:
        yield client


@pytest.fixture
async def assistant_id(http: httpx.AsyncClient) -> str:
    return str((await http.post("/assistants", json={"name": "Ada"})).json()["assistant_id"])


@pytest.fixture
async def thread_id(http: httpx.AsyncClient, assistant_id: str) -> str:
    answer = await http.post(f"/assistants/{assistant_id}/threads", json={})
    return str(answer.json()["thread_id"])


def problems(answer: httpx.Response) -> list[list[str | int]]:
    """Where a 422 says that something is wrong."""
    assert answer.status_code == 422, answer.text
    detail = answer.json()["detail"]
    assert all(problem["msg"] and problem["type"] for problem in detail)
    return [problem["loc"] for problem in detail]


# ---- requests ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"name":', b"[" * 9000, LONE]
)
@pytest.mark.parametrize("path", ["/assistants", "/threads/messages", "/threads/tool-outputs"])
async def test_malformed_json_is_refused_in_the_list_shape(http, path, body):
    answer = await http.post(path, content=body, headers={"content-type": "application/json"})
    assert problems(answer) == [["body"]]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"content": "hello", "voice": "loud"}, ["body", "voice"]),
        ({"content": "hello", "voice": {"tts": 7}}, ["body", "voice", "tts"]),
        ({"content": "hello", "tools": {"name": "x"}}, ["body", "tools"]),
        ({"content": "hello", "stream": "perhaps"}, ["body", "stream"]),
        ({"content": "hello", "metadata": [1]}, ["body", "metadata"]),
        ({"content": ["hello"]}, ["body", "content"]),
        ({"content": "hello", "image_config": "big"}, ["body", "image_config"]),
    ],
)
async def test_wrong_types_are_refused_by_place(http, fields, place):
    assert problems(await http.post("/threads/messages", json=fields)) == [place]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"content": "hello", "stream": "maybe"}, "stream"),
        ({"content": "hello", "json_output": "2"}, "json_output"),
        ({"content": "hello", "send_to_llm": "nobody"}, "send_to_llm"),
        ({"content": "hello", "metadata": "{broken"}, "metadata"),
        ({"content": "hello", "voice": "[]"}, "voice"),
        ({"content": "hello", "tools": "null and void"}, "tools"),
    ],
)
async def test_wrong_form_texts_are_refused_by_place_in_both_forms(http, fields, place):
    assert problems(await http.post("/threads/messages", data=fields)) == [["body", place]]
    parts = {name: (None, text) for name, text in fields.items()}
    assert problems(await http.post("/threads/messages", files=parts)) == [["body", place]]


async def test_a_form_that_breaks_off_is_refused(http, assistant_id):
    answer = await http.post(
        f"/assistants/{assistant_id}/documents",
        content=b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhal',
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert problems(answer) == [["body"]]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=many", "skip=-1", "skip=1e3"])
async def test_pages_have_bounds(http, query):
    ((where, name),) = problems(await http.get(f"/threads?{query}"))
    assert (where, name) == ("query", query.partition("=")[0])


async def test_a_path_or_method_that_there_is_not_is_said_so(http):
    nowhere = await http.get("/nowhere")
    assert (nowhere.status_code, nowhere.json()) == (404, {"detail": "Not Found"})
    wrong = await http.patch("/assistants")
    assert (wrong.status_code, wrong.json()) == (405, {"detail": "Method Not Allowed"})


@pytest.mark.parametrize("key", ["wrong", "", "ключ"])
async def test_a_wrong_key_opens_nothing(service, key):
    headers = {"X-API-Key": key.encode()} if key else {}
    async with httpx.AsyncClient(base_url=service.api.base_url, headers=headers) as stranger:
        for path in ("/assistants", "/threads", "/models", "/documents/x/status"):
            answer = await stranger.get(path)
            assert answer.status_code == 401
            assert answer.json() == {"detail": "Invalid or missing API key"}


# ---- files -------------------------------------------------------------------------------------


def bomb() -> bytes:
    """A small docx whose one part is enormous."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(1 << 20))
    return file.getvalue()


WHOLE = office_files.docx([("", "The key hangs behind the clock.")])
UNREADABLE = {
    "locked.pdf": lambda: office_files.pdf(["secret"], is_locked=True),
    "bomb.docx": bomb,
    "truncated.docx": lambda: WHOLE[: len(WHOLE) // 2],
    "garbage.pdf": lambda: b"%PDF-1.7 and then nothing",
    "garbage.xlsx": lambda: bytes(range(256)) * 8,
    "garbage.png": lambda: b"\x89PNG\r\n\x1a\n and then nothing",
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_file_that_cannot_be_read_says_why_and_hurts_nobody(
    service, caller, assistant_id, tmp_path, name
):
    path = tmp_path / name
    path.write_bytes(UNREADABLE[name]())
    sent = await caller.upload_document_to_assistant(assistant_id, path)
    done = await settled(caller, sent.document_id)
    assert done.status == "error"
    assert done.status_message.endswith(SENTENCE_ENDS)
    assert str(tmp_path) not in done.status_message
    assert service.is_alive


async def test_a_locked_document_says_that_it_is_locked(caller, assistant_id, tmp_path):
    path = tmp_path / "locked.pdf"
    path.write_bytes(office_files.pdf(["secret"], is_locked=True))
    sent = await caller.upload_document_to_assistant(assistant_id, path)
    assert "password" in (await settled(caller, sent.document_id)).status_message


@pytest.mark.parametrize(
    ("name", "content"), [("virus.exe", b"MZ"), ("no_extension", b"x"), ("empty.txt", b"")]
)
async def test_a_file_that_is_never_taken_is_refused_at_once(
    http, assistant_id, thread_id, name, content
):
    for owner in (f"/assistants/{assistant_id}", f"/threads/{thread_id}"):
        answer = await http.post(f"{owner}/documents", files={"file": (name, content)})
        assert answer.status_code == 400
        assert answer.json()["detail"].endswith(SENTENCE_ENDS)
        assert (await http.get(f"{owner}/documents")).json() == []
    fields = {"thread_id": thread_id, "content": "say hello"}
    answer = await http.post("/threads/messages", data=fields, files={"files": (name, content)})
    assert answer.status_code == 400
    assert (await http.get(f"/threads/{thread_id}")).json()["messages"] == []


async def test_half_an_upload_leaves_nothing_behind(service, http, assistant_id):
    scratch = service.data / "service-files" / "scratch"
    address = httpx.URL(service.api.base_url)
    head = (
        f"POST /api/assistants/{assistant_id}/documents HTTP/1.1\r\n"
        f"Host: {address.netloc.decode()}\r\nX-API-Key: {service.api.key}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf'
    )
    _, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(head.encode())
    await until_so(lambda: any(scratch.glob("*")))
    writer.close()
    await until_so(lambda: not any(scratch.glob("*")))
    assert (await http.get(f"/assistants/{assistant_id}/documents")).json() == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\notes\\tea.txt", "tea.txt"),
        ("茶.txt", "茶.txt"),
        ("UPPER.TXT", "UPPER.TXT"),
    ],
)
async def test_a_file_s_name_is_kept_without_its_folders(http, assistant_id, name, kept):
    path = f"/assistants/{assistant_id}/documents"
    answer = await http.post(path, files={"file": (name, b"tea")})
    assert (answer.status_code, answer.json()["filename"]) == (200, kept)


async def test_a_gigabyte_is_refused_in_words_and_not_held_in_memory(
    service, caller, assistant_id, tmp_path
):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    refused = await refusal(caller.upload_document_to_assistant(assistant_id, path))
    assert refused == (413, "The files are larger than 256 MiB.")
    assert peak_memory_bytes(service.pid) < BOUND_BYTES
    assert await caller.list_assistant_documents(assistant_id) == []
    assert not any((service.data / "service-files" / "scratch").glob("*"))


# ---- at the same time --------------------------------------------------------------------------


async def test_writers_at_the_same_time_do_not_mix_their_turns(caller, thread_id):
    async with asyncio.TaskGroup() as tasks:
        for number in range(WRITERS):
            tasks.create_task(caller.send_message(f"say {number}", thread_id=thread_id, **MODEL))
    rows = (await caller.get_thread(thread_id)).messages
    asked = [row.content.removeprefix("say ") for row in rows if row.role == "user"]
    assert asked == [row.content for row in rows if row.role == "assistant"]
    assert sorted(map(int, asked)) == list(range(WRITERS))
    assert {row.status for row in rows} == {"COMPLETED"}


async def test_a_thread_that_is_deleted_under_a_turn_takes_the_turn_along(caller, thread_id):
    stream = await caller.send_message("wait", thread_id=thread_id, stream=True, **MODEL)
    await anext(stream)
    await caller.delete_thread(thread_id)
    assert [event async for event in stream][-1]["type"] in ("run_cancelled", "error")
    assert (await refusal(caller.get_thread(thread_id))).status == 404


async def until_so(is_so: Callable[[], bool]) -> None:
    """Return when it is so: nothing tells when another process has done it."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.01)
