"""What becomes of the row of a reply once others work on it too."""

from __future__ import annotations

from desktop_app.engine.bookkeeper import Bookkeeper
from desktop_app.engine.ledger import Ledger
from desktop_app.engine.reply_rows import ReplyRows
from desktop_app.engine.turn_notes import TurnNotes
from desktop_app.engine.turn_times import TurnStopwatch
from desktop_app.journal.records import BEGINNING
from desktop_app.link.messages import LinkEvent, MessageSaved
from desktop_app.protocol.events import ImageReady, ReplyEnded, ReplyStatus
from tests.fakes.journal import MemoryJournal
from tests.fakes.virtual_time import VirtualTime


async def test_the_end_of_its_speech_does_not_bring_back_a_picture_that_was_missing():
    told: list[LinkEvent] = []
    journal, time, ledger = MemoryJournal(), VirtualTime(), Ledger(told.append)
    books = Bookkeeper("a", ledger, journal, time, BEGINNING)
    rows = ReplyRows("a", books, time, lambda: "m")
    notes = TurnNotes(1, TurnStopwatch(time.now))
    late = ImageReady(1, "https://pictures/p", "p")
    rows.illustrate(notes, late)
    rows.note(notes, late)
    rows.end(notes, ReplyEnded(1, ReplyStatus.COMPLETED))
    await ledger.settle()
    assert (await journal.message("m")).lacks_pictures
    await journal.note_missing("m", None)
    rows.save(notes)
    await ledger.settle()
    assert (await journal.message("m")).details.missing is None
    saved = [one.message for one in told if isinstance(one, MessageSaved)]
    assert [one.lacks_pictures for one in saved] == [False, True, False]
