"""A voice note is recorded, heard, kept as a draft, sent and discarded from the composer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop_app.audio.growing_wav import GrowingWav
from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import LevelMeasured, SendText
from desktop_app.link.notes import DiscardNote, NoteChanged, NoteState, StartNote, StopNote
from desktop_app.link.recordings import PlayNote, RecordingPlayed, StopUtterance
from desktop_app.state import changes
from desktop_app.ui.compose.attachments import Attachment, Stage
from desktop_app.ui.compose.unsent import Unsent, read, write

_CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def opened(desk, thread_id: str = "a") -> None:
    desk.store.change(partial(changes.with_opened, thread_id=thread_id, is_new=True))


def tell(desk, *events: object) -> None:
    for event in events:
        desk.store.apply(event)
        desk.store.tell()


def begun(desk) -> StartNote:
    """A note that is being recorded."""
    desk.window.note_requested.emit()
    [start] = desk.sent_of(StartNote)
    tell(desk, NoteChanged(start.note_id, NoteState.RECORDING, 0, "USB headset"))
    return start


def kept(desk, seconds: int = 12) -> StartNote:
    start = begun(desk)
    tell(desk, NoteChanged(start.note_id, NoteState.KEPT, seconds * 1_000))
    return start


def row(desk):
    [only] = desk.window.pane.tray.rows
    return only


def test_the_key_begins_a_note_and_finishes_it(desk, qtbot):
    opened(desk)
    field = desk.window.pane.composer.field
    qtbot.keyClick(field, Qt.Key.Key_N, _CONTROL_SHIFT)
    [start] = desk.sent_of(StartNote)
    assert Path(start.path).name == "voice-note.wav"
    tell(desk, NoteChanged(start.note_id, NoteState.RECORDING, 7_200, "USB headset"))
    assert row(desk).words == "0:07"
    assert desk.window.pane.composer._note.isChecked()
    qtbot.keyClick(field, Qt.Key.Key_N, _CONTROL_SHIFT)
    assert desk.sent_of(StopNote) == [StopNote()]
    tell(desk, NoteChanged(start.note_id, NoteState.KEPT, 8_000))
    assert row(desk).words == "0:08, ready to send"
    assert not desk.window.pane.composer._note.isChecked()


def test_the_level_is_seen_and_silence_is_said(desk):
    opened(desk)
    start = begun(desk)
    before = row(desk).grab().toImage()
    tell(desk, LevelMeasured(0.9, 0.0))
    assert row(desk).grab().toImage() != before
    tell(desk, NoteChanged(start.note_id, NoteState.RECORDING, 3_000, code="device.silent"))
    assert row(desk).words == "The microphone gives no sound, 0:03"


def write_sound(start: StartNote, seconds: int) -> Path:
    file = GrowingWav(Path(start.path))
    file.begin()
    file.add(bytes(32_000 * seconds))
    file.end()
    return Path(start.path)


def undo(desk) -> None:
    desk.window.pane.notices.action_chosen.emit(desk.store.state.notices[-1])


def said(desk) -> str:
    return desk.window.pane.notices.sentence


def test_escape_discards_what_is_being_recorded_and_nothing_else(desk, qtbot):
    opened(desk)
    start = begun(desk)
    kept_file = write_sound(start, 4)
    qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.sent_of(StopNote) == [StopNote()]
    tell(desk, NoteChanged(start.note_id, NoteState.KEPT, 4_000))
    assert desk.window.pane.tray.rows == []
    assert said(desk) == "The voice note was discarded."
    assert not desk.wiring.notes.discard()
    assert kept_file.exists()
    desk.wiring.attachments.discarding.settle()  # its time is over
    assert not kept_file.exists()
    assert said(desk) == ""
    assert desk.sent_of(DiscardNote) == []


@pytest.mark.parametrize("when", ["before its end is told", "afterwards"])
def test_a_slip_on_escape_is_taken_back_with_all_that_was_said(desk, qtbot, when):
    opened(desk)
    start = begun(desk)
    qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    if when == "afterwards":
        tell(desk, NoteChanged(start.note_id, NoteState.KEPT, 4_000))
        undo(desk)
    else:
        undo(desk)
        tell(desk, NoteChanged(start.note_id, NoteState.KEPT, 4_000))
    assert row(desk).words == "0:04, ready to send"
    assert desk.wiring.settle() is False
    desk.window.pane.composer.submit()
    [sent] = desk.sent_of(SendText)
    assert sent.wishes.recording == start.path


def test_a_note_that_is_ready_is_taken_back_too_beside_another_one(desk, qtbot):
    opened(desk)
    first = kept(desk)
    qtbot.mouseClick(row(desk).remove, Qt.MouseButton.LeftButton)
    desk.window.note_requested.emit()
    second = desk.sent_of(StartNote)[-1]
    tell(desk, NoteChanged(second.note_id, NoteState.KEPT, 2_000))
    undo(desk)
    for _ in range(2):
        desk.window.pane.composer.submit()
    sent = [one.wishes.recording for one in desk.sent_of(SendText)]
    assert sent == [second.path, first.path], "each goes with a message of its own"


def test_a_discarded_note_of_which_nothing_was_recorded_is_not_offered_back(desk, qtbot):
    opened(desk)
    start = begun(desk)
    qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    tell(desk, NoteChanged(start.note_id, NoteState.GONE, code="note.empty"))
    assert desk.store.state.notices == ()


def test_an_engine_that_dies_leaves_a_discarded_note_to_be_taken_back(desk, qtbot):
    opened(desk)
    start = begun(desk)
    file = write_sound(start, 5)
    qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    desk.store.lose_engine()
    undo(desk)
    assert row(desk).words == "0:05, ready to send"
    file.unlink()


def test_a_discarded_note_goes_at_once_with_the_window(desk, qtbot):
    opened(desk)
    start = begun(desk)
    qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.wiring.settle()
    assert desk.sent_of(DiscardNote) == [DiscardNote(start.note_id)], "its end was not told yet"


def test_a_note_is_heard_before_it_is_sent(desk, qtbot):
    opened(desk)
    start = kept(desk)
    qtbot.mouseClick(row(desk).play, Qt.MouseButton.LeftButton)
    assert desk.sent_of(PlayNote) == [PlayNote(start.note_id, start.path)]
    tell(desk, RecordingPlayed(start.note_id, 3_000, 12_000))
    assert row(desk).words == "0:03 / 0:12"
    qtbot.mouseClick(row(desk).play, Qt.MouseButton.LeftButton)
    assert desk.sent_of(StopUtterance) == [StopUtterance()]
    tell(desk, RecordingPlayed(start.note_id, 3_000, 12_000, is_over=True))
    assert row(desk).words == "0:12, ready to send"


def test_a_note_alone_is_a_message_with_its_sound(desk, qtbot):
    opened(desk)
    start = kept(desk)
    qtbot.keyClick(desk.window.pane.composer.field, Qt.Key.Key_Return)
    [sent] = desk.sent_of(SendText)
    assert (sent.text, sent.wishes.recording) == ("", start.path)
    assert sent.wishes.recording_ms == 12_000
    [shown] = desk.store.state.conversation.messages
    assert (shown.is_spoken, shown.speech_ms) == (True, 12_000)
    assert desk.window.pane.tray.rows == []


def test_enter_while_it_is_recorded_finishes_it_and_sends_it_with_the_words(desk, qtbot):
    opened(desk)
    start = begun(desk)
    composer = desk.window.pane.composer
    composer.set_text("Like this:")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert desk.sent_of(StopNote) == [StopNote()]
    assert desk.sent_of(SendText) == []
    tell(desk, NoteChanged(start.note_id, NoteState.KEPT, 4_000))
    [sent] = desk.sent_of(SendText)
    assert (sent.text, sent.wishes.recording) == ("Like this:", start.path)


@pytest.mark.parametrize("end", ["came to nothing", "is discarded", "was not rescued"])
def test_a_message_does_not_wait_for_a_note_that_will_not_come(desk, qtbot, end):
    opened(desk)
    tray, composer = desk.window.pane.tray, desk.window.pane.composer
    ready = Attachment("f", "notes.md", kept="kept/1/notes.md", stage=Stage.READY)
    desk.wiring.attachments.shelf.add("a", ready)
    start = begun(desk)
    composer.set_text("Like this:")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert tray.note == "Sent as soon as the files are read"
    match end:
        case "came to nothing":
            tell(desk, NoteChanged(start.note_id, NoteState.GONE, code="note.empty"))
        case "is discarded":
            qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
        case _:
            desk.store.lose_engine()
    assert (tray.note, len(tray.rows)) == ("", 1)
    assert desk.sent_of(SendText) == [], "words and file are the person's again"
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    [sent] = desk.sent_of(SendText)
    assert (sent.text, sent.wishes.files) == ("Like this:", ("kept/1/notes.md",))


def test_a_second_note_waits_for_the_first_to_be_sent(desk):
    opened(desk)
    kept(desk)
    desk.window.note_requested.emit()
    assert len(desk.sent_of(StartNote)) == 1
    assert [one.code for one in desk.store.state.notices] == ["note.one"]


@pytest.mark.parametrize("code", ["device.no_input", "note.in_use", "note.empty"])
def test_what_cannot_be_recorded_is_said_and_leaves_no_row(desk, code):
    opened(desk)
    start = begun(desk)
    tell(desk, NoteChanged(start.note_id, NoteState.GONE, code=code))
    assert desk.window.pane.tray.rows == []
    assert [one.code for one in desk.store.state.notices] == [code]


def test_a_microphone_that_was_lost_leaves_the_note_and_a_word(desk):
    opened(desk)
    start = begun(desk)
    tell(desk, NoteChanged(start.note_id, NoteState.KEPT, 4_000, code="device.lost"))
    assert row(desk).words == "0:04, ready to send"
    assert [one.code for one in desk.store.state.notices] == ["device.lost"]


def test_another_thread_finishes_the_note_which_stays_with_its_own(desk):
    opened(desk)
    start = begun(desk)
    opened(desk, "b")
    assert desk.sent_of(StopNote) == [StopNote()]
    tell(desk, NoteChanged(start.note_id, NoteState.KEPT, 4_000))
    assert desk.window.pane.tray.rows == []
    opened(desk, "a")
    assert row(desk).words == "0:04, ready to send"


def test_an_engine_that_dies_leaves_what_was_said(desk):
    opened(desk)
    start = begun(desk)
    file = GrowingWav(Path(start.path))
    file.begin()
    file.add(bytes(32 * 5_000))
    desk.store.lose_engine()
    assert row(desk).words == "0:05, ready to send"
    file.remove()


def test_a_note_is_still_a_draft_after_a_crash(tmp_path: Path):
    lost = Attachment("x", "Voice note", kept="gone", stage=Stage.RECORDING, is_note=True)
    file = GrowingWav(tmp_path / "own" / "note.wav")
    file.begin()
    file.add(bytes(32 * 2_000))
    cut = Attachment("y", "Voice note", kept=str(tmp_path / "own" / "note.wav"), is_note=True)
    given = {"a": (lost, Attachment("z", "f", stage=Stage.RECORDING, kept=cut.kept)), "b": (lost,)}
    write(tmp_path / "unsent.json", Unsent(files=given))
    [mended] = read(tmp_path / "unsent.json").files["a"]
    assert (mended.id, mended.stage, mended.speech_ms) == ("z", Stage.READY, 2_000)
    assert "b" not in read(tmp_path / "unsent.json").files
    file.remove()


def test_a_sent_note_is_played_from_its_message(desk):
    opened(desk)
    start = kept(desk)
    desk.window.pane.composer.submit()
    [message] = desk.store.state.conversation.messages
    assert message.status is MessageStatus.QUEUED
    desk.wiring.chat.steps.take("play", message.id)
    assert desk.sent_of(PlayNote) == [PlayNote(message.id, start.path)]
    tell(desk, RecordingPlayed(message.id, 1_000, 12_000))
    desk.wiring.chat.steps.take("play", message.id)
    assert desk.sent_of(StopUtterance) == [StopUtterance()]


def test_a_window_that_takes_over_says_nothing_twice_and_goes_on_with_the_note(desk):
    opened(desk)
    shelf = desk.wiring.attachments.shelf
    tell(desk, NoteChanged("earlier", NoteState.GONE, code="device.no_input"))
    assert desk.store.state.notices == ()
    left = Attachment("n", "Voice note", kept="x.wav", stage=Stage.RECORDING, is_note=True)
    shelf.restore({"a": (left,)})
    tell(desk, NoteChanged("n", NoteState.KEPT, 3_000))
    assert row(desk).words == "0:03, ready to send"
