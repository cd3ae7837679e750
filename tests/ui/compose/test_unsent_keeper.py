"""Drafts follow their threads, and everything is on disk soon."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from desktop_app.errors import StorageError
from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import SendText
from desktop_app.state import changes
from desktop_app.ui.compose.attachment_shelf import AttachmentShelf
from desktop_app.ui.compose.attachments import Attachment, Stage
from desktop_app.ui.compose.unsent import Unsent, read, write
from desktop_app.ui.compose.unsent_keeper import UnsentKeeper, read_unsent
from tests.ui.conftest import FakeReader, make_message

WITHIN_MS = 30_000  # each writing waits for the disk, which others use too


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "unsent.json"


@pytest.fixture
def under_way() -> list[SendText]:
    return []


@pytest.fixture
def keeper(desk, path, under_way):
    shelf = desk.wiring.attachments.shelf
    composer = desk.window.pane.composer
    keeper = UnsentKeeper(composer, desk.store, path, lambda: tuple(under_way), shelf)
    yield keeper
    keeper.close()


def made_keeper(desk, path: Path) -> UnsentKeeper:
    composer, shelf = desk.window.pane.composer, desk.wiring.attachments.shelf
    return UnsentKeeper(composer, desk.store, path, tuple, shelf)


def opened(desk, thread_id: str) -> None:
    desk.store.change(partial(changes.with_opened, thread_id=thread_id, is_new=True))


def test_a_draft_stays_with_its_thread(desk, keeper):
    composer = desk.window.pane.composer
    opened(desk, "a")
    composer.set_text("for a")
    opened(desk, "b")
    assert composer.text == ""
    composer.set_text("for b")
    opened(desk, "a")
    assert composer.text == "for a"
    assert keeper.unsent == Unsent("a", {"a": "for a", "b": "for b"})


def test_what_is_typed_before_a_thread_is_open_belongs_to_the_first(desk, keeper):
    keeper.restore(Unsent("a", {"a": "kept, "}))
    desk.window.pane.composer.set_text("typed early")
    opened(desk, "a")
    assert desk.window.pane.composer.text == "kept, typed early"


def test_what_is_typed_reaches_the_disk_without_a_further_step(desk, keeper, path, qtbot):
    opened(desk, "a")
    desk.window.pane.composer.set_text("half a sen")
    qtbot.waitUntil(lambda: read(path) == Unsent("a", {"a": "half a sen"}), timeout=WITHIN_MS)
    desk.window.pane.composer.set_text("")
    qtbot.waitUntil(lambda: read(path) == Unsent("a"), timeout=WITHIN_MS)


def test_a_message_is_on_disk_until_the_engine_has_it(desk, keeper, path, under_way, qtbot):
    opened(desk, "a")
    under_way.append(SendText("a", "m1", "hello"))
    keeper.changed()
    qtbot.waitUntil(lambda: read(path).messages == (SendText("a", "m1", "hello"),))
    under_way.clear()
    keeper.changed()
    qtbot.waitUntil(lambda: read(path).messages == ())


def test_messages_of_an_earlier_window_are_shown_as_waiting(desk, keeper, under_way):
    under_way += [SendText("a", "m1", "one"), SendText("b", "m2", "two"), SendText("a", "m3", "3")]
    opened(desk, "a")
    keeper.show_under_way()
    shown = desk.store.state.conversation.messages
    assert [(one.id, one.text, one.status) for one in shown] == [
        ("m1", "one", MessageStatus.QUEUED),
        ("m3", "3", MessageStatus.QUEUED),
    ]


def test_attached_files_come_back_with_their_thread(desk, keeper, path, qtbot):
    opened(desk, "a")
    kept = Attachment("1", "a.md", kept="/kept/a.md", size_bytes=3, stage=Stage.READY)
    cut = Attachment("2", "b.md", source="/from/b.md")
    desk.wiring.attachments.shelf.add("a", kept)
    desk.wiring.attachments.shelf.add("a", cut)
    qtbot.waitUntil(lambda: read(path).files == {"a": (kept, cut)})
    assert read(path).needs_its_thread
    shelf = AttachmentShelf()
    shelf.restore(read(path).files)
    assert shelf.of("a")[0] == kept
    assert shelf.of("a")[1].stage is Stage.FAILED  # it was cut short, and can be tried again


def test_the_end_waits_for_the_disk(desk, path):
    keeper = made_keeper(desk, path)
    opened(desk, "a")
    desk.window.pane.composer.set_text("last words")
    keeper.close()
    assert read(path) == Unsent("a", {"a": "last words"})


def test_a_full_disk_is_logged_and_nothing_else_happens(desk, tmp_path, caplog):
    keeper = made_keeper(desk, tmp_path / "no" / "x")
    keeper.close()
    assert "drafts are not on disk" in caplog.text
    caplog.clear()


def test_what_the_journal_has_is_not_sent_again(path):
    write(path, Unsent("a", {}, (SendText("a", "m1", "one"), SendText("a", "m2", "two"))))
    reader = FakeReader(written={"a": [make_message(1, "one")]})
    assert read_unsent(path, reader).messages == (SendText("a", "m2", "two"),)


def test_with_an_unreadable_journal_everything_is_sent_again(path):
    class Broken(FakeReader):
        def messages(self, thread_id: str, limit: int = 200, before: str = "") -> list:
            raise StorageError("storage.broken", "broken")

    write(path, Unsent("a", {}, (SendText("a", "m1", "one"),)))
    assert read_unsent(path, Broken()).messages == (SendText("a", "m1", "one"),)


def test_what_was_to_be_said_in_a_deleted_thread_goes_once_it_cannot_be_taken_back(desk, keeper):
    composer, shelf = desk.window.pane.composer, desk.wiring.attachments.shelf
    deletion = desk.wiring.threads.deletion
    deletion.settled.connect(keeper.forget)
    for thread_id in ("a", "b", "c"):
        opened(desk, thread_id)
        composer.set_text(f"for {thread_id}")
        shelf.add(thread_id, Attachment(thread_id, "x.pdf", kept="x.pdf", stage=Stage.READY))
    deletion.delete(("a",))
    deletion.undo()
    deletion.delete(("b",))
    assert keeper.unsent.drafts == {name: f"for {name}" for name in "abc"}
    desk.wiring.settle()
    assert keeper.unsent.drafts == {"a": "for a", "c": "for c"}
    assert sorted(shelf.all) == ["a", "c"]


def test_who_writes_in_a_thread_that_was_deleted_keeps_what_is_written(desk, keeper):
    opened(desk, "a")
    desk.window.pane.composer.set_text("more")
    keeper.forget(("a",))
    assert keeper.unsent.drafts == {"a": "more"}


@pytest.fixture
def threads(desk, keeper):
    """Makes new threads, and knows for which something is written; the journal has answered."""
    desk.wiring.threads.start(opens_newest=False)
    desk.wiring.threads.holds_draft = keeper.holds
    keeper.newest = lambda: desk.wiring.threads.newest
    return desk.wiring.threads


def test_who_comes_back_to_a_new_thread_finds_what_they_wrote(desk, threads, path, qtbot):
    composer = desk.window.pane.composer
    threads.new_thread()
    composer.set_text("half a thought")
    made = threads.newest
    threads.open_thread("a")
    desk.store.tell()
    assert composer.text == ""
    qtbot.waitUntil(lambda: read(path).drafts == {made: "half a thought"}, timeout=WITHIN_MS)
    assert read(path).newest == made
    threads.new_thread()
    desk.store.tell()
    assert (desk.store.state.conversation.thread_id, composer.text) == (made, "half a thought")


def test_a_new_thread_in_which_something_was_said_is_none_any_more(desk, threads, under_way):
    composer = desk.window.pane.composer
    threads.new_thread()
    made = threads.newest
    under_way.append(SendText(made, "m1", "hello"))
    composer.set_text("and then")
    threads.new_thread()
    desk.store.tell()
    assert threads.newest != made
    assert composer.text == ""


def test_a_new_thread_without_a_word_makes_room_for_another(desk, threads):
    threads.new_thread()
    made = threads.newest
    desk.window.pane.composer.set_text("  ")
    threads.new_thread()
    assert threads.newest != made
