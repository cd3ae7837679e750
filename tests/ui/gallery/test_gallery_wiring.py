"""The gallery by mouse and by keys: what is shown, what is asked of the engine."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from desktop_app.journal.records import MessageRecord, MessageStatus, Role, ThreadRecord
from desktop_app.journal.reply_details import ReplyDetails, Usage
from desktop_app.link.messages import OpenThread, SendText
from desktop_app.link.thread_messages import DeletePicture, PictureRemoved, RestorePicture
from desktop_app.ui.gallery import gallery_wiring
from desktop_app.ui.gallery.gallery_page import GalleryPage
from tests.ui.conftest import make_message
from tests.ui.gallery.conftest import record


def thread(thread_id: str, title: str) -> ThreadRecord:
    return ThreadRecord(id=thread_id, title=title, created_at=1, updated_at=1)


def answer(message_id: str, thread_id: str) -> MessageRecord:
    return MessageRecord(
        id=message_id,
        thread_id=thread_id,
        role=Role.ASSISTANT,
        text="Here it is.",
        created_at=1.0,
        status=MessageStatus.COMPLETE,
        details=ReplyDetails(usage=Usage(cost_usd=0.25)),
    )


@pytest.fixture
def gallery(desk, paint) -> GalleryPage:
    """Three pictures in two threads, the second no picture at all."""
    desk.reader.known = [thread("a", "Foxes"), thread("b", "Boats")]
    desk.reader.written = {"a": [answer("m1", "a")], "b": [answer("m3", "b")]}
    desk.reader.made = [record(1), record(2), record(3, thread_id="b", prompt="A boat")]
    paint(1)
    paint(2).write_bytes(b"no picture")
    paint(3, "#2040c0")
    desk.wiring.start()
    desk.window.gallery_toggled.emit()
    page = desk.window.pane._pages["gallery"]
    assert isinstance(page, GalleryPage)
    return page


def click(qtbot, page: GalleryPage, number: int) -> None:
    place = page.grid.places.picture(number).center()
    qtbot.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_every_picture_of_every_thread_is_there_the_newest_first(desk, gallery):
    assert [one.id for one in gallery.grid.pictures] == ["p3", "p2", "p1"]
    assert gallery._count.text == "3 pictures"
    assert not gallery.is_empty
    assert desk.window.pane.header._title.text == "Gallery"


def test_those_of_the_open_thread_are_a_choice(qtbot, desk, gallery):
    qtbot.mouseClick(gallery.this_thread, Qt.MouseButton.LeftButton)
    assert [one.id for one in gallery.grid.pictures] == ["p2", "p1"]
    qtbot.mouseClick(gallery.all_threads, Qt.MouseButton.LeftButton)
    assert len(gallery.grid.pictures) == 3


def test_without_pictures_it_says_how_to_ask_for_one(desk):
    desk.wiring.start()
    desk.window.gallery_toggled.emit()
    assert desk.window.pane._pages["gallery"].is_empty


def test_the_pictures_are_painted_and_what_is_none_is_said_to_be_none(gallery):
    supply = gallery.grid._supply
    assert supply.image("pictures/3.png").pixelColor(40, 40).blue() > 150
    assert supply.image("pictures/2.png").isNull()
    image = gallery.grid.grab().toImage()
    centre = gallery.grid.places.picture(0).center()
    assert image.pixelColor(centre).blue() > 150


def test_bar_41_a_click_shows_the_picture_and_how_it_was_made(qtbot, gallery):
    click(qtbot, gallery, 0)
    viewer = gallery.viewer
    assert gallery.is_viewing
    assert viewer.picture.id == "p3"
    assert viewer._prompt.text() == "A boat"
    assert viewer._place.text == "1 of 3"
    assert "64 × 48" in viewer._facts.text  # noqa: RUF001
    assert "in Boats" in viewer._facts.text
    assert "Cost of the reply: $0.2500" in viewer._facts.text
    assert viewer.image("p3").width() == 64


def test_bar_41_the_viewer_says_who_made_it_and_leads_to_the_turn(qtbot, desk, gallery):
    made = record(3, thread_id="b", prompt="A boat", model="openai/gpt-image-1", parent_id="p1")
    desk.reader.made = [record(1), made]
    gallery.all_threads.click()
    click(qtbot, gallery, 0)
    assert "openai / gpt-image-1" in gallery.viewer._facts.text
    desk.reader.written["b"] = [replace(make_message(3, "Here it is."), thread_id="b")]
    gallery.viewer.message_requested.emit(gallery.viewer.picture)
    assert desk.window.pane.page == ""
    conversation = desk.store.state.conversation
    assert (conversation.thread_id, conversation.messages[0].id) == ("b", "m3")


def test_a_file_that_is_no_picture_says_so(qtbot, gallery):
    click(qtbot, gallery, 1)
    assert gallery.viewer.canvas.is_broken
    assert "not a picture" in gallery.viewer.canvas.accessibleName()


def test_a_picture_without_its_file_says_so_and_takes_no_step(qtbot, desk, gallery, tmp_path):
    path = tmp_path / "pictures" / "3.png"
    path.unlink()
    click(qtbot, gallery, 0)
    viewer = gallery.viewer
    assert viewer.canvas.is_broken
    assert "not there any more" in viewer.canvas.accessibleName()
    for step in (viewer.copy, viewer.save):
        step.click()
        assert [one.code for one in desk.store.state.notices] == ["picture.gone"]
        desk.wiring.gallery._wires.dismiss("picture.gone")
    viewer.canvas.dragged.emit(0)
    assert [one.code for one in desk.store.state.notices] == ["picture.gone"]


def test_who_made_it_is_said_however_narrow_the_window_is(qtbot, desk, gallery):
    desk.reader.made[-1] = replace(desk.reader.made[-1], model="openai/gpt-image-1")
    desk.window.gallery_toggled.emit()
    desk.window.gallery_toggled.emit()
    click(qtbot, gallery, 0)
    said = gallery.viewer._facts._briefer
    assert all("openai / gpt-image-1" in one for one in said)
    assert "in Boats" in said[-2], "and its thread goes last"
    assert len(said[-1]) < len("Made by openai / gpt-image-1") + 5


def test_keys_go_from_picture_to_picture_and_back_to_all(qtbot, desk, gallery):
    gallery.grid.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(gallery.grid, key)
    assert gallery.viewer.picture.id == "p1"
    qtbot.keyClick(gallery.viewer, Qt.Key.Key_Left)
    assert gallery.viewer.picture.id == "p2"
    qtbot.keyClick(gallery.viewer, Qt.Key.Key_PageUp)
    qtbot.keyClick(gallery.viewer, Qt.Key.Key_PageUp)
    assert gallery.viewer.picture.id == "p3"
    desk.window.escape_pressed.emit()
    assert not gallery.is_viewing
    assert desk.window.pane.page == "gallery"
    desk.window.escape_pressed.emit()
    assert desk.window.pane.page == ""


def test_the_current_picture_is_named_for_those_who_do_not_see_it(qtbot, gallery):
    gallery.grid.setFocus()
    qtbot.keyClick(gallery.grid, Qt.Key.Key_End)
    assert gallery.grid.accessibleDescription().startswith("Fox 1, picture 3 of 3, ")


def test_each_picture_that_keys_lead_to_is_told_to_those_who_do_not_see_it(
    qtbot, gallery, monkeypatch
):
    said = []
    monkeypatch.setattr(gallery_wiring, "say_through", lambda _widget: said.append)
    gallery.grid.choose(0)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Return)
    assert gallery.viewer.accessibleDescription() == "A boat, 1 of 3"
    assert said == [], "who came here with the keys is told of the picture by them"
    qtbot.keyClick(gallery.viewer, Qt.Key.Key_PageDown)
    assert said == ["Fox 2, 2 of 3"]


def test_tab_shows_that_keys_are_about_the_picture(qtbot, gallery):
    viewer = gallery.viewer
    gallery.grid.choose(2)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Return)
    gallery.window().activateWindow()
    bare = viewer.canvas.grab().toImage()
    viewer.edit.wish.setFocus()
    viewer.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(viewer.hasFocus)
    assert viewer.canvas.grab().toImage() != bare
    viewer.edit.wish.setFocus()
    assert viewer.canvas.grab().toImage() == bare


def test_where_people_read_from_the_right_the_arrows_do_too(qtbot, desk, gallery):
    desk.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    gallery.grid.choose(0)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Left)
    assert gallery.grid.current.id == "p2"
    assert gallery.grid.places.picture(0).right() > gallery.grid.places.picture(1).right()


def test_bar_41_edit_from_here_asks_in_the_pictures_own_thread(qtbot, desk, gallery, tmp_path):
    click(qtbot, gallery, 0)
    gallery.viewer.edit.wish.setFocus()
    qtbot.keyClicks(gallery.viewer.edit.wish, "at night")
    qtbot.keyClick(gallery.viewer.edit.wish, Qt.Key.Key_Return)
    (asked,) = desk.sent_of(SendText)
    assert (asked.thread_id, asked.text) == ("b", "at night")
    assert asked.wishes.edits == str(tmp_path / "pictures" / "3.png")
    assert asked.wishes.edited_id == "p3"
    assert desk.window.pane.page == ""
    shown = desk.store.state.conversation.messages[-1]
    assert (shown.id, shown.wishes) == (asked.message_id, asked.wishes)


def test_bar_41_relatives_stand_below_and_can_be_compared(qtbot, desk, gallery):
    child = record(3, thread_id="b", parent_id="p1")
    sibling = record(2, parent_id="p1")
    desk.reader.families = {"p3": [record(1), sibling, child]}
    desk.reader.made = [record(1), sibling, child]
    gallery.all_threads.click()
    click(qtbot, gallery, 0)
    viewer = gallery.viewer
    assert [button.picture.id for button in viewer.strip.buttons] == ["p1", "p2"]
    qtbot.mouseClick(viewer.compare, Qt.MouseButton.LeftButton)
    assert [one.name for one in viewer.canvas._shown] == ["Fox 1", "Fox 3", "Fox 2"]
    assert all(one.image is not None for one in viewer.canvas._shown)
    qtbot.mouseClick(viewer.strip.buttons[0], Qt.MouseButton.LeftButton)
    assert viewer.picture.id == "p1"


def test_its_thread_is_named_though_the_list_has_not_come_to_it(qtbot, desk, gallery):
    listed = desk.store.state.threads[:1]
    desk.store.change(lambda state: dataclasses.replace(state, threads=listed))
    assert desk.store.state.thread("b") is None
    click(qtbot, gallery, 0)
    assert "in Boats" in gallery.viewer._facts.text


def test_its_message_is_shown_in_its_thread(qtbot, desk, gallery):
    click(qtbot, gallery, 0)
    qtbot.mouseClick(gallery.viewer.message, Qt.MouseButton.LeftButton)
    assert desk.store.state.conversation.thread_id == "b"
    assert desk.sent[-1] == OpenThread("b")
    assert desk.window.pane.page == ""


def test_a_deleted_picture_can_be_brought_back(qtbot, desk, gallery):
    gallery.grid.choose(0)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Delete)
    assert desk.sent[-1] == DeletePicture("p3")
    bar = desk.window.pane.notices
    assert bar.sentence == "“A boat” was deleted."
    gone = desk.reader.made.pop()
    desk.store.apply(PictureRemoved("p3"))
    desk.store.tell()
    assert [one.id for one in gallery.grid.pictures] == ["p2", "p1"]
    qtbot.mouseClick(bar._step, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == RestorePicture(gone.id)
    assert not bar.isVisible()


def test_of_a_long_wish_the_beginning_is_named_when_its_picture_is_deleted(desk, gallery):
    desk.wiring.gallery.deletion.delete(record(3, prompt="A boat at sea, " * 9))
    sentence = "“A boat at sea, A boat at sea, A boat at sea, A boat at sea,…” was deleted."
    assert desk.window.pane.notices.sentence == sentence


def test_pictures_deleted_in_a_row_have_one_undo(qtbot, desk, gallery):
    bar = desk.window.pane.notices
    for number in (0, 1):
        gallery.grid.choose(number)
        qtbot.keyClick(gallery.grid, Qt.Key.Key_Delete)
    assert desk.sent_of(DeletePicture) == [DeletePicture("p3"), DeletePicture("p2")]
    assert bar.sentence == "2 pictures were deleted."
    qtbot.mouseClick(bar._step, Qt.MouseButton.LeftButton)
    assert desk.sent_of(RestorePicture) == [RestorePicture("p3"), RestorePicture("p2")]
    assert bar.sentence == ""


def test_a_picture_deleted_after_the_time_of_another_is_undone_alone(qtbot, desk, gallery):
    gallery.grid.choose(0)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Delete)
    desk.wiring.gallery.deletion._time.timeout.emit()
    assert desk.window.pane.notices.sentence == ""
    gallery.grid.choose(1)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_Delete)
    desk.wiring.gallery.deletion.undo()
    assert desk.sent_of(RestorePicture) == [RestorePicture("p2")]


def test_a_picture_is_copied_and_that_is_said(qtbot, desk, gallery):
    gallery.grid.choose(0)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image = QGuiApplication.clipboard().image()
    assert image.width() == 64
    assert image.pixelColor(9, 9).blue() > 150
    assert desk.window.pane.notices.sentence == "A boat.png was copied."


def test_what_is_no_picture_cannot_be_copied_and_that_is_said(qtbot, desk, gallery):
    gallery.grid.choose(1)
    qtbot.keyClick(gallery.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "Fox 2.png is no picture" in desk.window.pane.notices.sentence


def test_a_picture_is_saved_where_it_was_said(desk, gallery, tmp_path):
    steps = desk.wiring.gallery._steps
    steps.save_as(record(3), str(tmp_path / "boat.png"))
    assert (tmp_path / "boat.png").read_bytes() == (tmp_path / "pictures/3.png").read_bytes()
    steps.save_as(record(3), str(tmp_path / "nowhere" / "boat.png"))
    assert "Fox 3.png could not be saved there" in desk.window.pane.notices.sentence


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_spoils_no_earlier_picture_and_leaves_none(desk, gallery, tmp_path):
    (tmp_path / "boat.png").write_bytes(b"earlier")
    desk.wiring.gallery._steps.save_as(record(3), str(tmp_path / "boat.png"))
    assert "No space left on device" in desk.window.pane.notices.sentence
    assert (tmp_path / "boat.png").read_bytes() == b"earlier"
    assert not list(tmp_path.glob("*.part"))


def test_a_picture_is_dragged_out_as_a_file_with_a_telling_name(desk, gallery, tmp_path):
    data = desk.wiring.gallery._steps.drag_data(record(3, prompt="A boat / at sea: wow?"))
    path = Path(data.urls()[0].toLocalFile())
    assert path.name == "A boat at sea wow.png"
    assert path.read_bytes() == (tmp_path / "pictures/3.png").read_bytes()


def test_a_drag_begins_with_the_picture_that_was_pressed(qtbot, gallery, monkeypatch):
    dragged = []
    gallery.grid.drag_requested.disconnect()
    gallery.grid.drag_requested.connect(dragged.append)
    place = gallery.grid.places.picture(1).center()
    view = gallery.grid.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseMove(view, place + QPoint(3, 0))
    assert dragged == []
    qtbot.mouseMove(view, place + QPoint(40, 10))
    assert [one.id for one in dragged] == ["p2"]
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=place)
    assert not gallery.is_viewing


def test_the_side_shows_the_pictures_of_the_open_thread(qtbot, desk, gallery):
    desk.window.escape_pressed.emit()
    desk.window.toggle_right()
    desk.window.side.tabs.open_tab(1)
    side = desk.wiring.gallery._side
    assert [one.id for one in side.grid.pictures] == ["p2", "p1"]
    desk.wiring.threads.open_thread("b")
    assert [one.id for one in side.grid.pictures] == ["p3"]
    place = side.grid.places.picture(0).center()
    qtbot.mouseClick(side.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.window.pane.page == "gallery"
    assert gallery.viewer.picture.id == "p3"


def test_keys_of_the_field_are_not_those_of_the_picture(qtbot, desk, gallery):
    click(qtbot, gallery, 0)
    viewer = gallery.viewer
    viewer.edit.wish.setFocus()
    shown = viewer.picture
    for key in (Qt.Key.Key_C, Qt.Key.Key_M, Qt.Key.Key_Delete, Qt.Key.Key_PageDown):
        qtbot.keyClick(viewer.edit.wish, key)
    qtbot.keyClick(viewer.edit.wish, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert viewer.edit.wish.text() == "cm"
    assert viewer.picture == shown
    assert not desk.sent_of(DeletePicture)
    assert desk.window.pane.page == "gallery"


def test_arrows_lead_nowhere_where_there_is_one_picture(qtbot, desk, gallery):
    click(qtbot, gallery, 0)
    viewer = gallery.viewer
    assert viewer.after.isEnabled()
    viewer.show_picture(viewer.picture, "1 of 1", "", has_others=False)
    assert not viewer.before.isEnabled()
    assert not viewer.after.isEnabled()


def test_what_is_typed_beside_the_field_of_a_picture_is_written_into_it(qtbot, desk, gallery):
    gallery.grid.choose_picture("p3")
    desk.wiring.gallery.open_picture(gallery.grid.current)
    viewer = gallery.viewer
    for letter in "make it":
        qtbot.keyClicks(viewer if not viewer.edit.wish.hasFocus() else viewer.edit.wish, letter)
    assert viewer.edit.wish.text() == "make it"
    assert desk.window.pane.page == "gallery"


def test_of_a_picture_that_was_opened_in_the_conversation_its_place_is_told_too(qtbot, desk):
    desk.reader.made = [record(1), record(2)]
    desk.wiring.gallery.open_inline(record(1))
    viewer = desk.window.pane._pages["gallery"].viewer
    qtbot.waitUntil(viewer.before.isEnabled)
    assert viewer._place.text == "2 of 2"


def test_a_picture_of_the_conversation_has_the_menu_of_pictures(qtbot, desk, gallery):
    menu = desk.wiring.gallery.menu(record(1), is_inline=True)
    words = [action.text() for action in menu.actions()]
    menu.deleteLater()
    assert words == ["Open", "Copy", "Save as…", "Show in folder", "Delete"]
