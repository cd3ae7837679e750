"""Videos in the conversation, in the gallery and played: pictured, and nothing is cut."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.journal.records import MessageRecord, MessageStatus, PictureRecord, Role
from desktop_app.journal.writer import JournalWriter
from desktop_app.settings import AppearanceSettings
from desktop_app.ui.gallery.gallery_page import GalleryPage
from tests.fakes.films import mp4, mvhd, scene, tkhd
from tests.fakes.person import CALM, Person, prefer
from tests.fakes.photographer import CONTROL, SHIFT, Photographer, eventually, key
from tests.journeys.test_filled_pictures import one_of
from tests.journeys.test_window_pictures import (  # noqa: F401 - two are fixtures
    kept,
    live,
    opened_trip,
)

ASKED = "Make a video of the sun going down over the sea, seen from the castle"


@pytest.fixture
def filmed(kept: None) -> None:  # noqa: F811
    """Two videos more: one that is played here, and one that another program plays."""
    asyncio.run(_keep(Path(os.environ["PARLEY_DATA_DIR"])))


async def _keep(folder: Path) -> None:
    journal, now = await JournalWriter.open(folder), time.time()
    try:
        for number, (role, text) in enumerate(
            ((Role.USER, ASKED), (Role.ASSISTANT, "Here it is, in two versions."))
        ):
            status = MessageStatus.SENT if role is Role.USER else MessageStatus.COMPLETE
            await journal.save_message(
                MessageRecord(
                    id=f"v{number}",
                    thread_id="trip",
                    role=role,
                    text=text,
                    created_at=now - 20 + number,
                    status=status,
                    turn=9,
                )
            )
        for number, (kind, content) in enumerate(
            (("video/x-msvideo", scene()), ("video/mp4", mp4(mvhd(600, 4800), tkhd(1280, 720))))
        ):
            made = PictureRecord(
                id=f"film{number}",
                thread_id="trip",
                message_id="v1",
                remote_id="",
                mime_type=kind,
                path="",
                size_bytes=0,
                created_at=now - 10 + number,
                prompt=ASKED,
                model="builtin/drawing",
            )
            await journal.keep_picture(made, content)
    finally:
        await journal.aclose()


async def watching(camera: Photographer) -> None:
    person = camera.person
    await camera.take("70-videos-in-the-conversation")
    key(person, Qt.Key.Key_G, CONTROL | SHIFT)
    page = await one_of(person, GalleryPage)
    await eventually(lambda: not page.is_empty)
    await camera.take("71-videos-in-the-gallery")
    viewer = page.viewer
    grid = page.grid
    grid.choose_picture("film0")
    QTest.keyClick(grid, Qt.Key.Key_Return)
    await eventually(lambda: viewer.bar.isVisible() and viewer.image("film0"))
    assert not viewer.bar.is_playing, "with reduced motion nothing plays of itself"
    await camera.take("72-video")
    viewer.bar.seek.setValue(17)
    await camera.take("73-video-sought")
    QTest.keyClick(viewer, Qt.Key.Key_PageUp)
    await eventually(lambda: viewer.picture.id == "film1" and not viewer.bar.isVisible())
    await camera.take("74-video-of-another-program")


@pytest.mark.parametrize(
    ("prefix", "size", "ratio"),
    [("wide-", (1280, 800), 1.0), ("narrow-", (760, 520), 1.0), ("dense-", (1280, 800), 2.0)],
)
def test_videos_are_shown_whole_in_every_window(live, filmed, prefix, size, ratio):  # noqa: F811
    async def journey(person: Person) -> None:
        camera = Photographer(person, prefix, ratio=ratio)
        await opened_trip(person)
        person.window.resize(*size)
        await watching(camera)
        camera.is_content()

    live(journey)


@pytest.mark.parametrize(
    ("prefix", "appearance"),
    [("ar-", replace(CALM, language="ar")), ("200-", replace(CALM, text_size=200))],
)
def test_videos_are_whole_mirrored_and_with_large_letters(
    live,  # noqa: F811
    filmed,
    prefix: str,
    appearance: AppearanceSettings,
):
    async def journey(person: Person) -> None:
        camera = Photographer(person, prefix, themes=("light",))
        await opened_trip(person)
        person.window.resize(1280, 800)
        await watching(camera)
        camera.is_content()

    prefer(appearance)
    live(journey)
