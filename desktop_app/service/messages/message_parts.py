"""What answers messages beyond their words: files, pictures, videos and voices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from desktop_app.service.documents.library import Library
from desktop_app.service.making.sources import Sources
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.messages.message_files import MessageFiles
from desktop_app.service.messages.voiced_message import VoicedMessages
from desktop_app.service.messages.voiced_turns import VoicedTurns, open_voiced_turns
from desktop_app.service.pictures.attached_pictures import AttachedPictures
from desktop_app.service.pictures.picture_tool import picture_tool_maker
from desktop_app.service.pictures.pictures import Pictures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.picture_ports import PICTURE_TOOL
from desktop_app.service.providers.video_ports import VIDEO_TOOL
from desktop_app.service.runs.runs import Runs
from desktop_app.service.storage.store import Store
from desktop_app.service.videos.video_tool import video_tool_maker
from desktop_app.service.videos.videos import Videos


@dataclass(frozen=True, slots=True)
class MessageParts:
    """What ``MessageRoutes`` works with besides store and runs."""

    files: MessageFiles
    pictures: Pictures
    videos: Videos
    voiced: VoicedTurns


@asynccontextmanager
async def open_message_parts(
    store: Store, source: ProviderSource, library: Library, runs: Runs, links: MediaLinks
) -> AsyncIterator[MessageParts]:
    """The parts; the runs get the tools that make pictures and videos."""
    sources = Sources(store.media, AttachedPictures(store.database, store.files))
    pictures = Pictures(store.media, sources, source)
    videos = Videos(store.media, sources, source, store.files.scratch)
    runs.host(PICTURE_TOOL, picture_tool_maker(pictures, links))
    runs.host(VIDEO_TOOL, video_tool_maker(videos, links))
    voices = VoicedMessages(source, store.media, links)
    async with open_voiced_turns(store, runs, voices) as voiced:
        yield MessageParts(MessageFiles(library, store.media), pictures, videos, voiced)
