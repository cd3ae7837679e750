"""What can be measured is there, can be chosen by part or by figure, and fails alone."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks.figures import Figure, Spread
from tests.benchmarks.test_records import FIGURE

ALL = [one for measurements in bench.PARTS.values() for one in measurements]


@pytest.mark.parametrize("one", ALL, ids=str)
def test_each_measurement_is_a_function_of_its_module(one):
    spec = find_spec(f"tests.benchmarks.{one.module}")
    assert spec is not None
    assert spec.origin is not None
    assert f"def {one.function}(" in Path(spec.origin).read_text(encoding="utf-8")


def test_a_part_and_a_figure_can_be_chosen():
    chosen = bench.chosen(["streams", "V3", "W7"])
    assert list(chosen) == ["voice", "streams", "window"]
    assert [one.module for one in chosen["voice"]] == ["hearing"]
    assert len(chosen["streams"]) == len(bench.PARTS["streams"])


def test_what_is_unknown_is_refused_with_what_is_known(capsys):
    assert bench.main(["V77"]) == 2
    assert "V3" in capsys.readouterr().err


def test_what_fails_costs_no_other_figure(monkeypatch, tmp_path, capsys):
    def measured(one: bench.Measurement) -> list[Figure]:
        if one.function == "sending":
            raise TimeoutError("nobody answered")
        return [Figure(one.figures, "measured", "ms", Spread.of([1.0]), "", True)]

    monkeypatch.setattr(bench, "LATEST", tmp_path)
    monkeypatch.setattr(bench.Measurement, "run", measured)
    assert bench.main(["V3", "V4"]) == 1
    out, err = capsys.readouterr()
    assert "V4" in out
    assert "Not measured: V3 (hearing.sending)" in err
    assert (tmp_path / "voice.json").exists()


def test_a_coroutine_is_run(monkeypatch):
    async def figures() -> list[Figure]:
        return [FIGURE]

    monkeypatch.setattr(
        bench, "import_module", lambda _name: type("Module", (), {"figures": figures})
    )
    assert bench.Measurement("S1", "streams").run() == [FIGURE]
