"""Parts that every program which talks shares."""

from __future__ import annotations

import pytest

from desktop_app.engine_parts import resample_speech


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_speech_of_any_rate_lasts_as_long_at_ours(rate_hz: int):
    resample = resample_speech(rate_hz)
    second = bytes(rate_hz * 2)
    pieces = [
        resample(second[at : at + 3_000], is_last=False) for at in range(0, len(second), 3000)
    ]
    converted = b"".join(pieces) + resample(b"", is_last=True)
    assert len(converted) / 2 / 24_000 == pytest.approx(1.0, abs=0.001)
