"""Who answers in a thread, as the window knows it."""

from __future__ import annotations

import pytest

from desktop_app.journal.records import ThreadRecord
from desktop_app.protocol.commands import Answerer
from desktop_app.state.answerers import answerer_of, with_answerer
from desktop_app.state.app_state import AppState, Service
from desktop_app.state.changes import with_aside, with_opened

HOME = Service(profile="home", usual_model="own/model")


def state_with(**chosen: str) -> AppState:
    thread = ThreadRecord(id="t", created_at=1.0, updated_at=1.0, **chosen)
    return AppState(threads=(thread,), service=HOME)


@pytest.mark.parametrize(
    ("chosen", "model"),
    [
        ({"model": "a/b", "profile": "embedded"}, "own/model"),
        ({"model": "a/b", "profile": "home"}, "a/b"),
        ({"profile": "home"}, ""),
    ],
)
def test_the_usual_model_answers_only_where_nothing_was_chosen_for_this_service(chosen, model):
    assert answerer_of(state_with(**chosen), "t") == Answerer(model)


def test_a_thread_that_is_begun_has_the_usual_model():
    assert answerer_of(AppState(service=HOME), "new") == Answerer("own/model")


def test_who_is_chosen_at_one_service_leaves_what_was_chosen_at_another():
    state = state_with(model="a/b", profile="embedded")
    (thread,) = with_answerer(state, "t", Answerer("own/model", "tutor"), 2.0).threads
    assert thread.who_at("home") == Answerer("own/model", "tutor")
    assert thread.who_at("embedded") == Answerer("a/b")


def test_who_answers_in_an_open_thread_is_known_before_the_list_has_come_to_it():
    old = ThreadRecord(
        id="old", title="Old", created_at=1.0, updated_at=1.0, model="a/b", profile="home"
    )
    state = with_aside(with_opened(state_with(), "old"), old)
    assert answerer_of(state, "old").model == "a/b"
    changed = with_answerer(state, "old", Answerer("c/d"), 9.0)
    assert [one.title for one in changed.threads if one.id == "old"] == ["Old"]


def test_a_thread_that_is_not_listed_yet_appears_with_who_was_chosen():
    (thread,) = with_answerer(AppState(service=HOME), "new", Answerer("c/d"), 2.0).threads
    assert (thread.id, thread.created_at, thread.who_at("home")) == ("new", 2.0, Answerer("c/d"))
