"""The reader sees what is written, while it is written, and nothing that was removed."""

import sqlite3
import threading
from contextlib import closing

import pytest
from msgspec.structs import replace

from desktop_app.errors import StorageError
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageStatus, Role, UtteranceState
from desktop_app.journal.reply_details import (
    Learned,
    Learning,
    LearningState,
    MissingPictures,
    ReplyDetails,
)
from desktop_app.journal.schema import DATABASE_NAME
from desktop_app.journal.search_query import read_wish
from desktop_app.journal.snapshot import open_snapshot
from desktop_app.journal.spending import Spent
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.commands import TurnWishes
from desktop_app.protocol.events import Usage


def test_a_missing_journal_is_an_empty_one(tmp_path):
    reader = JournalReader(tmp_path / "nowhere")
    assert reader.threads() == []
    assert reader.thread("t1") is None
    assert reader.messages("t1") == []
    assert reader.search(read_wish("word")) == []


def test_a_journal_without_tables_is_an_empty_one(reader, tmp_path):
    (tmp_path / DATABASE_NAME).touch()
    assert reader.threads() == []


def test_a_damaged_journal_is_a_clear_error(reader, tmp_path):
    (tmp_path / DATABASE_NAME).write_bytes(b"no database" * 500)
    with pytest.raises(StorageError) as caught:
        reader.threads()
    assert caught.value.code == "storage.broken"


async def test_threads_are_pinned_first_then_latest(writer, reader, records):
    for thread_id, updated_at in (("a", 1.0), ("b", 3.0), ("c", 2.0), ("d", 0.0)):
        await writer.save_thread(
            records.thread(thread_id, updated_at=updated_at, is_pinned=thread_id == "d")
        )
    assert [one.id for one in reader.threads()] == ["d", "b", "c", "a"]
    first = reader.threads(limit=1)
    assert [one.id for one in reader.threads(limit=2, after=first[-1])] == ["b", "c"]
    assert [one.id for one in reader.threads(after=reader.threads()[2])] == ["a"]
    assert reader.threads(after=reader.threads()[-1]) == []
    await writer.remove_thread("b")
    assert [one.id for one in reader.threads()] == ["d", "c", "a"]
    assert reader.thread("b") is None
    assert reader.thread("a") == records.thread("a", updated_at=1.0)


@pytest.mark.parametrize("typed", ["ÖLE", "  öle ", "100%", "_x"])
async def test_a_filter_finds_titles_by_any_part_in_any_case(writer, reader, records, typed):
    await writer.save_thread(records.thread("a", title="Schöler, 100% _x"))
    await writer.save_thread(records.thread("b", title="1000 other"))
    assert [one.id for one in reader.threads(filter_text=typed)] == ["a"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("50%", ["a"]), ("X_Y", ["b"]), ("c:\\d", ["c"]), ("STRASSE", ["d"]), ("hi!", ["f"])],
)
async def test_a_filter_takes_every_sign_as_it_is(writer, reader, records, typed, found):
    titles = {"a": "50% off", "b": "x_y", "c": "C:\\D", "d": "Straße", "e": "500 off, xzy, C:D"}
    titles["f"] = "Hi!"
    for thread_id, title in titles.items():
        await writer.save_thread(records.thread(thread_id, title=title))
    assert [one.id for one in reader.threads(filter_text=typed)] == found


async def test_a_filter_longer_than_any_title_finds_none(writer, reader, records):
    await writer.save_thread(records.thread(title="Tea"))
    assert not reader.threads(filter_text="tea" * 30_000)


