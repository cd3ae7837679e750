"""Pictures that did not come are fetched from the real service by links of now."""

from __future__ import annotations

from pathlib import Path
from time import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from desktop_app.audio.decoding import decode_speech
from desktop_app.client.api import BackboardApi
from desktop_app.client.media import FetchedMedia
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.reply_media import ReplyMedia
from desktop_app.client.stored_replies import StoredReplies
from desktop_app.engine.reply_watch import ReplyWatch
from desktop_app.engine.system_time import SystemTime
from desktop_app.errors import NetworkError, StorageError
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import (
    CUT_SHORT,
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
)
from desktop_app.journal.reply_details import MissingPictures, ReplyDetails
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import LinkEvent, MessageSaved
from desktop_app.link.thread_messages import PictureSaved
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.events import ImageReady
from desktop_app.protocol.motion_jpeg import read_motion_jpeg
from tests.fakes.service import real_service

THREAD = "ours"
WORDS = "Draw a red boat"
VIDEO = "Make a video of a red boat"


class Hurried(SystemTime):
    """Nothing is waited for."""

    async def sleep(self, delay_s: float) -> None:
        await super().sleep(0)


class Desk:
    """A watch between a real journal and a real service."""

    def __init__(self, folder: Path, journal: JournalWriter, api: BackboardApi) -> None:
        self.folder = folder
        self.journal = journal
        self.api = api
        self.told: list[LinkEvent] = []
        self.threads = RemoteThreads(journal, "embedded")
        self.stored = StoredReplies(self._open_api, self.threads, decode_speech)
        self.watch = self.make_watch()

    async def _open_api(self) -> BackboardApi:
        return self.api

    def make_watch(self) -> ReplyWatch:
        def report(name: str, error: BaseException) -> None:
            pytest.fail(f"{name}: {error!r}")

        return ReplyWatch(self.journal, self.stored, self.publish, Hurried(), report)

    def publish(self, event: LinkEvent) -> None:
        self.told.append(event)
        self.watch.notice(event)

    async def draw(self, words: str = WORDS) -> str:
        """Let the service make a picture or video; returns its document id."""
        thread_id = await self.threads.remote_id(THREAD, self.api)
        asked = MessageRequest(
            thread_id=thread_id, content=words, image_generation="Auto", video_generation="Auto"
        )
        [media] = (await self.api.messages.send(asked)).generated_media
        return media.document_id

    async def keep(self, words: str = WORDS, **reply: object) -> None:
        """Question and reply as they are here."""
        now = time()
        question = MessageRecord(
            id="q", thread_id=THREAD, role=Role.USER, text=words, created_at=now,
            status=MessageStatus.SENT, turn=1,
        )  # fmt: skip
        answer = MessageRecord(
            **{
                "id": "a", "thread_id": THREAD, "role": Role.ASSISTANT, "text": "", "turn": 1,
                "created_at": now + 1, "status": MessageStatus.COMPLETE, **reply,
            }
        )  # fmt: skip
        for message in (question, answer):
            await self.journal.save_message(message)
        self.publish(MessageSaved(answer))

    def note_fetched(self) -> list[FetchedMedia]:
        """What is fetched from now on."""
        fetch, found = self.api.media.fetch, []

        async def noted(url: str, told: str) -> FetchedMedia:
            found.append(await fetch(url, told))
            return found[-1]

        self.api.media.fetch = noted
        return found

    async def settled(self) -> MessageRecord:
        """The reply once nobody looks for anything any more."""
        await self.watch._background.settle(20)
        await self.watch._pictures._background.settle(20)
        message = await self.journal.message("a")
        assert message is not None
        return message

    def pictures(self) -> list[bytes]:
        found = JournalReader(self.folder).pictures(THREAD)
        return [(self.folder / one.path).read_bytes() for one in found]


@pytest.fixture
async def desk(tmp_path: Path):
    with real_service(tmp_path / "service") as service:
        api = BackboardApi(service.api)
        journal = await JournalWriter.open(tmp_path / "data")
        desk = Desk(tmp_path / "data", journal, api)
        yield desk
        await desk.watch.aclose()
        await journal.aclose()
        await api.aclose()


