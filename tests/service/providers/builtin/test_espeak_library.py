"""The library itself, on the thread of the test."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.builtin.espeak_library import EspeakLibrary


def test_it_stops_as_soon_as_it_is_told_to():
    library = EspeakLibrary()
    pieces: list[bytes] = []

    def stop_at_the_third(piece: bytes) -> bool:
        pieces.append(piece)
        return len(pieces) == 3

    library.synthesize("and so it goes on " * 50, "en-us", 175, stop_at_the_third)
    library.close()
    assert len(pieces) == 3


def test_its_rate_is_what_the_resampler_expects():
    library = EspeakLibrary()
    assert library.rate_hz == pytest.approx(22_050)
    library.close()
