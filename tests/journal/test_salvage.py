"""A damaged database gives back what can be read of it; the files that its rows name are there."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from desktop_app.database import readable_rows
from desktop_app.database.migrations import migrate
from desktop_app.journal import salvage as salvaging
from desktop_app.journal import tables
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageStatus, Role, UtteranceState
from desktop_app.journal.recovery import NOT_UNDERSTOOD, TO_REBUILD
from desktop_app.journal.rows import utterance_of
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.journal.strays import list_strays
from desktop_app.journal.tables import Tables
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.commands import TurnWishes
from tests.journal.conftest import Records

PAGE = 4_096
MESSAGES = 400


@pytest.fixture(scope="module")
def once_filled(tmp_path_factory):
    """A folder with a long thread, recordings, attached files, a picture, and a deleted thread."""
    folder = tmp_path_factory.mktemp("filled")
    asyncio.run(fill(folder))
    return folder


@pytest.fixture
def filled(once_filled, tmp_path):
    """The same, for one test to damage: each message waits for the disk, a copy does not."""
    return shutil.copytree(once_filled, tmp_path, dirs_exist_ok=True)


async def fill(folder) -> None:
    journal = await JournalWriter.open(folder)
    for name in ("t1", "deleted"):
        await journal.save_thread(Records.thread(name, is_pinned=True, model="a/b"))
    for number in range(MESSAGES):
        await journal.save_message(
            Records.message(
                f"m{number}", text=f"{number} " * 60, created_at=float(number),
                wishes=TurnWishes(files=(f"/kept/{number}.pdf",)), utterance_id=f"u{number}",
            )
        )  # fmt: skip
        if number % 40 == 0:
            await journal.begin_utterance(Records.utterance(f"u{number}"))
            journal.append_utterance(f"u{number}", bytes([number % 256, 0]) * 1_600)
            await journal.end_utterance(f"u{number}", UtteranceState.TRANSCRIBED)
    await journal.keep_picture(Records.picture(), b"\x89PNG boat")
    await journal.set_setting("thread:embedded:t1", "theirs")
    await journal.remove_thread("deleted")
    await journal.aclose()


def leaves(folder) -> list[int]:
    """Where the pages with the messages' texts lie, in bytes from the beginning of the file."""
    content = (folder / DATABASE_NAME).read_bytes()
    found = (content.index(f"{number} ".encode() * 60) for number in range(MESSAGES))
    return sorted({at // PAGE * PAGE for at in found})


def spoil(folder, places: list[int]) -> None:
    path = folder / DATABASE_NAME
    content = bytearray(path.read_bytes())
    for at in places:
        content[at : at + PAGE] = b"\xa5" * PAGE
    path.write_bytes(content)


async def test_bar_35_most_of_a_damaged_journal_is_there_again_with_its_files(filled):
    places = leaves(filled)
    spoil(filled, [places[2], places[9]])
    journal = await JournalWriter.open(filled)
    assert journal.set_aside is not None
    found = await journal.messages("t1", limit=MESSAGES)
    assert MESSAGES * 0.8 < len(found) < MESSAGES
    assert all(one.text == f"{one.id[1:]} " * 60 for one in found)
    assert all(one.wishes.files == (f"/kept/{one.id[1:]}.pdf",) for one in found)
    thread = await journal.thread("t1")
    assert (thread.is_pinned, thread.model) == (True, "a/b")
    assert await journal.utterance_pcm("u80") == bytes([80, 0]) * 1_600
    assert await journal.setting("thread:embedded:t1") == "theirs"
    [picture] = JournalReader(filled).pictures("t1")
    assert (filled / picture.path).read_bytes() == b"\x89PNG boat"
    assert await journal.thread("deleted") is None
    await journal.aclose()
    await (await JournalWriter.open(filled)).aclose()  # and it is sound from now on
    assert [one.id for one in JournalReader(filled).threads()] == ["t1"]


async def test_recordings_and_files_whose_rows_are_lost_are_found_in_a_thread(filled):
    for name in ("0a1b", "0c2d"):
        (filled / "attachments" / name).mkdir(parents=True)
        (filled / "attachments" / name / "plan.pdf").write_bytes(b"%PDF")
    (filled / "unsent.json").write_text('{"files": {"t1": [{"kept": "…/0c2d/plan.pdf"}]}}')
    (filled / DATABASE_NAME).write_bytes(b"not a database at all" * 100)
    for _ in range(2):  # and it stays so
        journal = await JournalWriter.open(filled)
        [thread] = JournalReader(filled).threads()
        assert (thread.title, thread.is_unread) == ("Found after damage", True)
        found = await journal.messages(thread.id)
        heard = [one for one in found if one.utterance_id]
        assert sorted(one.utterance_id for one in heard) == sorted(
            f"u{number}" for number in range(0, MESSAGES, 40)
        )
        assert {(one.status, one.error, one.speech_ms) for one in heard} == {
            (MessageStatus.FAILED, NOT_UNDERSTOOD, 100)
        }
        assert await journal.utterance_pcm("u80") == bytes([80, 0]) * 1_600
        [names] = [one.wishes.files for one in found if not one.utterance_id]
        assert names == (str(filled / "attachments" / "0a1b" / "plan.pdf"),)
        await journal.aclose()


async def test_the_sound_of_a_reply_is_not_taken_for_the_persons(filled, records):
    journal = await JournalWriter.open(filled)
    for name in ("reply-named", "reply-lost"):
        await journal.begin_utterance(records.utterance(name, role=Role.ASSISTANT))
        journal.append_utterance(name, bytes(4_800))
        await journal.end_utterance(name, UtteranceState.TRANSCRIBED)
    await journal.save_message(
        records.message("r", role=Role.ASSISTANT, utterance_id="reply-named", text="Low at six.")
    )
    await journal.aclose()
    with closing(sqlite3.connect(filled / DATABASE_NAME)) as spoilt, spoilt:
        spoilt.execute("DELETE FROM utterance")
    (filled / f"{DATABASE_NAME}.whole").write_bytes((filled / DATABASE_NAME).read_bytes())
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        new.row_factory = sqlite3.Row
        migrate(new, filled / "new", MIGRATIONS)
        salvaging.salvage(new, filled / f"{DATABASE_NAME}.whole")
        list_strays(new, filled, filled / f"{DATABASE_NAME}.whole")
        rows = {row["id"]: utterance_of(row) for row in new.execute("SELECT * FROM utterance")}
        [found] = new.execute("SELECT * FROM message WHERE utterance_id = 'reply-lost'")
        strays = found["thread_id"]
        count = "SELECT count(*) FROM message WHERE thread_id = ?"
        assert new.execute(count, (strays,)).fetchone()[0] == 1
    named, lost, asked = rows["reply-named"], rows["reply-lost"], rows["u80"]
    assert (named.role, named.thread_id, named.duration_ms) == (Role.ASSISTANT, "t1", 100)
    assert (lost.role, lost.thread_id, lost.rate_hz) == (Role.ASSISTANT, strays, 24_000)
    assert (found["role"], found["status"], found["speech_ms"]) == ("assistant", "complete", 100)
    assert (asked.role, asked.thread_id) == (Role.USER, "t1"), "its message names it"


async def test_the_sound_of_an_older_reply_is_not_taken_for_the_persons_either(filled, records):
    journal = await JournalWriter.open(filled)
    for name, role in (("old-reply", Role.ASSISTANT), ("old-question", Role.USER)):
        await journal.begin_utterance(records.utterance(name, role=role))
        journal.append_utterance(name, bytes(4_800))
        await journal.end_utterance(name, UtteranceState.TRANSCRIBED)
    await journal.aclose()
    for _ in range(2):  # an earlier version wrote them, this one has seen them
        await (await JournalWriter.open(filled)).aclose()
    (filled / DATABASE_NAME).write_bytes(b"not a database at all" * 100)
    journal = await JournalWriter.open(filled)
    [thread] = JournalReader(filled).threads()
    found = {one.utterance_id: one for one in await journal.messages(thread.id)}
    assert (found["old-reply"].role, found["old-reply"].status) == (
        Role.ASSISTANT,
        MessageStatus.COMPLETE,
    )
    assert found["old-question"].role is Role.USER
    reply = await journal.utterance("old-reply")
    assert (reply.rate_hz, reply.duration_of(4_800)) == (24_000, 100)
    await journal.aclose()


async def test_a_start_that_is_cut_while_it_reads_goes_on_with_the_next(filled, monkeypatch):
    spoil(filled, [leaves(filled)[4]])
    monkeypatch.setattr(readable_rows, "_A_COMMIT", 50)
    take, taken = salvaging._take, []

    def killed_in_the_middle(connection, kind, row):
        taken.append(row)
        if len(taken) == 180:
            raise SystemExit
        take(connection, kind, row)

    monkeypatch.setattr(salvaging, "_take", killed_in_the_middle)
    with pytest.raises(SystemExit):
        Tables(filled)
    monkeypatch.setattr(salvaging, "_take", take)
    journal = await JournalWriter.open(filled)
    assert journal.set_aside is None, "the new one is sound, and not complete"
    found = await journal.messages("t1", limit=MESSAGES)
    assert MESSAGES * 0.8 < len(found) < MESSAGES
    assert [one.title for one in JournalReader(filled).threads()] == ["Christmas"]
    await journal.aclose()


async def test_damage_anywhere_costs_what_it_hit_and_never_the_start(filled, records):
    whole = (filled / DATABASE_NAME).read_bytes()
    chosen = random.Random(7)
    pages = len(whole) // PAGE
    counts = []
    for _ in range(12):
        for left in filled.glob(f"{DATABASE_NAME}*"):
            left.unlink()
        (filled / DATABASE_NAME).write_bytes(whole)
        spoil(filled, [chosen.randrange(1, pages) * PAGE for _ in range(3)])
        journal = await JournalWriter.open(filled)
        counts.append(len(await journal.messages("t1", limit=MESSAGES)))
        await journal.save_message(records.message("new"))
        assert await journal.message("new") == records.message("new")
        await journal.aclose()
    assert max(counts) >= MESSAGES * 0.8


async def test_a_damaged_journal_of_an_earlier_version_is_read_too(tmp_path):
    path = tmp_path / DATABASE_NAME
    with closing(sqlite3.connect(path)) as old:
        migrate(old, path, MIGRATIONS[:1])
        old.execute("INSERT INTO thread VALUES ('a', 'Old', '', '', 1.0, 1.0, 1, 0, 0)")
        old.executemany(
            "INSERT INTO message VALUES (?, ?, 'a', 'user', ?, 1.0, 'sent', 1, 0, '', 0, NULL, "
            "'', '', '', NULL, '', '')",
            [(n, f"m{n}", f"{n} " * 60) for n in range(MESSAGES)],
        )
        old.commit()
    spoil(tmp_path, [leaves(tmp_path)[5]])
    journal = await JournalWriter.open(tmp_path)
    assert journal.set_aside is not None
    thread = await journal.thread("a")
    assert (thread.title, thread.is_pinned, thread.model) == ("Old", True, "")
    assert MESSAGES * 0.8 < len(await journal.messages("a", limit=MESSAGES)) < MESSAGES
    await journal.aclose()


async def test_a_reply_that_was_growing_when_the_damage_was_done_is_settled(filled, records):
    journal = await JournalWriter.open(filled)
    reply = records.message("r", role=Role.ASSISTANT, status=MessageStatus.STREAMING)
    await journal.save_message(reply)
    await journal.aclose()
    spoil(filled, [leaves(filled)[3]])
    again = await JournalWriter.open(filled)
    assert again.set_aside is not None
    assert (await again.message("r")).is_cut_short
    await again.aclose()


def spoil_indexes(folder) -> None:
    """Damage that costs no row, and that a start finds."""
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as old:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'message_of_thread'"
        [root] = old.execute(query).fetchone()
    spoil(folder, [(root - 1) * PAGE])


@pytest.mark.parametrize("place", [3, 20, 38])
async def test_rows_whose_numbers_are_damaged_are_read_as_they_lie(tmp_path, place):
    journal = await JournalWriter.open(tmp_path)
    for number in range(40):
        await journal.set_setting(f"key{number:03}", f"value{number}")
    await journal.aclose()
    path = tmp_path / DATABASE_NAME
    content = bytearray(path.read_bytes())
    at = content.index(f"key{place:03}value{place}".encode()) - 4
    content[at] = 0x7F  # the number of the row, before the sizes of its columns
    path.write_bytes(content)
    journal = await JournalWriter.open(tmp_path)
    assert journal.set_aside is not None
    for number in range(40):
        assert await journal.setting(f"key{number:03}") == f"value{number}"
    await journal.aclose()


async def test_single_bytes_gone_wrong_never_keep_a_journal_closed(filled):
    spoil_indexes(filled)
    whole = (filled / DATABASE_NAME).read_bytes()
    chosen = random.Random(11)
    for _ in range(20):
        for left in filled.glob(f"{DATABASE_NAME}*"):
            left.unlink()
        content = bytearray(whole)
        for _ in range(40):
            content[chosen.randrange(PAGE, len(content))] ^= 1 << chosen.randrange(8)
        (filled / DATABASE_NAME).write_bytes(content)
        for _ in range(2):
            await (await JournalWriter.open(filled)).aclose()


_UTTERANCE = "INSERT INTO utterance VALUES ('\ufffdx', 'a', 1, 1.0, 'captured', 'p', 0, 'user')"
_OUTSIDE = (
    "INSERT INTO picture (id, thread_id, message_id, remote_id, mime_type, path, size_bytes, "
    "created_at) VALUES ('p', 'a', 'm', 'r', 'image/png', '../unsent.json', 1, 1.0)"
)
_KIND = "UPDATE message SET wishes = 5 WHERE id = 'm7'"


@pytest.mark.parametrize("row", [_UTTERANCE, _OUTSIDE, _KIND])
async def test_what_no_start_could_live_with_is_left(filled, row):
    with closing(sqlite3.connect(filled / DATABASE_NAME)) as old:
        old.execute(row)
        old.commit()
    spoil_indexes(filled)
    for _ in range(2):
        journal = await JournalWriter.open(filled)
        assert len(await journal.messages("t1", limit=MESSAGES)) == MESSAGES
        await journal.aclose()
    [picture] = JournalReader(filled).pictures("t1")
    assert (filled / picture.path).read_bytes() == b"\x89PNG boat"


async def test_pictures_of_a_version_that_could_not_hide_them_are_taken_over(tmp_path):
    path = tmp_path / DATABASE_NAME
    name = f"pictures/{'a' * 64}.png"
    with closing(sqlite3.connect(path)) as old:
        migrate(old, path, MIGRATIONS[:2])
        old.execute("INSERT INTO thread VALUES ('a', 'Old', '', '', 1.0, 1.0, 1, 0, 0)")
        old.execute(
            f"INSERT INTO picture VALUES (1, 'p', 'a', 'm', 'r', 'image/png', '{name}', 1, 1.0)"
        )
        old.commit()
    spoil_indexes(tmp_path)
    await (await JournalWriter.open(tmp_path)).aclose()
    assert [one.path for one in JournalReader(tmp_path).pictures("a")] == [name]


async def test_what_a_killed_start_did_not_read_the_next_one_reads(filled, monkeypatch):
    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    spoil_indexes(filled)
    with monkeypatch.context() as patched:
        patched.setattr(tables, "salvage", killed)
        with pytest.raises(KeyboardInterrupt):
            tables.Tables(filled)
    journal = await JournalWriter.open(filled)
    assert len(await journal.messages("t1", limit=MESSAGES)) == MESSAGES
    await journal.aclose()
    assert not list(filled.glob("*.unread"))


async def test_messages_whose_thread_is_lost_are_listed_under_their_first_words(filled, records):
    """Of the small rows of threads one page holds dozens."""
    journal = await JournalWriter.open(filled)
    for number in range(120):
        await journal.save_thread(records.thread(f"n{number}", title="Named"))
        text = f"what is the name of number {number}"
        await journal.save_message(records.message(f"q{number}", thread_id=f"n{number}", text=text))
    await journal.aclose()
    content = (filled / DATABASE_NAME).read_bytes()
    spoil(filled, [content.index(b"n60") // PAGE * PAGE])
    for _ in range(2):  # and it stays so
        await (await JournalWriter.open(filled)).aclose()
        listed = {one.id: one.title for one in JournalReader(filled).threads()}
        lost = [name for name, title in listed.items() if title != "Named" and name != "t1"]
        assert lost
        assert len(listed) == 121
        assert all(listed[name] == f"What is the name of number {name[1:]}" for name in lost)


async def test_the_service_is_asked_for_what_was_lost_whoever_found_the_damage(filled):
    spoil_indexes(filled)
    await (await JournalWriter.open(filled)).aclose()  # a command of the command line, say
    journal = await JournalWriter.open(filled)
    assert journal.set_aside is None
    assert await journal.setting(TO_REBUILD) == f"{DATABASE_NAME}.broken1"
    await journal.aclose()
