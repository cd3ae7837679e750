"""What stands around the words of a message: folds, chips, calls that wait."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.link.messages import MessageSaved, UploadAdvanced
from desktop_app.link.replies import DecideTool, Decision, ToolPlace
from desktop_app.protocol.commands import TurnWishes
from desktop_app.protocol.events import Memory, QuotedPassage
from desktop_app.ui.chat.fold_list import FoldList
from desktop_app.ui.chat.folds import chips_of, folds_of, pretty_json
from desktop_app.ui.look import Look
from tests.fakes.ink import dark_in
from tests.ui.chat.conftest import in_sight, press
from tests.ui.conftest import make_message

WANTED = tuple(
    ToolUse(name, name, "{}", state=ToolState.WANTED, run_id="run") for name in ("price", "book")
)
DETAILS = ReplyDetails(
    reasoning="Let me **think**.",
    tools=(ToolUse("c", "look_up", '{"a": 1}', "7", ToolState.DONE, 420),),
    memories=(Memory("Likes tea"),),
    files=("guide.pdf",),
)


def reply(**given: object):
    return make_message(1, "Tea.", details=DETAILS, **given)


def painted(folds: FoldList) -> QImage:
    """The folds on white, 600 wide and as high as they are."""
    picture = QImage(600, folds.height, QImage.Format.Format_RGB32)
    picture.fill(0xFFFFFFFF)
    painter = QPainter(picture)
    folds.paint(painter, QRectF(picture.rect()))
    painter.end()
    return picture


def test_bar_44_a_tool_says_its_name_how_long_it_took_what_it_was_given_and_what_it_gave():
    tool = folds_of(reply())[1]
    assert (tool.label, tool.note) == ("look_up", "420 ms")
    assert tool.body == '{\n  "a": 1\n}\n\n// Result\n7'


def test_a_model_thinks_until_it_says_something():
    thinking = make_message(1, "", details=DETAILS, status=MessageStatus.STREAMING)
    assert folds_of(thinking)[0].label == "Thinking"
    assert folds_of(reply())[0].label == "Thoughts"


def test_a_tool_runs_no_longer_than_its_reply():
    details = ReplyDetails(tools=(ToolUse("c", "generate_video"),))
    notes = {
        status: folds_of(make_message(1, "", details=details, status=status))[0].note
        for status in (MessageStatus.STREAMING, MessageStatus.INTERRUPTED, MessageStatus.FAILED)
    }
    assert list(notes.values()) == ["running", "", ""]


def test_what_is_no_json_stays_as_it_is():
    assert pretty_json("{broken") == "{broken"
    assert pretty_json("[" * 5000) == "[" * 5000


def test_thoughts_are_folded_until_somebody_asks(chat, qtbot):
    chat.show_messages("a", (reply(),), has_older=False)
    folded = chat._stack.total
    press(chat, qtbot, "fold")
    assert chat._stack.total > folded
    later = make_message(1, "Tea. And more.", details=DETAILS)
    chat.show_messages("a", (later,), has_older=False)
    assert chat._stack.row(0)._folds.opened == {"reasoning"}
    press(chat, qtbot, "fold")
    assert chat._stack.total == folded


def test_a_chip_opens_a_card_with_its_text(chat, qtbot):
    chat.show_messages("a", (reply(),), has_older=False)
    labels = [one.target.label for one in in_sight(chat) if one.target.kind == "chip"]
    assert labels == ["Memory: Likes tea", "guide.pdf"]
    press(chat, qtbot, "chip")
    assert chat._stack.row(0)._chips._card.source == "Likes tea"
    press(chat, qtbot, "chip", 1)
    assert "guide.pdf" in chat._stack.row(0)._chips._card.source
    press(chat, qtbot, "chip", 1)
    assert chat._stack.row(0)._chips._card is None


def test_files_of_a_question_are_chips_with_their_names():
    asked = make_message(1, "See", Role.USER, wishes=TurnWishes(files=("/somewhere/map.png",)))
    assert [(chip.label, chip.body) for chip in chips_of(asked)] == [
        ("map.png", "/somewhere/map.png")
    ]


def test_pictures_of_a_question_carry_the_sign_of_a_picture_and_other_files_that_of_a_file():
    files = ("/somewhere/map.PNG", "/somewhere/notes.txt", "/somewhere/plain")
    asked = make_message(1, "See", Role.USER, wishes=TurnWishes(files=files))
    assert [chip.icon for chip in chips_of(asked)] == ["image", "file", "file"]


def test_many_chips_stand_in_several_lines(chat):
    details = ReplyDetails(files=tuple(f"a rather long name {n}.pdf" for n in range(12)))
    chat.show_messages("a", (make_message(1, "So.", details=details),), has_older=False)
    boxes = [one.target.box for one in in_sight(chat) if one.target.kind == "chip"]
    assert len({box.top() for box in boxes}) > 2
    assert max(box.right() for box in boxes) <= chat._stack.width


def test_a_person_answers_one_call_and_refuses_another(desk, qtbot):
    desk.wiring.threads.open_thread("a")
    waiting = make_message(
        2, "", turn=4, status=MessageStatus.STREAMING, details=ReplyDetails(tools=WANTED)
    )
    desk.store.apply(MessageSaved(waiting))
    desk.store.tell()
    chat = desk.window.pane.chat
    press(chat, qtbot, "answer", 0)
    qtbot.keyClicks(chat._answers._field, "7 euros")
    qtbot.keyClick(chat._answers._field, Qt.Key.Key_Return)
    assert not chat._answers.isVisible()
    press(chat, qtbot, "refuse", 1)
    place = ToolPlace("a", 4, "run", ("price", "book"))
    answered, refused = desk.sent_of(DecideTool)
    assert (answered.place, answered.call.id, answered.decision) == (
        place,
        "price",
        Decision.ANSWER,
    )
    assert answered.output == "7 euros"
    assert (refused.place, refused.call.id, refused.decision) == (place, "book", Decision.REFUSE)


def asked(turn: int, number: int = 1):
    wishes = TurnWishes(files=("/k/a.txt", "/k/b.txt"))
    return make_message(number, "Look", Role.USER, turn=turn, wishes=wishes)


def test_bar_38_each_file_of_a_sent_question_says_how_far_it_has_come(desk):
    desk.reader.written = {"a": [asked(1, 1), asked(1, 2)]}
    desk.wiring.start(opens_newest=False)
    desk.wiring.threads.open_thread("a")
    chat = desk.window.pane.chat

    def labels() -> list[str]:
        return [one.target.label for one in in_sight(chat) if one.target.kind == "chip"]

    desk.store.apply(UploadAdvanced("a", 1, "2 files", 60, 100, (40, 60)))
    desk.store.tell()
    assert labels() == ["a.txt", "b.txt", "a.txt, 100%", "b.txt, 33%"]
    desk.store.apply(UploadAdvanced("a", 1, "2 files", 100, 100, (40, 60)))
    desk.store.tell()
    assert labels() == ["a.txt", "b.txt"] * 2


def test_bar_38_an_upload_that_fails_ends_its_progress_and_offers_to_try_again(desk):
    desk.reader.written = {"a": [asked(1)]}
    desk.wiring.threads.open_thread("a")
    desk.store.apply(UploadAdvanced("a", 1, "2 files", 60, 100, (40, 60)))
    failed = asked(1)
    desk.store.apply(
        MessageSaved(replace(failed, status=MessageStatus.FAILED, error="upload.unreadable"))
    )
    desk.store.tell()
    found = in_sight(desk.window.pane.chat)
    assert [one.target.label for one in found if one.target.kind == "chip"] == ["a.txt", "b.txt"]
    assert [one.target.kind for one in found if one.target.kind == "retry"] == ["retry"]


def test_a_passage_opens_as_text_with_its_place_and_stands_for_its_file():
    details = ReplyDetails(
        files=("guide.pdf", "plan.pdf"),
        passages=(QuotedPassage("guide.pdf", "Line 28 leaves at six.", "page 4"),),
    )
    passage, file = chips_of(make_message(1, "At six.", details=details))
    assert passage.label == "guide.pdf, page 4"
    assert passage.body == "guide.pdf, page 4\n\nLine 28 leaves at six."
    assert file.label == "plan.pdf"


def test_with_large_letters_what_a_fold_opens_stands_below_its_line(qapp):
    look = Look(theme="light", text_percent=200)
    folds, line = FoldList(look, 600), look.scaled(28)
    folds.show(folds_of(reply())[:1])
    folds.toggle(folds_of(reply())[0].key)
    folds.measure(0, 10_000)
    picture = painted(folds)
    between = {picture.pixel(x, y) for x in range(600) for y in (line - 6, line - 3)}
    below = {picture.pixel(x, y) for x in range(600) for y in range(line, folds.height)}
    assert between == {0xFFFFFFFF}
    assert len(below) > 1


def test_how_long_a_tool_took_stands_on_the_line_of_its_name(look: Look):
    long = ToolUse("c", "HH", "", "", ToolState.DONE, 1_000)
    folds = FoldList(look, 600)
    folds.show(folds_of(make_message(1, "Tea.", details=ReplyDetails(tools=(long,)))))
    picture = painted(folds)
    name = dark_in(picture, QRect(0, 0, 40, 28))
    note = dark_in(picture, QRect(name.right() + 6, 0, 12, 28))  # its first sign, a digit
    assert name.bottom() == note.bottom()


def test_a_tool_of_which_nothing_is_told_has_a_dot_where_others_have_an_arrow(look: Look):
    long = ToolUse("c", "HH", "", "", ToolState.DONE, 1_000)
    folds = FoldList(look, 600)
    folds.show(folds_of(make_message(1, "Tea.", details=ReplyDetails(tools=(long,)))))
    picture = painted(folds)
    marks = {(x, y) for x in range(10) for y in range(28) if picture.pixel(x, y) != 0xFFFFFFFF}
    assert marks
    assert all(3 <= x <= 7 and 12 <= y <= 16 for x, y in marks)
    assert not any(target.kind == "fold" for target in folds.targets())
