"""Pictures in the conversation: a place for them first, then themselves."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QColor, QImage

from desktop_app.journal.records import MessageStatus, PictureRecord
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.link.messages import MessageSaved
from desktop_app.link.replies import ReplyDetailed
from desktop_app.link.thread_messages import PictureSaved
from desktop_app.ui import look as size
from desktop_app.ui.chat import picture_loading
from desktop_app.ui.chat.folds import folds_of
from desktop_app.ui.chat.picture_loading import loaded
from desktop_app.ui.chat.picture_shelf import PictureShelf, fitting
from desktop_app.ui.chat.picture_strip import PictureStrip
from tests.ui.chat.conftest import in_sight, press
from tests.ui.conftest import make_message

DRAWS = ReplyDetails(tools=(ToolUse("c", "generate_image"),))
STREAMS = make_message(1, "", status=MessageStatus.STREAMING, turn=3)


def record(path: str, number: int = 1) -> PictureRecord:
    return PictureRecord(
        id=f"p{number}", thread_id="a", message_id="m1", remote_id="d", mime_type="image/png",
        path=path, size_bytes=1, created_at=1.0, prompt="A red fox",
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    picture = QImage(640, 320, QImage.Format.Format_RGB32)
    picture.fill(QColor("#ff0000"))
    assert picture.save(str(tmp_path / "fox.png"))
    (tmp_path / "broken.png").write_bytes(b"no picture at all")
    return tmp_path


@pytest.fixture
def talk(desk, folder):
    desk.wiring.threads.open_thread("a")
    desk.store.apply(MessageSaved(STREAMS))
    desk.store.tell()
    return desk


def strip_of(desk):
    return desk.window.pane.chat._stack.row(0)._pictures


def colours_of(desk) -> set[str]:
    seen = desk.window.pane.chat.viewport().grab().toImage()
    return {
        seen.pixelColor(x, y).name() for x in range(0, seen.width(), 9) for y in range(0, 400, 9)
    }


def test_bar_40_a_picture_has_its_place_as_soon_as_its_tool_is_called(talk):
    assert strip_of(talk).height == 0
    talk.store.apply(ReplyDetailed("a", 3, DRAWS))
    talk.store.tell()
    assert strip_of(talk).height > 200
    assert [place[0] for place in strip_of(talk)._placed] == ["generate_image"]


def test_what_failed_to_be_made_has_no_place_and_says_so(talk):
    talk.store.apply(ReplyDetailed("a", 3, DRAWS))
    failed = ReplyDetails(tools=(ToolUse("c", "generate_image", state=ToolState.FAILED),))
    talk.store.apply(ReplyDetailed("a", 3, failed))
    talk.store.tell()
    assert strip_of(talk).height == 0
    assert [one.note for one in folds_of(replace(STREAMS, details=failed))] == ["failed"]


def test_bar_40_the_picture_takes_that_place(talk, qtbot):
    talk.store.apply(ReplyDetailed("a", 3, DRAWS))
    talk.reader.made.append(record("fox.png"))
    talk.store.apply(PictureSaved(record("fox.png")))
    talk.store.tell()
    ((picture, box),) = strip_of(talk)._placed
    assert picture.record.prompt == "A red fox"
    assert (box.width(), box.height()) == (336, 168)
    talk.window.pane.chat.viewport().grab()
    assert "#ff0000" in colours_of(talk)


def test_what_is_no_picture_is_said_to_be_none(talk):
    talk.reader.made.append(record("broken.png"))
    talk.store.apply(PictureSaved(record("broken.png")))
    talk.store.tell()
    chat = talk.window.pane.chat
    chat.viewport().grab()
    ((picture, _),) = strip_of(talk)._placed
    assert chat._stack.shelf.image(picture).isNull()
    chat.viewport().grab()


def test_a_picture_that_is_pressed_is_looked_at_in_the_gallery(talk, qtbot):
    talk.reader.made.append(record("fox.png"))
    talk.store.apply(PictureSaved(record("fox.png")))
    talk.store.tell()
    assert [one.target.label for one in in_sight(talk.window.pane.chat)] == ["Picture: A red fox"]
    press(talk.window.pane.chat, qtbot, "picture")
    assert talk.window.pane.page == "gallery"


def test_a_reply_that_ended_without_its_picture_keeps_no_place(talk):
    talk.store.apply(ReplyDetailed("a", 3, DRAWS))
    talk.store.apply(MessageSaved(make_message(1, "No.", turn=3, details=DRAWS)))
    talk.store.tell()
    assert strip_of(talk).height == 0


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((640, 320), (336, 168)),
        ((100, 50), (100, 50)),
        ((1, 9000), (24, 336)),
        ((0, 0), (120, 120)),
    ],
)
def test_a_picture_is_shown_no_larger_than_it_is(size, shown):
    picture = fitting(record("x"), *size)
    assert (picture.width, picture.height) == shown


def test_only_what_was_looked_at_last_stays_loaded(qapp):
    shelf = PictureShelf()
    pictures = [fitting(record("x", number), 10, 10) for number in range(40)]
    for picture in pictures:
        assert shelf.image(picture) is None
    assert shelf.take_wanted() == tuple(pictures)
    for picture in pictures:
        shelf.put(picture.record.id, QImage(1, 1, QImage.Format.Format_RGB32))
    assert shelf.image(pictures[-1]) is not None
    assert shelf.image(pictures[0]) is None
    assert shelf.take_wanted() == (pictures[0],)


def test_a_large_picture_is_loaded_as_small_as_it_is_shown(folder):
    picture = QImage(3000, 1500, QImage.Format.Format_RGB32)
    picture.fill(QColor("#00ff00"))
    assert picture.save(str(folder / "large.png"))
    image = loaded(folder / "large.png")
    assert (image.width(), image.height()) == (672, 336)
    assert loaded(folder / "missing.png").isNull()


def test_two_pictures_beside_each_other_fill_the_column(look):
    shown = [fitting(record("", number), 1024, 1024) for number in (1, 2)]
    shelf = PictureShelf()
    shelf.show({"m1": tuple(shown)})
    strip = PictureStrip(look, size.COLUMN, shelf)
    strip.show(make_message(1, "Here."))
    left, right = (target.box for target in strip.targets())
    assert (left.left(), right.right(), left.top()) == (0, size.COLUMN, right.top())


def test_of_very_many_pictures_all_are_shown_and_each_is_measured_once(talk, monkeypatch):
    monkeypatch.setattr(picture_loading, "PAGE", 4)
    measured, opened = picture_loading.measured, []
    monkeypatch.setattr(
        picture_loading,
        "measured",
        lambda one, folder: opened.append(one.id) or measured(one, folder),
    )
    talk.reader.made += [record("fox.png", number) for number in range(10)]
    talk.store.apply(PictureSaved(record("fox.png", 9)))
    talk.store.tell()
    assert len(strip_of(talk)._placed) == 10
    talk.reader.made.append(record("fox.png", 10))
    talk.store.apply(PictureSaved(record("fox.png", 10)))
    talk.store.tell()
    assert len(strip_of(talk)._placed) == 11
    assert sorted(opened) == sorted(f"p{number}" for number in range(11))


def test_a_picture_whose_file_comes_late_is_measured_again(talk, folder):
    talk.reader.made.append(record("late.png"))
    talk.store.apply(PictureSaved(record("late.png")))
    talk.store.tell()
    assert strip_of(talk)._placed[0][1].height() == 120
    (folder / "late.png").write_bytes((folder / "fox.png").read_bytes())
    talk.store.apply(PictureSaved(record("late.png")))
    talk.store.tell()
    assert strip_of(talk)._placed[0][1].height() == 168
