"""A turn waits for the files of its own message, and for no others."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.errors import StorageError
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.runs.knowledge import READING_S, KnowledgeSource
from desktop_app.service.runs.question import Question

QUESTION = Question("t", "a", "What is this?", message_id="m1")


def file(document_id: str, status: str) -> Attachment:
    return Attachment(document_id=document_id, filename="a.txt", status=status)


@dataclass
class FakeLibrary:
    """Has ``files`` by message, and notes for what it was waited."""

    files: dict[str, list[Attachment]]
    waited: list[tuple[list[str], float]] = field(default_factory=list)
    failure: StorageError | None = None

    async def attachments(self, thread_id: str):
        if self.failure is not None:
            raise self.failure
        return self.files

    async def settled(self, ids, within_s):
        self.waited.append((list(ids), within_s))
        return []


async def waited_for(library: FakeLibrary) -> list[tuple[list[str], float]]:
    await KnowledgeSource(library, memories=None).await_documents(QUESTION)  # type: ignore[arg-type]
    return library.waited


async def test_only_what_is_not_read_is_waited_for_and_not_forever():
    files = [
        file("1", "indexed"),
        file("2", "pending"),
        file("3", "processing"),
        file("4", "error"),
    ]
    library = FakeLibrary({"m1": files, "m0": [file("5", "pending")]})
    assert await waited_for(library) == [(["2", "3"], READING_S)]


async def test_without_unread_files_nothing_is_waited_for():
    assert await waited_for(FakeLibrary({"m1": [file("1", "indexed")]})) == []
    assert await waited_for(FakeLibrary({})) == []


async def test_a_library_that_fails_does_not_stop_the_turn():
    assert await waited_for(FakeLibrary({}, failure=StorageError("storage.failed"))) == []
