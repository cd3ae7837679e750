"""The table of keys and the window's shortcuts are the same."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut

from desktop_app.ui.button import Button
from desktop_app.ui.shortcuts import BY_NAME, TABLE, conflict, keys_of, rebind


def test_every_shortcut_of_the_window_stands_in_the_table_once_and_the_other_way_round(desk):
    bound = sorted(one.key().toString() for one in desk.window.findChildren(QShortcut))
    fixed = {QKeySequence(one.keys).toString() for one in TABLE if one.is_fixed}
    known = sorted(QKeySequence(one.keys).toString() for one in TABLE if not one.is_fixed)
    assert [keys for keys in bound if keys not in fixed] == known


def test_no_two_of_the_table_are_in_each_others_way():
    assert [
        one.name for one in TABLE if not one.is_fixed and conflict(one.name, one.keys, {})
    ] == []
    assert len(BY_NAME) == len(TABLE)


def test_a_choice_counts_for_what_may_be_bound_anew_only():
    chosen = {"new": "Ctrl+T", "send": "F9", "quit": 7, "gallery": ""}
    assert keys_of("new", chosen) == "Ctrl+T"
    assert keys_of("send", chosen) == "Return"
    assert keys_of("quit", chosen) == "Ctrl+Q"
    assert keys_of("gallery", chosen) == ""


def test_keys_that_a_person_gave_away_are_no_default_of_a_newer_shortcut():
    chosen = {"gallery": "Ctrl+Shift+B", "send": "Ctrl+F", "unknown": "Ctrl+K"}
    assert keys_of("gallery", chosen) == "Ctrl+Shift+B"
    assert keys_of("copy_code", chosen) == ""
    assert keys_of("find", chosen) == "Ctrl+F", "what is fixed cannot have been chosen"
    assert keys_of("search", chosen) == "Ctrl+K", "nor what is not there"


def test_what_a_chosen_key_left_is_free_and_what_it_took_is_not():
    chosen = {"new": "Ctrl+T"}
    assert conflict("find", "Ctrl+N", chosen) == ""
    assert conflict("find", "Ctrl+T", chosen) == "Ctrl+T is taken: New thread."
    assert conflict("new", "Ctrl+T", chosen) == ""
    assert conflict("find", "", chosen) == ""
    assert conflict("find", "Ctrl+Space", chosen) == "Ctrl+Space is taken: Talk, anywhere."


def test_tooltips_say_the_keys_of_now_and_those_of_later_too(desk, qtbot):
    search = desk.window.threads.search
    assert search.toolTip().endswith("(Ctrl+K)")
    rebind(desk.window, desk.window.look.tips, {"search": "Ctrl+J", "settings": ""})
    assert search.toolTip().endswith("(Ctrl+J)")
    assert "Settings" in [one.toolTip() for one in desk.window.findChildren(Button)]
    later = Button(desk.window.look, desk.window, icon="plus", says="Find")
    later.describe("Search", "Ctrl+K")
    assert later.toolTip() == "Search (Ctrl+J)"
    rebind(desk.window, desk.window.look.tips, {})
    assert search.toolTip().endswith("(Ctrl+K)")
    assert later.toolTip() == "Search (Ctrl+K)"
