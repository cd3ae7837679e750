"""What is deleted can be taken back for a while."""

from __future__ import annotations

import pytest

from desktop_app.ui.panels.deletions import Deletions


@pytest.fixture
def deleted():
    return []


def test_it_is_deleted_when_its_time_is_over(qtbot, deleted):
    deletions = Deletions(undo_ms=1)
    with qtbot.waitSignals([deletions.changed, deletions.changed]):
        deletions.begin("a", lambda: deleted.append("a"))
        assert deletions.is_under_way("a")
        assert deleted == []
    assert deleted == ["a"]
    assert not deletions.is_under_way("a")


def test_what_is_taken_back_stays_and_the_others_go(qtbot, deleted):
    deletions = Deletions(undo_ms=1)
    deletions.begin("a", lambda: deleted.append("a"))
    deletions.begin("b", lambda: deleted.append("b"))
    deletions.begin("b", lambda: deleted.append("b again"))
    deletions.undo("a")
    deletions.undo("a")
    qtbot.waitUntil(lambda: deleted == ["b"])
