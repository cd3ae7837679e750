"""Videos in the window: where they are seen, played, kept elsewhere and asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from desktop_app.journal.records import MessageStatus
from desktop_app.journal.reply_details import ReplyDetails, ToolUse
from desktop_app.link.messages import MessageSaved, SendText
from desktop_app.link.replies import ReplyDetailed
from desktop_app.link.thread_messages import PictureSaved
from desktop_app.protocol.commands import TurnWishes
from desktop_app.ui.gallery.gallery_page import GalleryPage
from tests.fakes.films import film, mp4, mvhd, tkhd
from tests.ui.chat.conftest import press
from tests.ui.conftest import make_message
from tests.ui.gallery.conftest import record

FILMED = {"mime_type": "video/x-msvideo", "path": "pictures/1.avi", "prompt": "A red fox runs"}
OTHER = {"mime_type": "video/mp4", "path": "pictures/2.mp4", "prompt": "A red fox rests"}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was given to other programs."""
    found: list[Path] = []

    def open_url(url) -> bool:
        found.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return found


@pytest.fixture
def videos(desk, paint, tmp_path: Path):
    """A picture, a video that is played here, and one that another program plays."""
    paint(3)
    (tmp_path / "pictures" / "1.avi").write_bytes(film(10, size=(64, 36)))
    (tmp_path / "pictures" / "2.mp4").write_bytes(b"an mp4")
    made = [record(1, **FILMED), record(2, message_id="m1", **OTHER), record(3)]
    desk.reader.made = made
    return made


@pytest.fixture
def talk(desk, videos):
    desk.wiring.threads.open_thread("a")
    desk.store.apply(MessageSaved(make_message(1, "Here.", turn=1)))
    for one in videos[:2]:
        desk.store.apply(PictureSaved(one))
    desk.store.tell()
    return desk


@pytest.fixture
def gallery(desk, videos) -> GalleryPage:
    desk.wiring.start()
    desk.window.gallery_toggled.emit()
    page = desk.window.pane._pages["gallery"]
    assert isinstance(page, GalleryPage)
    return page


def cards(desk):
    return desk.window.pane.chat._stack.row(0)._pictures


def test_bar_40_a_video_has_its_place_as_soon_as_its_tool_is_called(desk):
    desk.wiring.threads.open_thread("a")
    streams = make_message(1, "", status=MessageStatus.STREAMING, turn=3)
    desk.store.apply(MessageSaved(streams))
    details = ReplyDetails(tools=(ToolUse("c", "generate_video"), ToolUse("d", "generate_image")))
    desk.store.apply(ReplyDetailed("a", 3, details))
    desk.store.tell()
    assert [place[0] for place in cards(desk)._placed] == ["generate_image", "generate_video"]
    desk.reader.made = [record(1, **OTHER)]
    desk.store.apply(PictureSaved(record(1, **OTHER)))
    desk.store.tell()
    first, second = [place[0] for place in cards(desk)._placed]
    assert (first.record.id, second) == ("p1", "generate_image")


def test_a_card_is_as_large_as_its_video_and_says_how_long_it_is(talk):
    (here, box), (_, plate) = cards(talk)._placed
    assert here.duration_s == pytest.approx(1.0)
    assert (box.width(), box.height()) == (336, 189)
    assert (plate.width(), plate.height()) == (336, 189)
    labels = [target.label for target in cards(talk).targets()]
    assert labels == ["Play the video: A red fox runs", "Play the video: A red fox rests"]
    chat = talk.window.pane.chat
    chat.viewport().grab()
    assert not chat._stack.shelf.image(here).isNull()


def test_a_video_of_another_kind_has_the_shape_and_the_length_that_it_says(talk, tmp_path: Path):
    content = mp4(mvhd(600, 3300), tkhd(720, 1280))
    (tmp_path / "pictures" / "2.mp4").write_bytes(content)
    talk.store.pictures_changed.emit()
    _, (video, box) = cards(talk)._placed
    assert (video.duration_s, box.width(), box.height()) == (5.5, 189, 336)


