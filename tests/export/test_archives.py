"""What is exported as an archive comes back as it was, once, and only as a whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path, PurePath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.errors import InputError, StoppedError
from desktop_app.export.archive_reading import open_archive
from desktop_app.export.exporting import ExportWish, Format, export_threads
from desktop_app.export.importing import import_archive
from desktop_app.export.watch import Watch
from desktop_app.journal.picture_files import PICTURE_PATH
from desktop_app.journal.records import MessageStatus, Role, TurnTimes, UtteranceState
from desktop_app.journal.taking_in import TakenIn
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.commands import TurnWishes
from tests.export.conftest import (
    PICTURE,
    QUESTION_SOUND,
    everything,
    keep,
    message,
    picture,
    png,
    thread,
    utterance,
)


def export(folder: Path, to: Path, *thread_ids: str, watch: Watch | None = None) -> Path:
    export_threads(ExportWish(folder, to, Format.JSON, thread_ids), watch)
    return to


async def imported(path: Path, folder: Path) -> TakenIn:
    journal = await JournalWriter.open(folder)
    try:
        return await import_archive(journal, folder, path)
    finally:
        await journal.aclose()


def changed(archive: Path, name: str, data: bytes | None, *, packed: int | None = None) -> Path:
    """The archive with one entry exchanged, added or left out."""
    to = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as before, zipfile.ZipFile(to, "w") as after:
        for info in before.infolist():
            if info.filename != name:
                after.writestr(info, before.read(info))
        if data is not None:
            is_text = name.endswith(".json")
            usual = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
            after.writestr(name, data, usual if packed is None else packed)
    return to


def with_row(archive: Path, table: str, **values: object) -> Path:
    """The archive with values of the first row of a table of its first thread exchanged."""
    with zipfile.ZipFile(archive) as file:
        rows = json.loads(file.read("threads/0001.json"))
    row = rows[table] if table == "thread" else rows[table][0]
    row.update(values)
    return changed(archive, "threads/0001.json", json.dumps(rows).encode())


async def test_bar_37_everything_comes_back_as_it_was(filled, tmp_path):
    archive = export(filled, tmp_path / "all.zip")
    taken = await imported(archive, tmp_path / "other")
    assert taken == TakenIn(("t1", "t2"), 2, 4, 2, 1)
    assert everything(tmp_path / "other") == everything(filled)


async def test_importing_twice_doubles_and_changes_nothing(filled, tmp_path):
    archive = export(filled, tmp_path / "all.zip")
    before = everything(filled)
    assert await imported(archive, filled) == TakenIn(("t1", "t2"))
    assert everything(filled) == before


async def test_one_thread_alone_can_be_exported(filled, tmp_path):
    archive = export(filled, tmp_path / "one.zip", "t2")
    await imported(archive, tmp_path / "other")
    assert [rows.thread.id for rows in everything(tmp_path / "other")["rows"]] == ["t2"]


async def test_what_is_known_here_is_newer_and_stays(filled, tmp_path):
    archive = export(filled, tmp_path / "all.zip")
    journal = await JournalWriter.open(filled)
    await journal.rename_thread("t1", "renamed")
    await journal.save_message(message("m3", text="edited", created_at=13.0))
    await journal.aclose()
    before = everything(filled)
    await imported(archive, filled)
    assert everything(filled) == before


async def test_what_was_deleted_comes_back(filled, tmp_path):
    archive = export(filled, tmp_path / "all.zip")
    before = everything(filled)
    journal = await JournalWriter.open(filled)
    await journal.remove_thread("t2")
    await journal.discard_utterance("u1")
    await journal.remove_picture("p1")
    await journal.aclose()
    taken = await imported(archive, filled)
    assert taken == TakenIn(("t1", "t2"), 1, 1, 1, 1)
    assert everything(filled) == before


async def test_a_question_that_waits_comes_back_as_failed_and_is_not_sent(folder, tmp_path):
    journal = await JournalWriter.open(folder)
    await journal.save_thread(thread())
    await journal.save_message(message(status=MessageStatus.QUEUED))
    growing = message("m2", role=Role.ASSISTANT, status=MessageStatus.STREAMING)
    await journal.save_message(growing)
    archive = export(folder, tmp_path / "all.zip")
    await journal.aclose()
    await imported(archive, tmp_path / "other")
    [rows] = everything(tmp_path / "other")["rows"]
    assert [one.status for one in rows.messages] == [
        MessageStatus.FAILED,
        MessageStatus.INTERRUPTED,
    ]


async def test_videos_come_back_and_no_file_of_another_kind_comes_with_them(folder, tmp_path):
    journal = await JournalWriter.open(folder)
    await journal.save_thread(thread())
    await journal.save_message(message())
    await journal.keep_picture(picture(mime_type="video/x-msvideo"), b"a film")
    await journal.keep_picture(picture("p2", mime_type="video/webm"), b"another")
    await journal.aclose()
    archive = export(folder, tmp_path / "all.zip")
    await imported(archive, tmp_path / "there")
    assert everything(tmp_path / "there") == everything(folder)
    for ending in ("exe", "desktop", "html", "mp4x"):
        assert PICTURE_PATH.fullmatch(f"pictures/{'a' * 64}.{ending}") is None


async def test_recordings_and_pictures_in_it_can_be_opened_by_anything(filled, tmp_path):
    with zipfile.ZipFile(export(filled, tmp_path / "all.zip")) as file:
        sound = file.read("recordings/u1.wav")
        [shown] = [name for name in file.namelist() if name.startswith("pictures/")]
        assert file.read(shown) == PICTURE
        assert file.read("attachments/1/plan.txt") == b"the plan"
    assert sound[:4] == b"RIFF"
    assert sound[44:] == QUESTION_SOUND


async def test_an_export_can_be_cancelled_and_leaves_nothing(filled, tmp_path):
    to = tmp_path / "all.zip"
    to.write_bytes(b"an older one")
    watch = Watch(lambda done, _total: watch.cancel() if done else None)
    with pytest.raises(StoppedError):
        export(filled, to, watch=watch)
    assert to.read_bytes() == b"an older one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "journal", "plan.txt"]


async def test_an_import_can_be_cancelled_and_changes_nothing(filled, tmp_path):
    archive = export(filled, tmp_path / "all.zip")
    told = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))
        if done > total // 2:
            watch.cancel()

    watch = Watch(tell)
    other = tmp_path / "other"
    journal = await JournalWriter.open(other)
    with pytest.raises(StoppedError):
        await import_archive(journal, other, archive, watch)
    await journal.aclose()
    assert told[0][0] == 0
    assert everything(other) == {"rows": [], "files": {}}
    assert not list(other.glob("incoming-*"))


# ---- archives that somebody else made ---------------------------------------------------------

STRANGE = {
    "a path that leads elsewhere": ("../evil.json", b"{}", None),
    "an absolute path": ("/etc/evil", b"", None),
    "a file that does not belong": ("pictures/readme.txt", b"", None),
    "a program": ("recordings/x.exe", b"", None),
    "a picture that is not what its name says": (f"pictures/{'0' * 64}.png", png(1), None),
    "a packed recording": ("recordings/u1.wav", b"\0" * 10_000_000, zipfile.ZIP_DEFLATED),
    "a recording of nobody": ("recordings/u9.wav", b"RIFF", None),
    "no sound": ("recordings/u1.wav", b"<html>", None),
    "no JSON": ("threads/0001.json", b"{", None),
    "no rows": ("threads/0001.json", b"[]", None),
    "nested too deep": ("threads/0001.json", b"[" * 100_000, None),
    "other JSON": ("threads/0001.json", b'{"thread": {"id": 5}}', None),
    "another packing": ("threads/0001.json", b"{}", zipfile.ZIP_LZMA),
    "no manifest": ("parley.json", None, None),
    "the manifest of something else": ("parley.json", b'{"format": "x", "version": 1}', None),
    "a later version": ("parley.json", b'{"format": "parley-archive", "version": 2}', None),
}


@pytest.mark.parametrize(("name", "data", "packed"), STRANGE.values(), ids=STRANGE)
async def test_a_strange_archive_is_refused_and_nothing_changed(
    filled, tmp_path, name, data, packed
):
    archive = changed(export(filled, tmp_path / "all.zip"), name, data, packed=packed)
    other = tmp_path / "other"
    with pytest.raises(InputError) as caught:
        await imported(archive, other)
    assert caught.value.code.startswith("archive.")
    assert str(caught.value).endswith(".")
    assert everything(other) == {"rows": [], "files": {}}
    assert not list(other.glob("incoming-*"))
    assert not (tmp_path / "evil.json").exists()


async def test_an_archive_of_a_later_version_is_said_to_be_one_whatever_is_in_it(tmp_path):
    path = tmp_path / "later.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("words/0001.cbor", b"\0")
        file.writestr("parley.json", '{"format": "parley-archive", "version": 9}')
    with pytest.raises(InputError) as caught:
        await imported(path, tmp_path / "other")
    assert caught.value.code == "archive.newer"


ROWS = {
    "no id": ("messages", {"id": ""}),
    "of another thread": ("messages", {"thread_id": "t2"}),
    "twice": ("messages", {"id": "m2"}),
    "a number that is too large": ("messages", {"turn": 2**70}),
    "half a letter": ("messages", {"text": "\ud800"}),
    "a status that there is not": ("messages", {"status": "eaten"}),
    "sound elsewhere": ("utterances", {"path": "../../secret"}),
    "an id that is a path": ("utterances", {"id": "../u", "path": "utterances/../u.pcm"}),
    "still speaking": ("utterances", {"state": "capturing"}),
    "sound of another rate": ("utterances", {"role": "assistant"}),
    "a picture elsewhere": ("pictures", {"path": "../../secret.png"}),
    "a thread without an id": ("thread", {"id": ""}),
}


@pytest.mark.parametrize(("table", "values"), ROWS.values(), ids=ROWS)
async def test_rows_that_cannot_be_are_refused_and_nothing_changed(filled, tmp_path, table, values):
    archive = with_row(export(filled, tmp_path / "all.zip"), table, **values)
    other = tmp_path / "other"
    with pytest.raises(InputError) as caught:
        await imported(archive, other)
    assert caught.value.code == "archive.damaged"
    assert everything(other) == {"rows": [], "files": {}}


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\3\4" + bytes(100), b"PK\5\6" + bytes(18)])
async def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        await imported(path, tmp_path / "other")
    assert caught.value.code == "archive.foreign"


async def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError) as caught:
        await imported(tmp_path / "none.zip", tmp_path / "other")
    assert caught.value.code == "archive.unreadable"


async def test_a_cut_archive_is_refused_wherever_it_was_cut(filled, tmp_path):
    whole = export(filled, tmp_path / "all.zip").read_bytes()
    path, other = tmp_path / "cut.zip", tmp_path / "other"
    for size in range(0, len(whole), 97):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError):
            await imported(path, other)
    assert everything(other) == {"rows": [], "files": {}}


def _texts(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as file:
        names = [name for name in file.namelist() if name.startswith("threads/")]
        return [file.read(name) for name in sorted(names)]


async def test_no_changed_byte_gets_through_or_crashes(filled, tmp_path):
    good = export(filled, tmp_path / "all.zip")
    whole = good.read_bytes()
    path = tmp_path / "bad.zip"
    for at in range(0, len(whole), 23):
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 0xFF,)) + whole[at + 1 :])
        with suppress(InputError), open_archive(path) as archive:
            archive.check(Watch())
            assert _texts(path) == _texts(good), "what is taken in is what was exported"


@pytest.mark.parametrize("is_number_hidden", [False, True])
async def test_an_entry_whose_comment_swallows_the_next_is_noticed(
    filled, tmp_path, is_number_hidden
):
    whole = bytearray(export(filled, tmp_path / "all.zip").read_bytes())
    first = whole.index(b"PK\1\2")
    second = whole.index(b"PK\1\2", first + 4)
    swallowed = whole.index(b"PK\1\2", second + 4) - second
    whole[first + 32 : first + 34] = swallowed.to_bytes(2, "little")
    if is_number_hidden:  # as in archives of more than 65,535 entries
        end = whole.rindex(b"PK\5\6")
        whole[end + 10 : end + 12] = b"\xff\xff"
    path = tmp_path / "bad.zip"
    path.write_bytes(whole)
    with pytest.raises(InputError) as caught:
        await imported(path, tmp_path / "other")
    assert caught.value.code == "archive.damaged"


async def test_a_changed_list_of_contents_is_refused_and_crashes_nothing(filled, tmp_path):
    whole = export(filled, tmp_path / "all.zip").read_bytes()
    path = tmp_path / "bad.zip"
    for at in range(whole.index(b"PK\x01\x02"), len(whole)):
        path.write_bytes(whole[:at] + bytes((whole[at] ^ 0xFF,)) + whole[at + 1 :])
        with suppress(InputError), open_archive(path) as archive:
            archive.check(Watch())


async def test_files_of_this_computer_are_named_only_where_the_archive_holds_them(filled, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("my key")
    wanted = {"files": [str(secret), str(tmp_path / "gone.txt"), str(tmp_path / "plan.txt")]}
    archive = with_row(export(filled, tmp_path / "all.zip"), "messages", wishes=wanted)
    await imported(archive, tmp_path / "other")
    question = everything(tmp_path / "other")["rows"][0].messages[0]
    assert question.wishes.files == (str(tmp_path / "gone.txt"), str(tmp_path / "plan.txt"))


async def test_files_of_other_computers_are_neither_named_nor_looked_for(filled, tmp_path):
    far = {"files": ["\\\\elsewhere\\share\\plan.txt", "//elsewhere/share/plan.txt"]}
    archive = with_row(export(filled, tmp_path / "all.zip"), "messages", wishes=far)
    await imported(archive, tmp_path / "other")
    assert everything(tmp_path / "other")["rows"][0].messages[0].wishes.files == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
async def test_a_pipe_that_an_archive_names_is_not_waited_for(folder, tmp_path):
    await sent_with_files(folder)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    archive = export(folder, tmp_path / "all.zip")
    with zipfile.ZipFile(archive) as file:
        rows = json.loads(file.read("threads/0001.json"))
    for attachment in rows["attachments"]:
        attachment["path"] = str(pipe)
    rows["messages"][0]["wishes"] = {"files": [str(pipe)]}
    bad = changed(archive, "threads/0001.json", json.dumps(rows).encode())
    await imported(bad, tmp_path / "other")
    (file,) = everything(tmp_path / "other")["rows"][0].messages[0].wishes.files
    assert file.startswith(str(tmp_path / "other"))
    assert texts(file)[0] in ("plan.txt", "voice note.wav")


async def sent_with_files(folder: Path) -> tuple[Path, Path]:
    """A message with a voice note and a file, each in a folder of its own as the window has it."""
    note, plan = (folder / "attachments" / one for one in ("n/voice note.wav", "f/plan.txt"))
    for path in (note, plan):
        path.parent.mkdir(parents=True)
        path.write_text(path.name)
    journal = await JournalWriter.open(folder)
    await journal.save_thread(thread())
    wishes = TurnWishes(files=(str(plan),), recording=str(note))
    await journal.save_message(message(wishes=wishes))
    await journal.aclose()
    return note, plan


def texts(*paths: str) -> list[str]:
    return [Path(one).read_text() for one in paths]


async def test_notes_and_files_of_another_computer_come_along(folder, tmp_path):
    await sent_with_files(folder)
    archive = export(folder, tmp_path / "all.zip")
    shutil.rmtree(folder)
    other = tmp_path / "other"
    for _ in range(2):
        await imported(archive, other)
        wishes = everything(other)["rows"][0].messages[0].wishes
        here = (wishes.recording, *wishes.files)
        assert texts(*here) == ["voice note.wav", "plan.txt"]
        own = {str(path.parent) for path in (other / "attachments").rglob("*.*")}
        assert own == {str(PurePath(one).parent) for one in here}, "each in its own, and once"


async def test_a_file_that_is_another_here_comes_along_beside_it(folder, tmp_path):
    note, plan = await sent_with_files(folder)
    archive = export(folder, tmp_path / "all.zip")
    plan.write_text("another plan")
    await imported(archive, tmp_path / "other")
    wishes = everything(tmp_path / "other")["rows"][0].messages[0].wishes
    assert wishes.recording == str(note)
    assert texts(*wishes.files) == ["plan.txt"]
    assert plan.read_text() == "another plan"


async def test_a_changed_file_damages_the_archive_and_its_room_is_counted(folder, tmp_path):
    await sent_with_files(folder)
    archive = export(folder, tmp_path / "all.zip")
    with open_archive(archive) as opened:
        assert opened.media_bytes == len("voice note.wav") + len("plan.txt")
    bad = changed(archive, "attachments/1/plan.txt", b"plan.exe")
    with pytest.raises(InputError) as caught:
        await imported(bad, tmp_path / "other")
    assert caught.value.code == "archive.damaged"


@pytest.mark.parametrize(("name", "arrives"), [("..", ["file"]), ("a/../../../x", [])])
async def test_an_attached_file_arrives_nowhere_else(folder, tmp_path, name, arrives):
    await sent_with_files(folder)
    archive = export(folder, tmp_path / "all.zip")
    shutil.rmtree(folder)
    other = tmp_path / "other"
    entry = f"attachments/7/{name}"
    stray = {"path": "/elsewhere", "entry": entry, "sha256": hashlib.sha256(b"x").hexdigest()}
    odd = [str(other / "attachments" / "x" / ".."), str(other / "attachments" / ".." / "journal")]
    with zipfile.ZipFile(archive) as file:
        rows = json.loads(file.read("threads/0001.json"))
    rows["attachments"] = [stray]
    rows["messages"][0]["wishes"] = {"files": ["/elsewhere", *odd]}
    bad = changed(archive, "threads/0001.json", json.dumps(rows).encode())
    bad = changed(bad.rename(tmp_path / "first.zip"), entry, b"x")
    with suppress(InputError):
        await imported(bad, other)
    kept = [path for path in other.rglob("*") if path.is_file() and path.read_bytes() == b"x"]
    assert [path.name for path in kept] == arrives
    assert all(path.parents[1] == other / "attachments" for path in kept)


# ---- any journal ------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ids = st.uuids().map(str)
seconds = st.floats(0, 1e11)
whole = st.integers(0, 2**40)


@st.composite
def conversations(draw):
    thread_id = draw(ids)
    sounds = draw(st.dictionaries(ids, st.binary(max_size=64).map(lambda one: one * 2), max_size=3))
    made_of = draw(st.sampled_from([TurnWishes(), TurnWishes(model="a/b", fields={"x": [1, "y"]})]))
    utterances = [
        utterance(
            one,
            thread_id=thread_id,
            turn=draw(whole),
            created_at=draw(seconds),
            role=draw(st.sampled_from(Role)),
            state=draw(st.sampled_from([UtteranceState.TRANSCRIBED, UtteranceState.FAILED])),
        )
        for one in sounds
    ]
    messages = [
        message(
            one,
            thread_id=thread_id,
            role=draw(st.sampled_from(Role)),
            text=draw(words),
            created_at=draw(seconds),
            status=draw(
                st.sampled_from(
                    [MessageStatus.SENT, MessageStatus.COMPLETE, MessageStatus.INTERRUPTED]
                )
            ),
            turn=draw(whole),
            is_spoken=draw(st.booleans()),
            utterance_id=draw(st.sampled_from(["", *sounds])),
            heard_chars=draw(st.none() | whole),
            times=draw(st.none() | st.builds(TurnTimes, commit=seconds)),
            error=draw(words),
            wishes=made_of,
        )
        for one in draw(st.lists(ids, max_size=4, unique=True))
    ]
    pictures = [
        (picture(one, thread_id=thread_id, prompt=draw(words)), png(draw(st.integers(0, 255))))
        for one in draw(st.lists(ids, max_size=2, unique=True))
    ]
    made = thread(
        thread_id, title=draw(words), created_at=draw(seconds), is_pinned=draw(st.booleans())
    )
    return made, messages, utterances, sounds, pictures


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(conversations(), max_size=3))
async def test_bar_37_any_journal_comes_back_as_it_was(everyone):
    with tempfile.TemporaryDirectory() as place:
        first, second = Path(place, "first"), Path(place, "second")
        journal = await JournalWriter.open(first)
        for made, messages, utterances, sounds, pictures in everyone:
            await journal.save_thread(made)
            for one in utterances:
                await keep(journal, one, sounds[one.id])
            for one in messages:
                await journal.save_message(one)
            for one, data in pictures:
                await journal.keep_picture(one, data)
        await journal.aclose()
        archive = export(first, Path(place, "all.zip"))
        await imported(archive, second)
        assert everything(second) == everything(first)
        await imported(archive, second)
        assert everything(second) == everything(first)


async def test_names_that_no_file_can_have_stop_neither_way(folder, tmp_path):
    """An archive of anybody's may have brought them."""
    _note, plan = await sent_with_files(folder)
    journal = await JournalWriter.open(folder)
    long, deep = f"/{'y' * 300}", f"/{'z/' * 4000}"
    await journal.save_message(message(wishes=TurnWishes(files=(long, str(plan), deep, "a\0b"))))
    await journal.aclose()
    await imported(export(folder, tmp_path / "all.zip"), tmp_path / "other")
    files = everything(tmp_path / "other")["rows"][0].messages[0].wishes.files
    assert files == (str(plan), "a\0b")
