"""Carries out what a person wants of threads and pictures as such, whoever converses in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from desktop_app.engine.ports import Journal
from desktop_app.engine.system_time import SystemTime
from desktop_app.journal.records import ThreadRecord
from desktop_app.link.messages import LinkEvent
from desktop_app.link.thread_messages import (
    ChooseAnswerer,
    DeletePicture,
    DeleteThread,
    MarkThread,
    PictureRemoved,
    PictureSaved,
    PinThread,
    RenameThread,
    RestorePicture,
    RestoreThread,
    ThreadRemoved,
    ThreadSaved,
)
from desktop_app.protocol.commands import Answerer
from desktop_app.tasks import Background

ThreadChange: TypeAlias = (
    RenameThread
    | PinThread
    | MarkThread
    | ChooseAnswerer
    | DeleteThread
    | RestoreThread
    | DeletePicture
    | RestorePicture
)


class ThreadChanges:
    """Changes rows of threads and pictures, and tells the window. Event loop only.

    Of two changes of one kind to one thing the later holds; none stops one of another kind.

    Args:
        journal: Where threads are.
        publish: Takes news for the window.
        background: Runs the changes, and reports what fails.
        end: Ends the conversation of a thread, if there is one.
        renew: Tells it that another one answers.
    """

    def __init__(
        self,
        journal: Journal,
        publish: Callable[[LinkEvent], None],
        background: Background,
        *,
        end: Callable[[str], Awaitable[None]],
        renew: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._publish = publish
        self._background = background
        self._end = end
        self._renew = renew

    def take(self, intent: ThreadChange) -> None:
        """Start to carry it out."""
        self._background.run(self._change(intent), name=_name_of(intent))

    async def _change(self, intent: ThreadChange) -> None:
        match intent:
            case PinThread(thread_id, is_pinned):
                self._tell(await self._journal.mark_thread(thread_id, is_pinned=is_pinned))
            case MarkThread(thread_id, is_unread):
                self._tell(await self._journal.mark_thread(thread_id, is_unread=is_unread))
            case RenameThread():
                await self._rename(intent.thread_id, intent.title)
            case ChooseAnswerer():
                await self._choose(intent.thread_id, intent.who, intent.profile)
            case DeleteThread():
                await self._delete(intent.thread_id)
            case RestoreThread():
                self._tell(await self._journal.restore_thread(intent.thread_id))
            case DeletePicture() | RestorePicture():
                await self._change_picture(intent)

    def _tell(self, thread: ThreadRecord | None) -> None:
        if thread is not None:
            self._publish(ThreadSaved(thread))

    async def _rename(self, thread_id: str, title: str) -> None:
        """An empty title is no title: the thread keeps the one it has."""
        title = title.strip()
        find = self._journal.rename_thread(thread_id, title) if title else None
        self._tell(await (find or self._journal.thread(thread_id)))

    async def _choose(self, thread_id: str, who: Answerer, profile: str) -> None:
        at = SystemTime().wall()
        self._tell(await self._journal.choose_answerer(thread_id, at, who, profile))
        self._renew(thread_id)

    async def _delete(self, thread_id: str) -> None:
        """End its conversation first, or its last words would list the thread again."""
        await self._end(thread_id)
        await self._journal.remove_thread(thread_id)
        self._publish(ThreadRemoved(thread_id))

    async def _change_picture(self, intent: DeletePicture | RestorePicture) -> None:
        if isinstance(intent, DeletePicture):
            await self._journal.remove_picture(intent.picture_id)
            self._publish(PictureRemoved(intent.picture_id))
            return
        picture = await self._journal.restore_picture(intent.picture_id)
        if picture is not None:
            self._publish(PictureSaved(picture))


def _name_of(intent: ThreadChange) -> str:
    """What a task is called: those that undo each other alike."""
    match intent:
        case PinThread():
            return f"pin {intent.thread_id}"
        case MarkThread():
            return f"mark {intent.thread_id}"
        case RenameThread():
            return f"rename {intent.thread_id}"
        case ChooseAnswerer():
            return f"choose {intent.thread_id}"
        case DeleteThread() | RestoreThread():
            return f"keep {intent.thread_id}"
        case DeletePicture() | RestorePicture():
            return f"keep picture {intent.picture_id}"
