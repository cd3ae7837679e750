"""What window and engine say about whole threads and pictures."""

from __future__ import annotations

from msgspec import Struct

from desktop_app.journal.records import PictureRecord, ThreadRecord
from desktop_app.protocol.commands import Answerer
from desktop_app.protocol.events import snake


class RenameThread(Struct, frozen=True, tag=snake):
    thread_id: str
    title: str


class PinThread(Struct, frozen=True, tag=snake):
    """Keep the thread above the others, or let it stand among them again."""

    thread_id: str
    is_pinned: bool


class MarkThread(Struct, frozen=True, tag=snake):
    """Say whether something in the thread is still to be read; opening it reads it."""

    thread_id: str
    is_unread: bool


class ChooseAnswerer(Struct, frozen=True, tag=snake):
    """Who answers in the thread from the next message on; a new thread gets its row now.

    Attributes:
        profile: Of the service that knows these names.
    """

    thread_id: str
    who: Answerer
    profile: str = ""


class ServiceDescribed(Struct, frozen=True, tag=snake):
    """What the settings say of the service that is talked to.

    Attributes:
        name: How it is called now.
        usual_model: ``provider/model`` that answers in threads where none was chosen for it;
            empty leaves the choice to it.
    """

    name: str
    usual_model: str


class WishNextTurn(Struct, frozen=True, tag=snake):
    """Who answers, hears and speaks in the next spoken turn alone; nobody takes it back."""

    thread_id: str
    who: Answerer


class NextTurnTaken(Struct, frozen=True, tag=snake):
    """A spoken turn had whom ``WishNextTurn`` wished; the one after has not."""

    thread_id: str


class DeleteThread(Struct, frozen=True, tag=snake):
    """Hide now, remove for good later: ``RestoreThread`` brings it back."""

    thread_id: str


class RestoreThread(Struct, frozen=True, tag=snake):
    thread_id: str


class DeletePicture(Struct, frozen=True, tag=snake):
    """Hide now, remove for good later: ``RestorePicture`` brings it back."""

    picture_id: str


class RestorePicture(Struct, frozen=True, tag=snake):
    picture_id: str


class ThreadSaved(Struct, frozen=True, tag=snake):
    thread: ThreadRecord


class ThreadRemoved(Struct, frozen=True, tag=snake):
    thread_id: str


class PictureSaved(Struct, frozen=True, tag=snake):
    """A picture that was made is in the journal, or is there again."""

    picture: PictureRecord


class PictureRemoved(Struct, frozen=True, tag=snake):
    picture_id: str


ThreadIntent = (
    RenameThread
    | PinThread
    | MarkThread
    | ChooseAnswerer
    | WishNextTurn
    | DeleteThread
    | RestoreThread
    | DeletePicture
    | RestorePicture
)
ThreadEvent = (
    ThreadSaved | ThreadRemoved | ServiceDescribed | NextTurnTaken | PictureSaved | PictureRemoved
)
