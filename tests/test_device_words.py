"""Sound devices are called by name; the system's choice, which has none, by what it is."""

from __future__ import annotations

import pytest

from desktop_app.device_words import device_in_sentence, device_name, device_words


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"device": "USB headset"}, "USB headset"),
        ({"device": "pulse"}, "the default microphone"),
        ({"device": "default", "kind": "loudspeaker"}, "the default loudspeaker"),
        ({"device": "loudspeaker", "kind": "loudspeaker"}, "the loudspeaker"),
        ({}, "the microphone"),
    ],
)
def test_a_device_is_called_within_a_sentence(facts, words):
    assert device_in_sentence(facts) == words


def test_a_device_has_a_name_of_its_own():
    assert device_name("USB headset") == device_words("USB headset") == "USB headset"
    assert device_name("pipewire") == "default microphone"
