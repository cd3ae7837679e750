"""Figures are kept as JSON, and those of the repository hold what they are kept for."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.benchmarks.figures import Figure, Spread
from tests.benchmarks.records import RECORDED, record

FIGURE = Figure(
    "S1", "parsing", "us", Spread.of([2.123456, 1.0, 4.0]), "<= 3 us", True, Spread.of([1.0])
)


def test_a_run_is_kept_with_its_date_and_kind_of_machine(tmp_path):
    path = record("streams", [FIGURE], tmp_path / "out" / "bench")
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "streams.json"
    assert kept["part"] == "streams"
    assert datetime.fromisoformat(kept["measured_at"]).tzinfo is not None
    assert set(kept["machine"]) == {"system", "processor", "processors", "python"}
    (figure,) = kept["figures"]
    assert figure["measured"] == {"low": 1.0, "median": 2.123, "high": 4.0, "runs": 3}
    assert (figure["name"], figure["ratio"], figure["is_met"]) == ("S1", 2.123, True)


def test_a_later_run_takes_the_place_of_the_earlier(tmp_path):
    record("streams", [FIGURE, FIGURE], tmp_path)
    path = record("streams", [FIGURE], tmp_path)
    assert len(json.loads(path.read_text(encoding="utf-8"))["figures"]) == 1


def recorded(part: str) -> list[dict[str, object]]:
    kept = json.loads((RECORDED / f"{part}.json").read_text(encoding="utf-8"))
    assert kept["part"] == part
    return list(kept["figures"])


@pytest.mark.parametrize("kind", ["literal", "paraphrased", "misspelt", "held-out"])
@pytest.mark.parametrize("means", ["words", "words and meaning"])
def test_the_quality_of_retrieval_is_recorded(kind, means):
    said = [str(figure["what"]) for figure in recorded("retrieval")]
    for within in (1, 5):
        assert f"recall@{within} of 30 {kind} questions, by {means}" in said


def test_the_comparison_of_stream_decoding_with_the_official_sdk_is_recorded():
    compared = [figure for figure in recorded("streams") if figure["name"] in ("S1", "S2")]
    assert len(compared) == 4
    assert all(figure["notes"]["official_sdk_ratio"] > 1 for figure in compared)