async def test_messages_are_read_page_after_page(writer, reader, records):
    for number in range(1, 6):
        await writer.save_message(records.message(f"m{number}", created_at=number // 2))
    assert [one.id for one in reader.messages("t1", limit=2)] == ["m4", "m5"]
    assert [one.id for one in reader.messages("t1", limit=2, before="m4")] == ["m2", "m3"]
    assert [one.id for one in reader.messages("t1", limit=2, before="m2")] == ["m1"]


async def test_bar_34_search_finds_every_word_newest_first_and_marks_them(writer, reader, records):
    await writer.save_message(records.message("m1"))
    await writer.save_message(records.message("m2", text="Christmas is in thirty days."))
    await writer.save_message(records.message("m3", text="Ninety days"))
    hits = reader.search(read_wish("days christ"))
    assert [hit.message_id for hit in hits] == ["m2", "m1"]
    assert hits[0].snippet == "\x02Christmas\x03 is in thirty \x02days\x03."
    assert [hit.message_id for hit in reader.search(read_wish("days"), limit=1)] == ["m3"]


@pytest.mark.parametrize("typed", ['"', "a AND", "NEAR(", "*", "-x", "text:y", "_", "^", "';--"])
async def test_nothing_typed_into_search_is_an_operator(writer, reader, records, typed):
    await writer.save_message(records.message())
    assert reader.search(read_wish(typed)) == []


async def test_search_ignores_accents_and_follows_changes(writer, reader, records):
    await writer.save_message(records.message(text="ein Café"))
    assert len(reader.search(read_wish("cafe"))) == 1
    await writer.save_message(records.message(text="ein Tee"))
    assert reader.search(read_wish("cafe")) == []
    assert len(reader.search(read_wish("tee"))) == 1


async def test_search_leaves_removed_threads_out(writer, reader, records):
    await writer.save_thread(records.thread())
    await writer.save_message(records.message())
    await writer.remove_thread("t1")
    assert reader.search(read_wish("christmas")) == []
    assert reader.messages("t1") == []


async def test_the_reader_works_after_the_writer_has_gone(tmp_path, reader, records):
    journal = await JournalWriter.open(tmp_path)
    await journal.save_thread(records.thread())
    await journal.aclose()
    assert reader.threads() == [records.thread()]


async def test_two_threads_may_read_while_the_writer_writes(writer, reader, records):
    seen: list[list[int]] = [[], []]
    is_over = threading.Event()

    def read(counts: list[int]) -> None:
        while not is_over.is_set():
            counts.append(len(reader.messages("t1", limit=1000)))

    readers = [threading.Thread(target=read, args=(counts,)) for counts in seen]
    for one in readers:
        one.start()
    for number in range(100):
        await writer.save_message(records.message(f"m{number}"))
    is_over.set()
    for one in readers:
        one.join(10)
    assert all(counts == sorted(counts) for counts in seen)
    assert len(reader.messages("t1")) == 100


async def test_recordings_are_read_newest_first_with_their_message(writer, reader, records):
    for number, thread_id in ((1, "t1"), (2, "t2"), (3, "t1")):
        name = f"u{number}"
        made = records.utterance(name, thread_id=thread_id, created_at=float(number))
        await writer.begin_utterance(made)
        writer.append_utterance(name, bytes(64 * number))
        await writer.end_utterance(name, UtteranceState.TRANSCRIBED)
    await writer.save_message(records.message(utterance_id="u3"))
    assert [one.id for one in reader.utterances()] == ["u3", "u2", "u1"]
    assert [one.id for one in reader.utterances("t1")] == ["u3", "u1"]
    assert [one.id for one in reader.utterances(limit=1, offset=1)] == ["u2"]
    assert reader.utterance("u2").duration_ms == 4
    assert reader.utterance("u9") is None
    assert reader.message_of("u3").id == "m1"
    assert reader.message_of("u1") is None
    assert reader.utterance_pcm("u2") == bytes(128)


@pytest.mark.parametrize("name", ["gone", "../journal", ""])
def test_a_recording_that_is_not_there_is_said_to_be_gone(reader, name):
    with pytest.raises(StorageError) as caught:
        reader.utterance_pcm(name)
    assert caught.value.code == "journal.no_recording"


async def test_recordings_of_a_removed_thread_are_not_listed(writer, reader, records):
    await writer.save_thread(records.thread())
    await writer.begin_utterance(records.utterance())
    await writer.end_utterance("u1", UtteranceState.TRANSCRIBED)
    await writer.remove_thread("t1")
    assert reader.utterances() == []
    assert reader.utterance("u1") is None


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("days is:spoken", ["m2"]),
        ("is:spoken", ["m4", "m2"]),
        ("days from:me", ["m1"]),
        ("days from:parley", ["m3", "m2"]),
        ("has:picture", ["m4", "m3"]),
        ("has:video", ["m4"]),
        ("days before:1970-01-03", ["m2", "m1"]),
        ("days after:1970-01-03", ["m3"]),
        ("天気", ["m4"]),
        ("天気 from:me", []),
    ],
)
async def test_bar_34_a_search_keeps_to_its_filters(writer, reader, records, typed, found):
    day = 86_400.0
    reply = {"role": Role.ASSISTANT, "status": MessageStatus.COMPLETE}
    for message in (
        records.message("m1", text="How many days?"),
        records.message("m2", text="Thirty days.", is_spoken=True, **reply),
        records.message("m3", text="Other days.", created_at=5 * day, **reply),
        records.message("m4", text="今日の天気はどう", is_spoken=True, **reply),
    ):
        await writer.save_message(message)
    await writer.keep_picture(records.picture(message_id="m3"), b"x")
    video = records.picture("v", message_id="m4", mime_type="video/mp4")
    await writer.keep_picture(video, b"y")
    assert [hit.message_id for hit in reader.search(read_wish(typed))] == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("東京", ["m1"]),
        ("天気 東京", ["m1"]),
        ("東京\u3000天気", ["m1"]),
        ("iphone 修理", ["m2"]),
        ("IPHONE修理 é", []),
        ("修理 ÉCRAN", ["m2"]),
        ("50% 修理", ["m2"]),
        ("5_% 修理", []),
        ("天気 修理", []),
        ("天気 " * 2000, ["m3", "m1"]),
        (" ".join(f"天{number}" for number in range(2000)), []),
    ],
)
async def test_words_of_a_script_without_spaces_are_found_anywhere(
    writer, reader, records, typed, found
):
    for name, text in (
        ("m1", "東京の天気はどうですか"),
        ("m2", "iPhoneの修理 50%、écran"),
        ("m3", "今日の天気"),
    ):
        await writer.save_message(records.message(name, text=text))
    assert [hit.message_id for hit in reader.search(read_wish(typed))] == found


