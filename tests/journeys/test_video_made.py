"""A video is asked for in the window, made by the real service, and played."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.settings import AppearanceSettings
from desktop_app.ui.gallery.gallery_page import GalleryPage
from tests.fakes.person import Journey, Person, prefer, travel
from tests.fakes.photographer import eventually
from tests.journeys.test_filled_pictures import one_of


@pytest.fixture
def live(qapp: QApplication) -> Callable[[Journey], None]:
    """Runs a journey in which videos play of themselves."""
    prefer(AppearanceSettings(theme="light", language="en"))
    return partial(travel, qapp)


def test_a_video_is_made_shown_in_its_reply_and_played_frame_by_frame(live):
    async def journey(person: Person) -> None:
        person.types("make a video of a red boat on the sea")
        reply = await person.sees_reply()
        chat = person.window.pane.chat
        assert chat is not None
        await eventually(lambda: chat._stack.shelf.of_message(reply.id))
        [card] = chat._stack.shelf.of_message(reply.id)
        assert card.record.is_video
        assert card.record.prompt == "a red boat on the sea"
        assert (card.duration_s or 0) >= 1
        chat.picture_chosen.emit(card.record.id)
        page = await one_of(person, GalleryPage)
        viewer = page.viewer
        await eventually(lambda: viewer.bar.is_playing)
        await eventually(lambda: viewer.bar.frame > 3)
        shown = viewer.canvas._shown[0].image
        await eventually(lambda: viewer.canvas._shown[0].image != shown)
        QTest.keyClick(viewer, Qt.Key.Key_Space)
        assert not viewer.bar.is_playing
        viewer.bar.seek.setValue(viewer.bar.seek.maximum() - 1)
        viewer.bar.play()
        await eventually(lambda: not viewer.bar.is_playing)
        assert viewer.bar.frame == viewer.bar.seek.maximum()

    live(journey)
