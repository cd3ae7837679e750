"""The writer keeps what it was given, in order, and says when it cannot."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop_app.database.migrations import migrate
from desktop_app.errors import StorageError
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageStatus, Role, TurnTimes, UtteranceState
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.journal.search_query import read_wish
from desktop_app.journal.taking_in import VIDEOS
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.commands import Answerer, TurnWishes
from desktop_app.protocol.events import Memory, Usage


async def test_a_thread_comes_back_as_it_was_saved(writer, records):
    thread = records.thread(remote_id="r", assistant_id="a", is_pinned=True, is_unread=True)
    await writer.save_thread(thread)
    assert await writer.thread("t1") == thread
    assert await writer.thread("other") is None


async def test_a_message_comes_back_as_it_was_saved(writer, records):
    message = records.message(
        is_spoken=True,
        heard_chars=12,
        times=TurnTimes(speech_end=1.5, reply_end=4.25),
        text="naïve 🎄 \x00 text",
        model="builtin/basic",
    )
    await writer.save_message(message)
    assert await writer.message("m1") == message
    assert await writer.message("other") is None


async def test_saving_a_known_id_replaces_the_row_and_keeps_its_place(writer, records):
    for number in (1, 2):
        await writer.save_message(records.message(f"m{number}", text=f"{number}"))
    await writer.save_message(records.message("m1", text="changed"))
    assert [one.text for one in await writer.messages("t1")] == ["changed", "2"]


async def test_messages_are_the_newest_oldest_first(writer, records):
    for at in (3, 1, 2):
        await writer.save_message(records.message(f"m{at}", created_at=at))
    assert [one.id for one in await writer.messages("t1", limit=2)] == ["m2", "m3"]
    assert await writer.messages("other") == []


async def test_pending_are_the_queued_messages_of_the_user(writer, records):
    await writer.save_thread(records.thread())
    queued = records.message("m2", status=MessageStatus.QUEUED, created_at=2.0)
    await writer.save_message(records.message("m1"))
    await writer.save_message(queued)
    await writer.save_message(replace(queued, id="m0", created_at=1.0))
    await writer.save_message(replace(queued, id="m3", role=Role.ASSISTANT))
    assert [one.id for one in await writer.pending()] == ["m0", "m2"]
    await writer.remove_thread("t1")
    assert await writer.pending() == []


async def test_a_removed_thread_is_hidden_and_can_be_restored(writer, records):
    await writer.save_thread(records.thread())
    await writer.save_message(records.message())
    await writer.remove_thread("t1")
    assert await writer.thread("t1") is None
    assert await writer.messages("t1") == []
    await writer.save_thread(records.thread(updated_at=9.0))  # a late reply does not bring it back
    assert await writer.thread("t1") is None
    assert await writer.restore_thread("t1") == records.thread(updated_at=9.0)
    assert len(await writer.messages("t1")) == 1
    assert await writer.restore_thread("other") is None


async def test_settings_are_remembered(writer):
    assert await writer.setting("assistant") is None
    await writer.set_setting("assistant", "a1")
    await writer.set_setting("assistant", "a2")
    assert await writer.setting("assistant") == "a2"


async def test_an_utterance_is_on_disk_in_order_when_it_ends(writer, records, tmp_path):
    await writer.begin_utterance(records.utterance())
    for number in range(50):
        writer.append_utterance("u1", bytes([number]) * 640)
    ended = await writer.end_utterance("u1", UtteranceState.CAPTURED)
    assert (ended.state, ended.duration_ms) == (UtteranceState.CAPTURED, 1000)
    pcm = b"".join(bytes([number]) * 640 for number in range(50))
    assert (tmp_path / ended.path).read_bytes() == pcm
    assert await writer.utterance_pcm("u1") == pcm


async def test_what_was_written_of_an_utterance_is_in_its_file_though_the_journal_is_busy(
    writer, records, tmp_path
):
    await writer.begin_utterance(records.utterance())
    goes_on = threading.Event()
    held = asyncio.create_task(writer._worker.run(goes_on.wait))
    file = tmp_path / "utterances" / "u1.pcm"
    try:
        for number in range(3):
            writer.write_utterance("u1", bytes([number]) * 640)
            assert file.stat().st_size == 640 * (number + 1)
    finally:
        goes_on.set()
    await held
    ended = await writer.end_utterance("u1", UtteranceState.CAPTURED)
    writer.write_utterance("u1", b"late")
    assert ended.duration_ms == 60
    assert file.read_bytes() == b"".join(bytes([number]) * 640 for number in range(3))


async def test_a_slow_disk_delays_the_loop_once_in_an_utterance(
    writer, records, tmp_path, monkeypatch
):
    await writer.begin_utterance(records.utterance())
    threads = []
    append = writer._tables.files.append

    def slowly(utterance_id: str, pcm: bytes) -> None:
        threads.append(threading.current_thread() is threading.main_thread())
        append(utterance_id, pcm)

    monkeypatch.setattr(writer._tables.files, "append", slowly)
    clock = iter([0.0, 0.01, 1.0, 1.2])
    monkeypatch.setattr("desktop_app.journal.writer.perf_counter", lambda: next(clock))
    for number in range(5):
        writer.write_utterance("u1", bytes([number]) * 640)
    ended = await writer.end_utterance("u1", UtteranceState.CAPTURED)
    assert threads == [True, True, False, False, False]
    pcm = b"".join(bytes([number]) * 640 for number in range(5))
    assert (tmp_path / ended.path).read_bytes() == pcm


async def test_ending_an_utterance_twice_keeps_its_sound(writer, records):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\0" * 640)
    await writer.end_utterance("u1", UtteranceState.CAPTURED)
    ended = await writer.end_utterance("u1", UtteranceState.TRANSCRIBED)
    assert (ended.duration_ms, ended.state) == (20, UtteranceState.TRANSCRIBED)


async def test_a_recording_that_is_gone_is_a_clear_error(writer, records):
    with pytest.raises(StorageError, match="is gone") as caught:
        await writer.utterance_pcm("u1")
    assert caught.value.code == "journal.no_recording"
    with pytest.raises(StorageError, match="never begun"):
        await writer.end_utterance("u1", UtteranceState.CAPTURED)


async def test_an_id_cannot_point_outside_the_folder(writer, records):
    with pytest.raises(ValueError, match="not an utterance id"):
        await writer.begin_utterance(records.utterance("../x"))


async def test_sound_that_cannot_be_written_fails_the_end_of_its_utterance(
    writer, records, tmp_path
):
    (tmp_path / "utterances" / "u1.pcm").symlink_to("/dev/full")
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\0" * 640)
    with pytest.raises(StorageError) as caught:
        await writer.end_utterance("u1", UtteranceState.CAPTURED)
    assert caught.value.code == "storage.full"


async def test_a_cancelled_caller_does_not_lose_the_write(writer, records):
    saving = asyncio.create_task(writer.save_message(records.message()))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert await writer.message("m1") == records.message()


async def test_a_second_writer_of_the_folder_is_refused(writer, records, tmp_path):
    with pytest.raises(StorageError, match="Another Parley") as caught:
        await JournalWriter.open(tmp_path)
    assert caught.value.code == "journal.in_use"
    await writer.save_thread(records.thread())
    assert await writer.thread("t1") == records.thread()


async def test_a_closed_journal_can_be_opened_again(tmp_path, records):
    for _ in range(2):
        journal = await JournalWriter.open(tmp_path)
        await journal.save_thread(records.thread())
        await journal.aclose()
        await journal.aclose()


async def test_a_damaged_database_is_set_aside_and_a_new_one_started(tmp_path, records):
    (tmp_path / DATABASE_NAME).write_bytes(b"not a database at all" * 100)
    journal = await JournalWriter.open(tmp_path)
    assert journal.set_aside == tmp_path / f"{DATABASE_NAME}.broken1"
    assert journal.set_aside.read_bytes().startswith(b"not a database")
    await journal.save_thread(records.thread())
    await journal.aclose()
    again = await JournalWriter.open(tmp_path)
    assert again.set_aside is None
    assert await again.thread("t1") == records.thread()
    await again.aclose()


async def test_pictures_of_a_damaged_database_stay(tmp_path, records):
    (tmp_path / "pictures").mkdir()
    picture = tmp_path / "pictures" / "a.png"
    picture.write_bytes(b"x")
    (tmp_path / DATABASE_NAME).write_bytes(b"not a database at all" * 100)
    for _ in range(2):
        journal = await JournalWriter.open(tmp_path)
        await journal.aclose()
        assert picture.exists()
    (tmp_path / f"{DATABASE_NAME}.broken1").unlink()
    journal = await JournalWriter.open(tmp_path)
    await journal.aclose()
    assert not picture.exists()


@pytest.mark.parametrize("is_cut", [True, False], ids=["after a crash", "after a clean end"])
async def test_damage_inside_the_database_is_found_at_the_start(tmp_path, records, is_cut):
    journal = await JournalWriter.open(tmp_path)
    for number in range(200):
        await journal.save_message(records.message(f"m{number}", text=f"{number} " * 200))
    await journal.aclose()
    path = tmp_path / DATABASE_NAME
    content = bytearray(path.read_bytes())
    content[4096 * 4 :] = b"\xa5" * (len(content) - 4096 * 4)
    path.write_bytes(content)
    if is_cut:
        (tmp_path / f"{DATABASE_NAME}-wal").write_bytes(b"cut")
    journal = await JournalWriter.open(tmp_path)
    assert journal.set_aside is not None
    assert journal.set_aside.read_bytes() == content
    assert await journal.messages("t1") == []
    await journal.aclose()


async def test_bar_36_a_newer_journal_is_refused_and_untouched(tmp_path, reader):
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as connection:
        connection.execute("CREATE TABLE later (x)")
        connection.execute("PRAGMA user_version = 99")
        with pytest.raises(StorageError, match="newer Parley") as caught:
            await JournalWriter.open(tmp_path)
        assert caught.value.code == "storage.newer"
        with pytest.raises(StorageError, match="newer Parley"):
            reader.threads()
        assert connection.execute("SELECT count(*) FROM later").fetchone() == (0,)


async def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        await JournalWriter.open(tmp_path / "file" / "journal")
    assert caught.value.code == "storage.failed"


WRITE_WITHOUT_END = """
import asyncio, sys
from pathlib import Path
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import (
    MessageRecord, MessageStatus, Role, ThreadRecord, UtteranceRecord, UtteranceState,
)
from desktop_app.journal.taking_in import VIDEOS
from desktop_app.journal.writer import JournalWriter

