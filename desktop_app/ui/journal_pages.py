"""Reads the journal page by page into the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from PySide6.QtCore import QTimer

from desktop_app.errors import AppError
from desktop_app.journal.origins import Origin
from desktop_app.journal.records import MessageRecord, PictureRecord, Role, SearchHit, ThreadRecord
from desktop_app.journal.search_query import SearchWish, read_wish
from desktop_app.journal.spending import Spent
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.state import changes
from desktop_app.ui.store import AppStore

PAGE = 200
_LOOK_EVERY_MS = 1_000
_WAITING = "journal.catching_up"
_UNREADABLE = "journal.unreadable"
_OTHERS = ("storage.newer", "storage.older")
"""Another Parley is why it cannot be read; once it can be, that is over."""
_BEFORE_FOUND = 40  # messages read before one that was found, so that it does not stand on top

_Item = TypeVar("_Item")


class Found(NamedTuple):
    """A message in which something was found.

    Attributes:
        times: How often.
    """

    message_id: str
    times: int


class Reader(Protocol):
    """What the window reads of the journal. Called on a worker thread."""

    @property
    def is_catching_up(self) -> bool: ...

    def threads(
        self, limit: int = ..., *, filter_text: str = ..., after: ThreadRecord | None = ...
    ) -> Sequence[ThreadRecord]: ...
    def thread(self, thread_id: str) -> ThreadRecord | None: ...
    def messages(
        self, thread_id: str, limit: int = ..., before: str = ...
    ) -> Sequence[MessageRecord]: ...
    def search(
        self, wish: SearchWish, limit: int = ..., is_stale: Callable[[], bool] | None = ...
    ) -> Sequence[SearchHit]: ...
    def texts(self, thread_id: str) -> Sequence[tuple[str, Role, str]]: ...
    def count_from(self, thread_id: str, message_id: str) -> int: ...
    def pictures(
        self, thread_id: str = ..., limit: int = ..., offset: int = ...
    ) -> Sequence[PictureRecord]: ...
    def picture_count(self, thread_id: str = ...) -> int: ...
    def spent(self, thread_id: str = ..., since_s: float = ...) -> Spent: ...
    def origins(self, memory_ids: Collection[str]) -> Mapping[str, Origin]: ...
    def picture_family(self, picture_id: str) -> Sequence[PictureRecord]: ...
    def cost_of_reply(self, message_id: str) -> float | None: ...
    def files_of_messages(self, *, is_unsent: bool = ...) -> Sequence[str]: ...


class Worker(Protocol):
    """Runs a blocking call on a worker thread."""

    def __call__(self, call: Callable[[], _Item], /) -> Awaitable[_Item]: ...


class JournalPages:
    """The journal as the store shows it. A journal that cannot be read becomes a notice."""

    def __init__(self, store: AppStore, reader: Reader, on_worker: Worker) -> None:
        self._store = store
        self._reader = reader
        self._on_worker = on_worker
        self._searches = 0
        self._readings = 0
        self._look = QTimer(store)
        self._look.setInterval(_LOOK_EVERY_MS)
        self._look.timeout.connect(self._tell_waiting)

    async def threads(self) -> None:
        """Read the page after the last one."""
        after = self._store.state.listed_to
        threads = await self._read(lambda: self._reader.threads(PAGE, after=after))
        has_more = len(threads) == PAGE
        self._store.change(partial(changes.with_threads, threads=threads, has_more=has_more))

    async def thread(self, thread_id: str) -> ThreadRecord | None:
        """A thread that the list has not come to; None where it is unknown or removed."""
        return await self._read_one(lambda: self._reader.thread(thread_id), None)

    async def sums(self, thread_id: str, today_s: float) -> tuple[Spent, Spent] | None:
        """What a thread took, and all threads since the Unix second at which today began.

        None where the journal cannot be read.
        """

        def read() -> tuple[Spent, Spent]:
            return self._reader.spent(thread_id), self._reader.spent(since_s=today_s)

        return await self._read_one(read, None)

    async def origins(self, memory_ids: Collection[str]) -> Mapping[str, Origin]:
        """The turn that each of these memories came from, as far as it is known."""
        return await self._read_one(lambda: self._reader.origins(memory_ids), {})

    async def messages(self, thread_id: str, before: str = "") -> None:
        """Read the newest page of a thread, or the one before a message."""
        messages = await self._read(lambda: self._reader.messages(thread_id, PAGE, before))
        self._store.change(
            partial(
                changes.with_messages,
                thread_id=thread_id,
                page=messages,
                has_older=len(messages) == PAGE,
            )
        )

    async def again(self) -> None:
        """Read once more what is shown: an engine that came has settled what a crash cut."""
        before = self._store.state
        opened = before.conversation
        self._clear(_UNREADABLE)  # unless it cannot be read now either
        if before.are_threads_loaded:
            threads = await self._read(lambda: self._reader.threads(PAGE))
            self._store.change(partial(changes.with_threads_back, threads=threads))
        if opened.is_loaded:
            page = await self._read(lambda: self._reader.messages(opened.thread_id, PAGE))
            self._store.change(partial(changes.with_settled, before=opened, page=page))

    async def messages_from(self, thread_id: str, message_id: str) -> None:
        """Read a thread from a little before this message to its end."""
        count = await self._read_one(lambda: self._reader.count_from(thread_id, message_id), 0)
        limit = max(PAGE, count + _BEFORE_FOUND)
        page = await self._read(lambda: self._reader.messages(thread_id, limit))
        self._store.change(
            partial(
                changes.with_messages,
                thread_id=thread_id,
                page=page,
                has_older=len(page) == limit,
            )
        )

    async def titled(self, text: str) -> tuple[ThreadRecord, ...]:
        """Threads with the text in their titles; none where more is wished for than words."""
        wish = read_wish(text)
        if wish.is_empty or wish.is_filtered:
            return ()
        return await self._read(lambda: self._reader.threads(PAGE, filter_text=wish.words))

    async def said(self, text: str) -> tuple[SearchHit, ...]:
        """Where the words of the text were said.

        A search that another one has overtaken is broken off on its worker.
        """
        self._searches += 1
        number = self._searches
        wish = read_wish(text)
        if wish.is_empty:
            return ()
        is_stale = partial(self._is_overtaken, number)
        return await self._read(lambda: self._reader.search(wish, is_stale=is_stale))

    def _is_overtaken(self, number: int) -> bool:
        """Worker thread."""
        return self._searches != number

    async def found_in(
        self, thread_id: str, text: str, times_in: Callable[[Role, str, str], int]
    ) -> tuple[Found, ...]:
        """In which messages of the thread the text stands, oldest first; nowhere for no text.

        Args:
            times_in: How often the last stands in a message of that role with that text. Called
                on a worker thread.
        """
        if not text:
            return ()

        def found() -> list[Found]:
            rows = self._reader.texts(thread_id)
            counts = (Found(name, times_in(role, written, text)) for name, role, written in rows)
            return [one for one in counts if one.times]

        return await self._read(found)

    async def pictures(
        self, thread_id: str, limit: int, offset: int = 0
    ) -> tuple[PictureRecord, ...]:
        """The newest pictures of a thread, or of all for the empty id."""
        return await self._read(lambda: self._reader.pictures(thread_id, limit, offset))

    async def picture_count(self, thread_id: str) -> int:
        """How many pictures a thread has, or all have."""
        counts = await self._read(lambda: (self._reader.picture_count(thread_id),))
        return counts[0] if counts else 0

    async def picture_family(self, picture_id: str) -> tuple[PictureRecord, ...]:
        """A picture with all its relatives, oldest first."""
        return await self._read(lambda: self._reader.picture_family(picture_id))

    async def cost_of_reply(self, message_id: str) -> float | None:
        """What a reply cost in dollars, where that is known."""
        costs = await self._read(lambda: (self._reader.cost_of_reply(message_id),))
        return costs[0] if costs else None

    async def files_of_messages(self, *, is_unsent: bool) -> set[str] | None:
        """Paths of what goes along with messages, or None where the journal cannot be read."""
        return await self._read_one(
            lambda: set(self._reader.files_of_messages(is_unsent=is_unsent)), None
        )

    async def _read(self, call: Callable[[], Sequence[_Item]]) -> tuple[_Item, ...]:
        return tuple(await self._read_one(call, ()))

    async def _read_one(self, call: Callable[[], _Item], otherwise: _Item) -> _Item:
        self._readings += 1
        if not self._look.isActive():  # each reading would begin the second anew
            self._look.start()
        try:
            found = await self._on_worker(call)
        except AppError as error:
            self._raise(error.code if error.code in _OTHERS else _UNREADABLE, error)
            return otherwise
        finally:
            self._readings -= 1
            if not self._readings:
                self._look.stop()
                self._clear(_WAITING)
        for code in _OTHERS:
            self._clear(code)
        return found

    def _tell_waiting(self) -> None:
        """Readings take long: say what they wait for, where they wait for something."""
        if self._reader.is_catching_up and not self._is_told(_WAITING):
            self._raise(_WAITING)

    def _raise(self, code: str, error: AppError | None = None) -> None:
        level = NoticeLevel.WARNING if error is not None else NoticeLevel.INFO
        notice = Notice(level, code, {"reason": str(error)} if error is not None else {})
        self._store.change(partial(changes.with_notice, notice=notice))

    def _clear(self, code: str) -> None:
        if self._is_told(code):
            self._store.change(partial(changes.without_notice, code=code))

    def _is_told(self, code: str) -> bool:
        return any(one.code == code for one in self._store.state.notices)
