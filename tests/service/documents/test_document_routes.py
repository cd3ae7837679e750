"""Documents over HTTP: uploaded, listed, followed until they are indexed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

LIMIT_S = 20


async def _upload(rig: Any, owner: str, name: str = "notes.txt", content: bytes = b"Hello") -> Any:
    return await rig.http.post(f"{owner}/documents", files={"file": (name, content)})


async def _assistant(rig: Any) -> str:
    created = await rig.http.post("/assistants", json={"name": "Ada"})
    return f"/assistants/{created.json()['assistant_id']}"


async def _settled(rig: Any, document_id: str) -> Any:
    await rig.library.settled([document_id], LIMIT_S)
    return (await rig.http.get(f"/documents/{document_id}/status")).json()


async def test_an_uploaded_text_is_pending_and_then_indexed(rig):
    text = b"The office opens at nine. " * 100
    answer = await _upload(rig, await _assistant(rig), "hours.md", text)
    assert answer.status_code == 200
    document = answer.json()
    assert document["status"] == "pending"
    assert document["file_size_bytes"] == len(text)
    after = await _settled(rig, document["document_id"])
    assert after["status"] == "indexed"
    assert after["chunk_count"] > 1
    assert after["total_tokens"] >= len(text) // 4
    assert "The office opens at nine." in after["summary"]
    assert after["document_type"] == "md"
    assert (
        document["created_at"]
        <= after["processing_started_at"]
        <= after["processing_completed_at"]
        <= after["updated_at"]
    )


async def test_documents_are_listed_where_they_belong(rig):
    assistant = await _assistant(rig)
    thread = (await rig.http.post(f"{assistant}/threads", json={})).json()["thread_id"]
    for_all = (await _upload(rig, assistant, "all.txt")).json()
    for_one = (await _upload(rig, f"/threads/{thread}", "one.txt")).json()
    listed = (await rig.http.get(f"{assistant}/documents")).json()
    assert [one["document_id"] for one in listed] == [for_all["document_id"]]
    listed = (await rig.http.get(f"/threads/{thread}/documents")).json()
    assert [one["document_id"] for one in listed] == [for_one["document_id"]]


async def test_a_deleted_document_is_gone_with_its_bytes(rig):
    assistant = await _assistant(rig)
    document_id = (await _upload(rig, assistant)).json()["document_id"]
    await _settled(rig, document_id)
    answer = await rig.http.delete(f"/documents/{document_id}")
    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("deleted_at")
    assert body == {
        "message": "Document deleted successfully",
        "document_id": document_id,
        "filename": "notes.txt",
        "document_type": "txt",
    }
    assert (await rig.http.get(f"{assistant}/documents")).json() == []
    kept = rig.store.files.scratch.parent / "kept"
    assert [path for path in kept.rglob("*") if path.is_file()] == []


async def test_the_bytes_stay_while_another_document_has_them(rig):
    assistant = await _assistant(rig)
    first, second = [(await _upload(rig, assistant)).json()["document_id"] for _ in range(2)]
    await _settled(rig, first)
    await rig.http.delete(f"/documents/{first}")
    assert (await _settled(rig, second))["status"] == "indexed"


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        ("virus.exe", b"MZ", "virus.exe: Files that end with .exe are not taken as documents."),
        ("README", b"x", "README: Files whose names have no ending are not taken as documents."),
        ("empty.pdf", b"", "empty.pdf is empty."),
    ],
)
async def test_what_can_never_be_indexed_is_refused_at_once(rig, name, content, detail):
    assistant = await _assistant(rig)
    answer = await _upload(rig, assistant, name, content)
    assert answer.status_code == 400
    assert answer.json()["detail"] == detail
    assert (await rig.http.get(f"{assistant}/documents")).json() == []


async def test_the_ending_counts_in_either_case(rig):
    assert (await _upload(rig, await _assistant(rig), "NOTES.TXT")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("owner", ["/assistants/unknown", "/threads/unknown"])
async def test_an_unknown_owner_is_a_404(rig, owner, method):
    files = {"file": ("notes.txt", b"Hello")} if method == "POST" else None
    answer = await rig.http.request(method, f"{owner}/documents", files=files)
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith("not found")


@pytest.mark.parametrize(("method", "path"), [("GET", "/status"), ("DELETE", "")])
async def test_an_unknown_document_is_a_404(rig, method, path):
    answer = await rig.http.request(method, f"/documents/unknown{path}")
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Document not found"}


@pytest.mark.parametrize(
    "given",
    [{"json": {}}, {"files": {"other": ("notes.txt", b"x")}}, {"content": b"x"}],
    ids=["json", "another field", "no form"],
)
async def test_a_request_without_a_file_is_a_422_with_a_list(rig, given):
    answer = await rig.http.post(f"{await _assistant(rig)}/documents", **given)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "file"]


async def test_several_files_at_once_are_a_422(rig):
    files = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
    answer = await rig.http.post(f"{await _assistant(rig)}/documents", files=files)
    assert answer.status_code == 422
