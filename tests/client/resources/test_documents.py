"""Documents: uploads from disk, and waiting until they can be searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.errors import InputError, NetworkError
from tests.fakes.backboard import ScriptedBackboard


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "plan.md"
    made.write_bytes(b"# Plan")
    return made


def document(status: str = "pending", **fields: object) -> dict[str, object]:
    return {"document_id": "d", "filename": "plan.md", "status": status, **fields}


async def test_a_document_goes_to_an_assistant_or_a_thread(
    api: BackboardApi, backboard: ScriptedBackboard, path: Path
):
    backboard.answer(document())
    assert (await api.documents.upload_to_assistant("a", path)).document_id == "d"
    assert backboard.last[:2] == ("POST", "/api/assistants/a/documents")
    backboard.answer(document())
    await api.documents.upload_to_thread("t", path)
    assert backboard.last[:2] == ("POST", "/api/threads/t/documents")
    (file,) = backboard.asked[-1].form.files
    assert (file.field, file.filename, file.content) == ("file", "plan.md", b"# Plan")


async def test_documents_are_listed_looked_up_and_removed(
    api: BackboardApi, backboard: ScriptedBackboard
):
    for answer in ([document()], [], document("processing", chunk_count=3), {"message": "gone"}):
        backboard.answer(answer)
    assert [one.status for one in await api.documents.of_assistant("a")] == ["pending"]
    assert await api.documents.of_thread("t") == []
    assert (await api.documents.status("d")).chunk_count == 3
    await api.documents.delete("d")
    assert [(asked.method, asked.path) for asked in backboard.asked] == [
        ("GET", "/api/assistants/a/documents"),
        ("GET", "/api/threads/t/documents"),
        ("GET", "/api/documents/d/status"),
        ("DELETE", "/api/documents/d"),
    ]


async def test_what_no_server_takes_is_refused_here(
    api: BackboardApi, backboard: ScriptedBackboard, tmp_path: Path
):
    for name in ("tool.exe", "README"):
        with pytest.raises(InputError, match=name) as caught:
            await api.documents.upload_to_thread("t", tmp_path / name)
        assert caught.value.code == "upload.extension"
    assert backboard.asked == []


@pytest.mark.parametrize("last", ["indexed", "completed", "error", "FAILED"])
async def test_waiting_ends_with_any_terminal_status(
    api: BackboardApi, backboard: ScriptedBackboard, pauses: list[float], last: str
):
    states = ["pending", "processing", "processing", last]
    for status in states:
        backboard.answer(document(status))
    seen: list[str] = []
    found = await api.documents.wait_until_settled(
        "d", on_change=lambda one: seen.append(one.status)
    )
    assert found.status == last
    assert seen == ["pending", "processing", last]
    assert pauses == [0.25, 0.5, 1.0]


async def test_waiting_has_an_end_and_goes_slower(
    api: BackboardApi, backboard: ScriptedBackboard, pauses: list[float]
):
    for _ in range(9):
        backboard.answer(document("processing"))
    with pytest.raises(NetworkError, match="not done after 20 seconds") as caught:
        await api.documents.wait_until_settled("d", limit_s=20, clock=lambda: sum(pauses))
    assert caught.value.code == "server.unfinished"
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0]