async def main():
    journal = await JournalWriter.open(Path(sys.argv[1]))
    await journal.save_thread(ThreadRecord(id="t1", created_at=1.0, updated_at=1.0))
    speech = UtteranceRecord(
        id="u1", thread_id="t1", turn=1, created_at=1.0, state=UtteranceState.CAPTURING
    )
    await journal.begin_utterance(speech)
    number = 0
    while True:
        number += 1
        role = (Role.ASSISTANT, Role.USER)[number % 2]
        journal.append_utterance("u1", b"ab" * 320)
        await journal.save_message(MessageRecord(
            id=str(number), thread_id="t1", role=role, text=f"word{number}",
            created_at=float(number), status=MessageStatus.SENT,
        ))
        print(number, flush=True)

asyncio.run(main())
"""


def killed_after(acknowledged: int, folder: Path) -> int:
    """Kill a writing process once it acknowledged so many rows; how many it did in the end."""
    command = [sys.executable, "-c", WRITE_WITHOUT_END, str(folder)]
    repository = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=repository) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == acknowledged:
                process.kill()
                break
        return max([acknowledged, *(int(line) for line in process.stdout if line.endswith("\n"))])


@pytest.mark.parametrize("acknowledged", [1, 37, 150])
async def test_killing_the_writer_loses_nothing_it_acknowledged(tmp_path, acknowledged):
    seen = killed_after(acknowledged, tmp_path)
    reader = JournalReader(tmp_path)  # the window reads on while nobody writes
    assert len(reader.messages("t1", limit=10_000)) >= seen
    journal = await JournalWriter.open(tmp_path)
    found = [one.id for one in await journal.messages("t1", limit=10_000) if one.text]
    assert found[:seen] == [str(number) for number in range(1, seen + 1)]
    assert len(await journal.utterance_pcm("u1")) >= seen * 640
    assert journal.set_aside is None
    await journal.aclose()


async def test_a_message_keeps_what_it_asks_for_besides_its_words(writer, records):
    message = records.message(wishes=TurnWishes(files=("a.pdf", "b.png"), memory="off"))
    await writer.save_message(message)
    assert await writer.message("m1") == message


async def test_a_picture_is_kept_once_and_named_by_its_content(writer, reader, records, tmp_path):
    first = await writer.keep_picture(records.picture("p1"), b"png")
    second = await writer.keep_picture(records.picture("p2"), b"png")
    assert first.path == second.path
    assert (tmp_path / first.path).read_bytes() == b"png"
    assert first.size_bytes == 3
    await writer.save_thread(records.thread())
    assert [one.id for one in reader.pictures("t1")] == ["p2", "p1"]
    assert reader.pictures("other") == []
    assert reader.pictures(limit=1, offset=1) == [first]


async def test_a_video_is_moved_to_its_place_and_kept_once(writer, reader, records, tmp_path):
    paths = []
    for name in ("p1", "p2"):
        came = tmp_path / VIDEOS / name
        came.parent.mkdir(exist_ok=True)
        came.write_bytes(b"movie")
        kept = await writer.keep_picture(records.picture(name, mime_type="video/mp4"), came)
        assert not came.exists()
        assert kept.size_bytes == 5
        paths.append(kept.path)
    assert paths[0] == paths[1]
    assert paths[0].endswith(".mp4")
    assert (tmp_path / paths[0]).read_bytes() == b"movie"
    await writer.save_thread(records.thread())
    assert all(one.is_video for one in reader.pictures("t1"))


async def test_a_video_whose_keeping_was_cut_short_may_be_kept_again(writer, records, tmp_path):
    came = tmp_path / VIDEOS / "v"
    came.parent.mkdir(exist_ok=True)
    came.write_bytes(b"movie")
    made = records.picture("p1", mime_type="video/mp4")
    keeping = asyncio.create_task(writer.keep_picture(made, came))
    await asyncio.sleep(0)  # it has begun
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    kept = await writer.keep_picture(made, came)
    assert (tmp_path / kept.path).read_bytes() == b"movie"
    assert await writer.keep_picture(made, came) == kept
    with pytest.raises(StorageError):
        await writer.keep_picture(records.picture("p2"), came)


async def test_a_video_whose_content_is_known_is_not_read_again(writer, records, tmp_path):
    came = tmp_path / VIDEOS / "v"
    came.parent.mkdir(exist_ok=True)
    came.write_bytes(b"movie")
    kept = await writer.keep_picture(records.picture(mime_type="video/mp4"), came, "f" * 64)
    assert kept.path == f"pictures/{'f' * 64}.mp4"


async def test_videos_that_nobody_kept_go_at_the_next_start(tmp_path):
    left = tmp_path / VIDEOS / "left"
    left.parent.mkdir()
    left.write_bytes(b"half a movie")
    await (await JournalWriter.open(tmp_path)).aclose()
    assert not left.exists()


async def test_the_pictures_of_a_removed_thread_go_at_the_next_start(records, reader, tmp_path):
    writer = await JournalWriter.open(tmp_path)
    await writer.save_thread(records.thread())
    gone = await writer.keep_picture(records.picture("p1"), b"gone")
    stays = await writer.keep_picture(records.picture("p2", thread_id="t2"), b"stays")
    await writer.remove_thread("t1")
    assert reader.pictures() == [stays]
    await writer.aclose()
    await (await JournalWriter.open(tmp_path)).aclose()
    assert not (tmp_path / gone.path).exists()
    assert (tmp_path / stays.path).exists()


async def test_a_removed_picture_can_be_brought_back_until_the_next_start(records, tmp_path):
    writer = await JournalWriter.open(tmp_path)
    reader = JournalReader(tmp_path)
    kept = await writer.keep_picture(records.picture("p1", prompt="A fox", model="a/b"), b"fox")
    await writer.remove_picture("p1")
    assert reader.pictures() == []
    assert reader.picture_count() == 0
    assert await writer.restore_picture("p1") == kept
    assert reader.pictures() == [kept]
    await writer.remove_picture("p1")
    await writer.aclose()
    again = await JournalWriter.open(tmp_path)
    assert await again.restore_picture("p1") is None
    await again.aclose()
    assert not (tmp_path / kept.path).exists()


async def test_the_parent_of_a_picture_may_be_named_as_the_peer_names_it(writer, records):
    await writer.keep_picture(records.picture("p1", remote_id="theirs"), b"1")
    by_peer = await writer.keep_picture(records.picture("p2", parent_id="theirs"), b"2")
    by_us = await writer.keep_picture(records.picture("p3", parent_id="p1"), b"3")
    unknown = await writer.keep_picture(records.picture("p4", parent_id="attached"), b"4")
    assert [one.parent_id for one in (by_peer, by_us, unknown)] == ["p1", "p1", ""]


async def test_the_family_of_a_picture_are_its_ancestors_siblings_and_children(
    writer, reader, records
):
    for name, parent, message in (
        ("root", "", "m1"),
        ("twin", "", "m1"),
        ("child", "root", "m2"),
        ("other child", "root", "m3"),
        ("grandchild", "child", "m4"),
        ("stranger", "", "m5"),
    ):
        picture = records.picture(name, remote_id=name, parent_id=parent, message_id=message)
        await writer.keep_picture(picture, name.encode())

    def family(of: str) -> list[str]:
        return [one.id for one in reader.picture_family(of)]

    assert family("child") == ["root", "child", "other child", "grandchild"]
    assert family("root") == ["root", "twin", "child", "other child"]
    assert family("grandchild") == ["root", "child", "grandchild"]
    assert family("stranger") == ["stranger"]
    await writer.remove_picture("root")
    assert family("grandchild") == ["child", "grandchild"]
    assert family("nobody") == []


async def test_a_picture_of_an_older_journal_is_told_by_the_question_it_answered(records, tmp_path):
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as old:
        migrate(old, tmp_path / DATABASE_NAME, MIGRATIONS[:2])
        for name, role, at in (("q", "user", 1.0), ("r", "assistant", 2.0), ("later", "user", 3.0)):
            old.execute(
                "INSERT INTO message (id, thread_id, role, text, created_at, status, turn,"
                " is_spoken, utterance_id, speech_ms, model, heard_by, spoken_by, error, remote_id)"
                " VALUES (?, 't1', ?, ?, ?, 'complete', 1, 0, '', 0, '', '', '', '', '')",
                (name, role, f"Draw {name}", at),
            )
        old.execute(
            "INSERT INTO picture (id, thread_id, message_id, remote_id, mime_type, path,"
            " size_bytes, created_at) VALUES ('p', 't1', 'r', 'd', 'image/png', 'x', 1, 2.0)"
        )
        old.commit()
    await (await JournalWriter.open(tmp_path)).aclose()
    (picture,) = JournalReader(tmp_path).pictures()
    assert (picture.prompt, picture.model, picture.parent_id) == ("Draw q", "", "")


async def test_marks_are_kept_and_only_changes_are_told(writer, reader, records):
    await writer.save_thread(records.thread("a"))
    assert (await writer.mark_thread("a", is_pinned=True)).is_pinned
    assert await writer.mark_thread("a", is_pinned=True) is None
    marked = await writer.mark_thread("a", is_unread=True)
    assert (marked.is_pinned, marked.is_unread) == (True, True)
    assert reader.thread("a") == marked
    assert await writer.mark_thread("unknown", is_unread=True) is None


async def test_what_is_known_of_a_reply_comes_back_as_it_was(writer, records):
    details = ReplyDetails(
        reasoning="Hm.",
        tools=(ToolUse("c", "price", "{}", "7", ToolState.REFUSED, 12),),
        memories=(Memory("likes tea"),),
        usage=Usage(cost_usd=0.1),
        voice={"stt": {"duration_ms": 5}},
    )
    reply = records.message(role=Role.ASSISTANT, details=details)
    await writer.save_message(reply)
    assert await writer.message("m1") == reply


async def test_bar_45_who_answers_is_kept_with_the_thread(writer, reader):
    who = Answerer("openai/gpt-4.1", "tutor")
    made = await writer.choose_answerer("a", 5.0, who)
    assert (made.model, made.assistant_id, made.created_at) == ("openai/gpt-4.1", "tutor", 5.0)
    touched = await writer.touch_thread("a", 9.0, "Hello", model="other/one")
    assert (touched.model, touched.title) == ("openai/gpt-4.1", "Hello")
    changed = await writer.choose_answerer("a", 20.0, Answerer())
    assert (changed.model, changed.assistant_id, changed.updated_at) == ("", "", 9.0)
    assert reader.threads() == [changed]


async def test_bar_45_what_was_chosen_is_kept_for_each_service(writer, reader):
    await writer.touch_thread("a", 1.0, "Hello", model="a/b", profile="embedded")
    await writer.choose_answerer("a", 2.0, Answerer("c/d", "tutor"), "home")
    (kept,) = reader.threads()
    assert kept.who_at("home") == Answerer("c/d", "tutor")
    assert kept.who_at("embedded") == Answerer("a/b")
    assert kept.who_at("backboard") is None
    assert await writer.touch_thread("a", 3.0, "", model="x/y", profile="backboard") is not None
    assert reader.threads()[0].who_at("backboard") is None, "it did not begin there"


async def test_whose_names_a_thread_has_is_told_by_the_one_service_that_was_talked_to(tmp_path):
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as old:
        migrate(old, tmp_path / DATABASE_NAME, MIGRATIONS[:9])
        for name in ("one", "with-assistant", "both", "none"):
            row = (name, "T", "", "", 1.0, 1.0, 0, 0, 0, "m", "", "", "")
            old.execute(f"INSERT INTO thread VALUES ({', '.join('?' * len(row))})", row)
            old.execute(
                "INSERT INTO message (id, thread_id, role, text, created_at, status, turn, "
                "is_spoken, utterance_id, speech_ms, model, heard_by, spoken_by, error, remote_id) "
                "VALUES (?, ?, 'user', 'x', 1.0, 'sent', 1, 0, '', 0, '', '', '', '', '')",
                (name, name),
            )
        pairs = ("home:one", "home:both", "near:both", "near:with-assistant:tutor")
        for pair in pairs:
            old.execute("INSERT INTO setting VALUES (?, 'theirs')", (f"thread:{pair}",))
        old.commit()
    await (await JournalWriter.open(tmp_path)).aclose()
    found = {one.id: one.profile for one in JournalReader(tmp_path).threads()}
    assert found == {"one": "home", "with-assistant": "near", "both": "", "none": ""}


async def test_a_thread_begins_with_the_model_of_new_threads(writer):
    assert (await writer.touch_thread("a", 1.0, "", model="openai/gpt-4.1")).model
    await writer.remove_thread("a")
    assert await writer.choose_answerer("a", 2.0, Answerer("x/y")) is None


async def test_a_thread_in_which_nothing_was_asked_goes_with_the_next_start(records, tmp_path):
    journal = await JournalWriter.open(tmp_path)
    await journal.choose_answerer("unbegun", 1.0, Answerer("x/y"))
    await journal.choose_answerer("begun", 2.0, Answerer("x/y"))
    await journal.save_message(records.message("m", thread_id="begun"))
    await journal.aclose()
    await (await JournalWriter.open(tmp_path)).aclose()
    assert [one.id for one in JournalReader(tmp_path).threads()] == ["begun"]


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
async def test_bar_36_every_earlier_version_keeps_its_threads_and_a_backup(tmp_path, version):
    path = tmp_path / DATABASE_NAME
    with closing(sqlite3.connect(path)) as old:
        migrate(old, path, MIGRATIONS[:version])
        old.execute(
            "INSERT INTO thread (id, title, remote_id, assistant_id, created_at, updated_at, "
            "is_pinned, is_unread) VALUES ('a', 'Old', '', '', 1.0, 2.0, 1, 0)"
        )
        old.execute(
            "INSERT INTO message (id, thread_id, role, text, created_at, status, turn, is_spoken, "
            "utterance_id, speech_ms, model, heard_by, spoken_by, error, remote_id) VALUES "
            "('m', 'a', 'user', 'Zürich?', 1.0, 'sent', 1, 1, 'u', 900, '', '', '', '', '')"
        )
        old.execute(
            "INSERT INTO utterance (id, thread_id, turn, created_at, state, path, duration_ms) "
            "VALUES ('u', 'a', 1, 1.0, 'transcribed', 'utterances/u.pcm', 900)"
        )
        old.commit()
    journal = await JournalWriter.open(tmp_path)
    assert journal.set_aside is None
    (thread,) = JournalReader(tmp_path).threads()
    assert (thread.title, thread.is_pinned) == ("Old", True)
    (message,) = await journal.messages("a")
    assert (message.text, message.is_spoken, message.utterance_id) == ("Zürich?", True, "u")
    assert (await journal.utterance("u")).duration_ms == 900
    await journal.aclose()
    assert JournalReader(tmp_path).search(read_wish("zur"))
    with closing(sqlite3.connect(f"{path}.v{version}.backup")) as before:
        assert before.execute("SELECT title FROM thread").fetchall() == [("Old",)]


async def test_a_journal_without_models_is_migrated(tmp_path):
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as old:
        migrate(old, tmp_path / DATABASE_NAME, MIGRATIONS[:5])
        old.execute("INSERT INTO thread VALUES ('a', 'Old', '', '', 1.0, 1.0, 0, 0, 0)")
        old.commit()
    await (await JournalWriter.open(tmp_path)).aclose()
    (thread,) = JournalReader(tmp_path).threads()
    assert (thread.title, thread.model) == ("Old", "")


async def test_bar_34_words_written_before_their_beginnings_were_indexed_are_found(tmp_path):
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as old:
        migrate(old, tmp_path / DATABASE_NAME, MIGRATIONS[:6])
        old.execute(
            "INSERT INTO message VALUES (1, 'm', 't', 'user', 'Zürich at noon', 1.0, 'complete', 1,"
            " 0, '', 0, NULL, '', '', '', NULL, '', '', NULL, NULL)"
        )
        old.commit()
    journal = await JournalWriter.open(tmp_path)
    reader = JournalReader(tmp_path)
    for typed in ("z", "zu", "zur", "noon"):
        assert [hit.message_id for hit in reader.search(read_wish(typed))] == ["m"], typed
    message = await journal.message("m")
    await journal.save_message(replace(message, text="Bern"))
    await journal.aclose()
    assert reader.search(read_wish("b"))
    assert not reader.search(read_wish("z"))
