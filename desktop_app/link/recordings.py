"""What window and engine say about recordings; the rest of the link's words are in ``messages``."""

from __future__ import annotations

from msgspec import Struct

from desktop_app.protocol.events import snake


class PlayUtterance(Struct, frozen=True, tag=snake):
    """Let a recording be heard, from ``from_ms`` on, instead of one that plays already.

    Refused with a notice while somebody has the floor; a turn that begins ends it.
    """

    utterance_id: str
    from_ms: int = 0


class PlayNote(Struct, frozen=True, tag=snake):
    """As ``PlayUtterance``, for the file of a voice note; the news are of ``note_id``."""

    note_id: str
    path: str


class StopUtterance(Struct, frozen=True, tag=snake):
    """Silence the recording that plays. Idempotent."""


class SaveUtterance(Struct, frozen=True, tag=snake):
    """Write a recording to this file as WAV; answered by a notice."""

    utterance_id: str
    path: str


class DiscardUtterance(Struct, frozen=True, tag=snake):
    """Delete a recording for good, and its message too if nobody knows its words."""

    utterance_id: str


class RecordingPlayed(Struct, frozen=True, tag=snake):
    """How far a recording has been heard, about 5 times a second.

    Attributes:
        is_over: It has ended, or was ended; there is no more news of it.
    """

    utterance_id: str
    position_ms: int
    duration_ms: int
    is_over: bool = False


class RecordingsRemoved(Struct, frozen=True, tag=snake):
    """The sound of these utterances is gone for good; their messages have none any more.

    Attributes:
        utterance_ids: Of a voice note, the message's id.
    """

    utterance_ids: tuple[str, ...]
