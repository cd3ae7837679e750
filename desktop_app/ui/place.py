"""Where a person is in the window: taken from one that goes, and found again in its successor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from desktop_app.protocol.commands import Answerer
    from desktop_app.ui.chat.conversation_scroll import Anchor
    from desktop_app.ui.compose.unsent import Unsent
    from desktop_app.ui.main_window import MainWindow
    from desktop_app.ui.wiring import Wiring


class Place(NamedTuple):
    """What the state of the application does not say.

    Attributes:
        unsent: What is written or attached and not sent.
        cursor: Where in the composer the person writes.
        page: Name of the page that is shown, or empty.
        setting: Path of the setting that has the keyboard, or empty.
        search: What stands in the search field of the threads.
        tab: Number of the open tab at the right side.
        anchor: What is at the upper edge of the conversation; None where its end is followed.
        next_turns: Who is to answer, hear and speak in the next turn, by thread.
    """

    unsent: Unsent
    cursor: int
    page: str
    setting: str
    search: str
    tab: int
    anchor: Anchor | None
    next_turns: dict[str, Answerer]


def take_place(window: MainWindow, wiring: Wiring, unsent: Unsent) -> Place:
    """Where the person is now."""
    assert window.pane.chat is not None  # it is furnished
    assert window.side is not None
    return Place(
        unsent,
        window.pane.composer.field.textCursor().position(),
        window.pane.page,
        wiring.settings.focused,
        window.threads.search.text(),
        window.side.tabs.open,
        window.pane.chat.place,
        wiring.chat.next_turn.all,
    )


def show_place(place: Place, window: MainWindow, wiring: Wiring) -> None:
    """Bring the person there; the window shows its state already."""
    assert window.pane.chat is not None  # it is furnished
    assert window.side is not None
    wiring.chat.next_turn.restore(place.next_turns)
    window.side.tabs.open_tab(place.tab)
    window.threads.search.setText(place.search)
    field = window.pane.composer.field
    cursor = field.textCursor()
    cursor.setPosition(min(place.cursor, field.document().characterCount() - 1))
    field.setTextCursor(cursor)
    if place.anchor is not None:
        window.pane.chat.show_place(place.anchor)
    window.pane.show_page(place.page)
    if place.setting:
        wiring.settings.focus_on(place.setting)