def expired(url: str) -> str:
    """The link as it is two hours later."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    query["expires"] = str(int(query["expires"]) - 7_200)
    return parts._replace(query=urlencode(query)).geturl()


async def test_bar_31_pictures_made_after_the_cut_come_with_the_rest_of_the_reply(desk):
    document_id = await desk.draw()
    await desk.keep(status=MessageStatus.INTERRUPTED, error=CUT_SHORT)
    reply = await desk.settled()
    assert (reply.status, reply.details.missing) == (MessageStatus.COMPLETE, None)
    [picture] = JournalReader(desk.folder).pictures(THREAD)
    assert (picture.message_id, picture.remote_id) == ("a", document_id)
    assert (picture.prompt, picture.model) == ("a red boat", "builtin/drawing")
    assert desk.pictures()[0].startswith(b"\x89PNG")
    assert [one.picture.id for one in desk.told if isinstance(one, PictureSaved)] == [picture.id]


async def test_bar_31_a_video_made_after_the_cut_comes_with_the_rest_of_the_reply(desk):
    document_id = await desk.draw(VIDEO)
    await desk.keep(VIDEO, status=MessageStatus.INTERRUPTED, error=CUT_SHORT)
    assert (await desk.settled()).details.missing is None
    [video] = JournalReader(desk.folder).pictures(THREAD)
    assert (video.remote_id, video.is_video) == (document_id, True)
    assert (video.prompt, video.model) == ("a red boat", "builtin/moving-drawing")
    with (desk.folder / video.path).open("rb") as file:
        film = read_motion_jpeg(file)
    assert film is not None
    assert film.duration_s >= 1


async def test_what_had_come_before_the_cut_is_not_fetched_twice(desk):
    await desk.draw()
    await desk.keep(status=MessageStatus.INTERRUPTED, error=CUT_SHORT)
    await desk.settled()
    await desk.keep(status=MessageStatus.INTERRUPTED, error=CUT_SHORT)
    assert (await desk.settled()).details.missing is None
    assert len(desk.pictures()) == 1


async def test_bar_40_a_link_that_expired_before_it_was_fetched_is_asked_for_anew(desk):
    document_id = await desk.draw()
    thread_id = await desk.threads.known_id(THREAD)
    stored = (await desk.api.threads.get(thread_id)).messages[-1]
    [media] = stored.metadata_["generated_media"]
    late = ImageReady(1, expired(media["url"]), document_id)
    with pytest.raises(NetworkError) as refused:
        await desk.api.media.fetch(late.url)
    assert refused.value.code == "media.expired"
    told = await ReplyMedia(desk.api.media.fetch, None).picture(late)
    assert told[0] == late, "without its bytes"
    await desk.keep(details=ReplyDetails(missing=MissingPictures((document_id,))))
    assert (await desk.settled()).details.missing is None
    assert desk.pictures()[0].startswith(b"\x89PNG")


async def test_bar_40_a_picture_that_cannot_be_had_says_so_and_comes_when_it_is_wanted_again(desk):
    document_id = await desk.draw()
    fetch, links = desk.api.media.fetch, []

    async def away(url: str, _told: str) -> object:
        links.append(url)
        raise NetworkError("media.expired", "The link is not good any more (HTTP 403).")

    desk.api.media.fetch = away
    await desk.keep(details=ReplyDetails(missing=MissingPictures((document_id,))))
    given_up = MissingPictures((document_id,), is_given_up=True)
    assert (await desk.settled()).details.missing == given_up
    assert len(links) > 1, "it was asked for anew before"
    await desk.make_watch().resume()
    assert (await desk.settled()).details.missing == given_up, "the person says when"
    desk.api.media.fetch = fetch
    desk.watch.fetch_pictures("a")
    assert (await desk.settled()).details.missing is None
    assert len(desk.pictures()) == 1


async def test_a_picture_that_was_looked_for_as_the_program_died_is_looked_for_again(desk):
    document_id = await desk.draw()
    lacking = ReplyDetails(missing=MissingPictures((document_id,)))
    desk.watch.notice = lambda _event: None  # it dies at once
    await desk.keep(details=lacking)
    desk.watch = desk.make_watch()
    await desk.watch.resume()
    assert (await desk.settled()).details.missing is None
    assert len(desk.pictures()) == 1


async def test_bar_40_a_picture_that_was_kept_is_there_whatever_becomes_of_its_link(desk):
    await desk.draw()
    await desk.keep(status=MessageStatus.INTERRUPTED, error=CUT_SHORT)
    await desk.settled()
    thread_id = await desk.threads.known_id(THREAD)
    await desk.api.threads.delete(thread_id)  # its links answer 404 from now on
    assert desk.pictures()[0].startswith(b"\x89PNG")


def is_dropped(media: FetchedMedia) -> bool:
    return media.video is not None and not media.video.path.exists()


async def test_a_video_that_has_come_meanwhile_leaves_no_file(desk):
    document_id = await desk.draw(VIDEO)
    found = desk.note_fetched()
    known = PictureRecord(
        id="p", thread_id=THREAD, message_id="a", remote_id=document_id, mime_type="video/avi",
        path="", size_bytes=0, created_at=time(),
    )  # fmt: skip
    await desk.journal.keep_picture(known, b"it")
    await desk.keep(VIDEO, details=ReplyDetails(missing=MissingPictures((document_id,))))
    assert (await desk.settled()).details.missing is None
    assert desk.pictures() == [b"it"]
    [video] = found
    assert is_dropped(video)


async def test_a_full_disk_has_a_video_fetched_once_and_no_file_left(desk, monkeypatch):
    document_id = await desk.draw(VIDEO)
    found = desk.note_fetched()

    async def full(*_: object) -> PictureRecord:
        raise StorageError("storage.full", "The disk is full.", retryable=True)

    keep = desk.journal.keep_picture
    monkeypatch.setattr(desk.journal, "keep_picture", full)
    await desk.keep(VIDEO, details=ReplyDetails(missing=MissingPictures((document_id,))))
    given_up = MissingPictures((document_id,), is_given_up=True)
    assert (await desk.settled()).details.missing == given_up
    [video] = found
    assert is_dropped(video)
    monkeypatch.setattr(desk.journal, "keep_picture", keep)
    desk.watch.fetch_pictures("a")
    assert (await desk.settled()).details.missing is None
    assert len(desk.pictures()) == 1


async def test_a_disk_that_is_full_while_a_video_comes_is_not_tried_again_and_again(desk):
    document_id = await desk.draw(VIDEO)
    links = []

    async def full(url: str, _told: str) -> object:
        links.append(url)
        raise StorageError("storage.full", "The disk is full.", retryable=True)

    desk.api.media.fetch = full
    await desk.keep(VIDEO, details=ReplyDetails(missing=MissingPictures((document_id,))))
    assert (await desk.settled()).details.missing == MissingPictures((document_id,), True)
    assert len(links) == 1
