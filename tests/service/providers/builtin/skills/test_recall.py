"""Words between the one who speaks and the one who listens; the rest is in test_responder."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.builtin.skills.recall import other_person


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("my dog is called Rex", "your dog is called Rex"),
        ("I am allergic to nuts", "you are allergic to nuts"),
        ("you are my friend", "I'm your friend"),
        ("you owe me ten euros", "I owe you ten euros"),
        ("the key is under the mat", "the key is under the mat"),
    ],
)
def test_persons_change_sides(said, told):
    assert other_person(said) == told