@pytest.mark.parametrize(
    ("typed", "text", "snippet"),
    [
        ("天気", "今日の天気はどうですか", "今日の\x02天気\x03はどうですか"),
        ("天気 今日", "今日の天気は", "\x02今日\x03の\x02天気\x03は"),
        ("iphone 修理", "iPhoneを修理する", "\x02iPhone\x03を\x02修理\x03する"),
        ("天気", f"{'あ' * 30}天気", f"…{'あ' * 24}\x02天気\x03"),
        ("天 天気", "天気と天", "\x02天気\x03と\x02天\x03"),
    ],
)
async def test_the_words_of_a_script_without_spaces_are_marked(
    writer, reader, records, typed, text, snippet
):
    await writer.save_message(records.message(text=text))
    assert reader.search(read_wish(typed))[0].snippet == snippet


async def test_a_hit_says_which_thread_it_is_in(writer, reader, records):
    await writer.save_thread(records.thread(title="Advent"))
    await writer.save_message(records.message())
    assert reader.search(read_wish("christmas"))[0].title == "Advent"
    await writer.remove_thread("t1")
    assert reader.search(read_wish("christmas")) == []


async def test_a_search_that_nobody_waits_for_is_broken_off(writer, reader, records):
    for number in range(500):
        await writer.save_message(records.message(f"m{number}", text="days"))
    asked = []

    def is_stale() -> bool:
        asked.append(True)
        return True

    assert reader.search(read_wish("is:spoken"), is_stale=is_stale) == []
    assert asked


async def test_bar_34_the_texts_of_a_thread_are_read_in_their_order(writer, reader, records):
    await writer.save_message(records.message("m2", text="A tram", created_at=2.0))
    await writer.save_message(
        records.message("m1", text="What?", created_at=1.0, role=Role.ASSISTANT)
    )
    assert reader.texts("t1") == [("m1", Role.ASSISTANT, "What?"), ("m2", Role.USER, "A tram")]
    assert reader.texts("other") == []