def test_a_press_on_a_card_plays_it_in_the_viewer(talk, qtbot):
    talk.window.look.is_calm = False
    press(talk.window.pane.chat, qtbot, "picture")
    page = talk.window.pane._pages["gallery"]
    assert page.is_viewing
    assert page.viewer.picture.id == "p1"
    assert page.viewer.bar.is_playing
    qtbot.waitUntil(lambda: page.viewer.bar.frame > 0, timeout=3000)
    page.close_viewer()
    assert not page.viewer.bar.is_playing


def test_a_card_of_another_kind_is_played_by_another_program(talk, opened):
    talk.window.pane.chat.picture_chosen.emit("p2")
    [path] = opened
    assert path.name == "A red fox rests.mp4"
    assert path.read_bytes() == b"an mp4"
    assert talk.window.pane.page == ""


def look_at(gallery: GalleryPage, picture_id: str):
    gallery.grid.choose_picture(picture_id)
    gallery.grid.opened.emit(gallery.grid.current)
    return gallery.viewer


def test_space_and_enter_stop_it_and_go_on_and_so_does_a_press(qtbot, desk, gallery):
    desk.window.look.is_calm = False
    viewer = look_at(gallery, "p1")
    assert viewer.bar.is_playing
    sent = list(desk.sent)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        qtbot.keyClick(viewer, key)
        assert not viewer.bar.is_playing
        qtbot.keyClick(viewer, key)
        assert viewer.bar.is_playing
    qtbot.mouseClick(viewer.canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert not viewer.bar.is_playing
    viewer.bar.seek.setFocus()
    qtbot.keyClick(viewer.bar.seek, Qt.Key.Key_Space)
    assert viewer.bar.is_playing
    assert desk.sent == sent, "nobody talks"


def test_with_reduced_motion_nothing_plays_until_it_is_asked_for(qtbot, desk, gallery):
    assert desk.window.look.is_calm
    viewer = look_at(gallery, "p1")
    assert viewer.bar.isVisible()
    assert not viewer.bar.is_playing
    qtbot.keyClick(viewer, Qt.Key.Key_Space)
    assert viewer.bar.is_playing


def test_the_frame_that_is_sought_is_shown(gallery):
    viewer = look_at(gallery, "p1")
    shades = []
    for number in (0, 9):
        viewer.bar.seek.setValue(number)
        [shown] = viewer.canvas._shown
        shades.append(shown.image.pixelColor(30, 20).red())
    assert shades[1] - shades[0] > 200
    assert "0:01" in viewer._facts.text


def test_it_is_said_where_sound_is_missing(desk, videos, tmp_path: Path, gallery):
    assert "sound" not in look_at(gallery, "p1")._facts.text
    gallery.close_viewer()
    (tmp_path / "pictures" / "4.avi").write_bytes(film(3, has_sound=True))
    desk.reader.made = [*videos, record(4, **{**FILMED, "path": "pictures/4.avi"})]
    desk.store.pictures_changed.emit()
    assert "without its sound here" in look_at(gallery, "p4")._facts.text


def test_what_is_only_for_pictures_is_not_offered_for_a_video(gallery):
    viewer = look_at(gallery, "p1")
    assert not viewer.edit.isVisible()
    assert not viewer.compare.isVisible()
    assert viewer.copy.accessibleName() == "Copy the video"
    assert viewer.delete.accessibleName() == "Delete the video"
    assert viewer.accessibleName() == "Video"
    viewer = look_at(gallery, "p3")
    assert viewer.edit.isVisible()
    assert viewer.copy.accessibleName() == "Copy the picture"
    assert not viewer.bar.isVisible()
    assert not viewer.is_pressed_by_space


def test_another_program_plays_what_is_not_played_here(qtbot, gallery, opened):
    viewer = look_at(gallery, "p2")
    assert not viewer.bar.isVisible()
    assert not viewer.canvas.is_broken
    qtbot.keyClick(viewer, Qt.Key.Key_Space)
    qtbot.mouseClick(viewer.canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert [path.name for path in opened] == ["A red fox rests.mp4"] * 2


def test_a_video_that_no_program_opens_is_said_to_be_so(desk, gallery, monkeypatch):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    look_at(gallery, "p2").play()
    [notice] = desk.store.state.notices
    assert (notice.code, notice.facts["file"]) == ("picture.not_opened", "A red fox rests.mp4")


def test_it_is_saved_shown_in_its_folder_and_copied_under_a_telling_name(
    desk, gallery, opened, tmp_path: Path
):
    steps = desk.wiring.gallery._steps
    video = record(2, **OTHER)
    steps.save_as(video, str(tmp_path / "saved.mp4"))
    assert (tmp_path / "saved.mp4").read_bytes() == b"an mp4"
    steps.show_in_folder(video)
    [folder] = opened
    assert [path.name for path in folder.iterdir()] == ["A red fox rests.mp4"]
    steps.copy(video)
    [url] = QGuiApplication.clipboard().mimeData().urls()
    copied = Path(url.toLocalFile())
    assert copied == folder / "A red fox rests.mp4"
    [url] = steps.drag_data(video).urls()
    assert Path(url.toLocalFile()) == copied


def test_a_process_that_has_copied_a_video_ends_well():
    ends = (
        "from pathlib import Path\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from desktop_app.ui.gallery.picture_steps import copied_file\n"
        "app = QApplication([])\n"
        "app.clipboard().setMimeData(copied_file(Path('x.avi')))\n"
        "QTimer.singleShot(0, app.quit)\n"
        "app.exec()\n"
        "print(app.clipboard().mimeData().formats())\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", ends], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, "['text/uri-list']"), done.stderr


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_its_menu_plays_it_in_another_program_and_a_picture_has_no_such_step(desk, gallery, opened):
    grid = gallery.grid
    found = {}
    for picture_id in ("p1", "p3"):
        grid.choose_picture(picture_id)
        grid.menu_wanted.emit(QPoint(5, 5))
        [menu] = [one for one in desk.window.findChildren(QMenu) if one.isVisible()]
        found[picture_id] = [action.text() for action in menu.actions()]
        if picture_id == "p1":
            menu.actions()[1].trigger()
        menu.close()
        menu.deleteLater()
        QApplication.sendPostedEvents(menu, QEvent.Type.DeferredDelete)
    assert found["p1"][1] == "Play in another program"
    assert [path.name for path in opened] == ["A red fox runs.avi"]
    assert "Play in another program" not in found["p3"]
    assert "Show in folder" in found["p3"]


def test_a_video_is_asked_for_from_a_picture(qtbot, desk, gallery, tmp_path: Path):
    viewer = look_at(gallery, "p3")
    assert not viewer.edit.film.isEnabled()
    qtbot.keyClicks(viewer.edit.wish, "it runs away")
    qtbot.mouseClick(viewer.edit.film, Qt.MouseButton.LeftButton)
    [sent] = desk.sent_of(SendText)
    assert sent.text == "it runs away"
    path = str(tmp_path / "pictures" / "3.png")
    assert sent.wishes == TurnWishes(edits=path, edited_id="p3", films=True)


def test_the_gallery_counts_and_names_both(desk, gallery):
    assert gallery._count.text == "3 pictures and videos"
    gallery.grid.choose_picture("p1")
    assert gallery.grid.accessibleDescription().startswith("A red fox runs, video, 3 of 3")
    desk.reader.made = desk.reader.made[:2]
    desk.store.pictures_changed.emit()
    assert gallery._count.text == "2 videos"
    gallery.grid.grab()


def test_the_gallery_says_how_long_its_videos_are(desk, videos, tmp_path: Path, gallery):
    grid, supply = gallery.grid, gallery.grid._supply
    assert [grid._length(one) for one in videos] == ["0:01", "", ""]
    (tmp_path / "pictures" / "4.mp4").write_bytes(mp4(mvhd(600, 2880), tkhd(720, 1280)))
    desk.reader.made = [*videos, record(4, **{**OTHER, "path": "pictures/4.mp4"})]
    desk.store.pictures_changed.emit()
    assert supply.length_s("pictures/4.mp4") == 4.8
    assert "  ·  0:04  ·  " in look_at(gallery, "p4")._facts.text
    gallery.close_viewer()
    assert "  ·  0:" not in look_at(gallery, "p2")._facts.text
