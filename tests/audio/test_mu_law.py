"""Mu-law against the corner points of G.711, and every code against its neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.mu_law import from_mu_law


def samples(sound: bytes) -> list[int]:
    return [int(one) for one in np.frombuffer(from_mu_law(sound), "<i2")]


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xFF, 0), (0x7F, 0), (0x80, 32_124), (0x00, -32_124), (0xFE, 8), (0x7E, -8), (0xEF, 132)],
)
def test_the_corner_points_of_the_standard(code, sample):
    assert samples(bytes([code])) == [sample]


def test_louder_codes_are_louder_and_the_sign_bit_is_a_sign():
    positive = samples(bytes(range(0x80, 0x100)))
    assert positive == sorted(positive, reverse=True)
    assert len(set(positive)) == 128
    assert [-one for one in positive] == samples(bytes(range(0x00, 0x80)))


def test_no_sound_is_no_samples():
    assert from_mu_law(b"") == b""