async def test_messages_are_counted_from_one_to_the_newest(writer, reader, records):
    for number in range(1, 6):
        await writer.save_message(records.message(f"m{number}", created_at=number // 2))
    assert reader.count_from("t1", "m4") == 2
    assert reader.count_from("t1", "m1") == 5
    assert reader.count_from("t1", "unknown") == 0


def learned(operation_id, *changes):
    return ReplyDetails(learning=Learning(operation_id, LearningState.DONE, changes))


async def test_bar_42_a_memory_is_told_by_the_turn_that_changed_it_last(writer, reader, records):
    await writer.save_thread(records.thread("t1", title="Tea"))
    first = learned("o", Learned("m", "ADD", "Likes tea"), Learned("n", "ADD", "Has a dog"))
    await writer.save_message(records.message("one", details=first))
    await writer.save_message(records.message("two", details=learned("p", Learned("m", "UPDATE"))))
    found = reader.origins(["m", "n", "x"])
    assert {name: one.message_id for name, one in found.items()} == {"m": "two", "n": "one"}
    assert found["n"].title == "Tea"
    await writer.remove_thread("t1")
    assert reader.origins(["m"]) == {}


async def test_bar_46_tokens_money_and_speech_add_up_for_a_thread_and_since_a_time(
    writer, reader, records
):
    def reply(number, thread_id, at, **usage):
        details = ReplyDetails(usage=Usage(**usage))
        return records.message(
            f"r{number}",
            thread_id=thread_id,
            created_at=at,
            role=Role.ASSISTANT,
            speech_ms=2_000,
            details=details,
        )

    await writer.save_message(records.message("q", speech_ms=1_500, created_at=5.0))
    await writer.save_message(reply(1, "t1", 6.0, input_tokens=10, output_tokens=2, cost_usd=0.25))
    await writer.save_message(reply(2, "t1", 50.0, input_tokens=5))
    await writer.save_message(reply(3, "t2", 60.0, output_tokens=7, cost_usd=0.5))
    assert reader.spent("t1") == Spent(15, 2, 0.25, 1, 1_500, 4_000)
    assert reader.spent(since_s=50.0) == Spent(5, 7, 0.5, 1, 0, 4_000)
    assert reader.spent("nowhere") == Spent()
    assert [reader.cost_of_reply(name) for name in ("r1", "r2", "gone")] == [0.25, None, None]


async def test_what_is_still_being_learned_is_found_and_noted(writer, records):
    pending = ReplyDetails(reasoning="hm", learning=Learning("op"))
    await writer.save_message(records.message("m", details=pending))
    await writer.save_message(records.message("other", details=learned("o", Learned("x"))))
    assert [one.id for one in await writer.learning_messages()] == ["m"]
    noted = await writer.note_learning("m", Learning("op", LearningState.FAILED))
    assert noted.details.reasoning == "hm"
    assert await writer.learning_messages() == []
    assert await writer.note_learning("gone", Learning("op")) is None


async def test_what_is_missing_is_noted_beside_what_is_learned_and_outlasts_a_later_save(
    writer, records
):
    lacking = ReplyDetails(missing=MissingPictures(("p",)), learning=Learning("op"))
    reply = records.message("m", details=lacking)
    await writer.save_message(reply)
    await writer.note_learning("m", Learning("op", LearningState.FAILED))
    noted = await writer.note_missing("m", None)
    assert noted.details == ReplyDetails(learning=Learning("op", LearningState.FAILED))
    again = await writer.save_again(replace(reply, speech_ms=9))
    assert (again.speech_ms, again.details) == (9, noted.details)
    assert await writer.message("m") == again
    assert await writer.note_missing("gone", None) is None


async def test_files_of_a_removed_thread_are_kept_for_what_may_be_sent_again_alone(
    writer, reader, records
):
    await writer.save_thread(records.thread())
    sent, failed = TurnWishes(files=("sent.pdf",)), TurnWishes(files=("failed.pdf",))
    await writer.save_message(records.message("m1", wishes=sent))
    await writer.save_message(records.message("m2", wishes=failed, status=MessageStatus.FAILED))
    assert reader.files_of_messages() == ["sent.pdf", "failed.pdf"]
    await writer.remove_thread("t1")
    assert reader.files_of_messages() == []
    assert reader.files_of_messages(is_unsent=True) == ["failed.pdf"]


DAMAGES = (
    "UPDATE message SET details = '{\"reason' WHERE id = 'm2'",
    "UPDATE message SET times = '[1, 2]' WHERE id = 'm2'",
    "UPDATE message SET status = 'bomplete' WHERE id = 'm2'",
    "UPDATE message SET role = 'assistent' WHERE id = 'm2'",
    "UPDATE message SET wishes = '{x' WHERE id = 'm2'",
    "UPDATE thread SET elsewhere = '{x' WHERE id = 't1'",
    "UPDATE message SET model = CAST(x'ff41' AS TEXT) WHERE id = 'm2'",
)


@pytest.mark.parametrize("damage", DAMAGES)
async def test_one_damaged_row_takes_neither_its_thread_nor_the_list_along(
    writer, reader, records, tmp_path, damage
):
    """SQLite notices a damaged page, not what a disk changed in the words upon it."""
    await writer.save_thread(records.thread())
    for name in ("m1", "m2", "m3"):
        details = ReplyDetails(usage=Usage(input_tokens=1, output_tokens=1))
        await writer.save_message(records.message(name, details=details))
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as connection, connection:
        connection.execute(damage)
    assert [one.id for one in reader.threads()] == ["t1"]
    words = "How many days until Christmas?"
    assert [(one.id, one.text) for one in reader.messages("t1")] == [
        ("m1", words), ("m2", words), ("m3", words)
    ]  # fmt: skip
    assert len(reader.texts("t1")) == 3
    assert reader.spent("t1").input_tokens in (2, 3)
    with open_snapshot(tmp_path) as snapshot:
        assert [one.id for one in snapshot.messages("t1")] == ["m1", "m2", "m3"]
        assert [one.id for one in snapshot.threads()] == ["t1"]
