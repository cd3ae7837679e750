"""Links to the media of stored messages: made anew whenever they are read, because they expire."""

from __future__ import annotations

from typing import Any

import msgspec

from desktop_app.protocol.backboard.threads import StoredMessage, Thread
from desktop_app.service.media.media_links import MediaLinks


def with_fresh_links(thread: Thread, links: MediaLinks) -> Thread:
    """The thread with links that work for another hour."""
    if not any(_has_links(message) for message in thread.messages):
        return thread
    messages = [
        _linked_message(message, links) if _has_links(message) else message
        for message in thread.messages
    ]
    return msgspec.structs.replace(thread, messages=messages)


def _has_links(message: StoredMessage) -> bool:
    metadata = message.metadata_
    return metadata is not None and ("generated_media" in metadata or "voice_records" in metadata)


def _linked_message(message: StoredMessage, links: MediaLinks) -> StoredMessage:
    """Metadata may hold anything that a client wrote there, under these names too."""
    metadata = dict(message.metadata_ or {})
    match metadata.get("generated_media"):
        case [*media]:
            metadata["generated_media"] = [_linked(each, "url", links) for each in media]
    match metadata.get("voice_records"):
        case {"tts": tts, **rest}:
            metadata["voice_records"] = {**rest, "tts": _linked(tts, "audio_url", links)}
    return msgspec.structs.replace(message, metadata_=metadata or None)


def _linked(media: Any, name: str, links: MediaLinks) -> Any:
    match media:
        case {"document_id": str(document_id)}:
            return {**media, name: links.url(document_id)}
        case _:
            return media
