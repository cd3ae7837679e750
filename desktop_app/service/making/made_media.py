"""What was made, as the API tells it to people and as a tool tells it to a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from desktop_app.protocol.backboard.messages import Media
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.media.media_store import StoredMedia

_NOTE = (
    "The person sees the result already. Do not write links or ids; say in a few words what it is."
)


def media_of(stored: StoredMedia, links: MediaLinks) -> Media:
    """A stored piece as the API tells it: how it was made, and a link that is good for an hour."""
    made = stored.metadata
    return Media(
        url=links.url(stored.id),
        document_id=stored.id,
        mime_type=stored.mime_type,
        file_size_bytes=stored.file.size_bytes,
        prompt=made.get("prompt") or None,
        model="/".join(one for one in (made.get("provider"), made.get("model")) if one) or None,
        parent_document_ids=list(made.get("parents") or ()) or None,
    )


def made_facts(prompt: str, provider: str, model: str, parents: Sequence[str]) -> dict[str, Any]:
    """The metadata of what was made, which ``media_of`` reads."""
    return {"prompt": prompt, "provider": provider, "model": model, "parents": list(parents)}


def told_of(name: str, made: Sequence[StoredMedia]) -> str:
    """What a model is told: the ids, under ``pictures`` or ``videos``, and what not to say."""
    pieces = [{"document_id": each.id, "mime_type": each.mime_type} for each in made]
    return msgspec.json.encode({name: pieces, "note": _NOTE}).decode()
