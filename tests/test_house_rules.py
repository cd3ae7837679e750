"""The house rules of conftest.py catch what they are there for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
CONFTEST = Path(__file__).with_name("conftest.py")


@pytest.fixture
def house(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(CONFTEST.parents[1]))
    pytester.makeconftest(CONFTEST.read_text())
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function")
    return pytester


def _outcome(house: pytest.Pytester, source: str) -> pytest.RunResult:
    house.makepyfile(source)
    return house.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")


def test_a_task_left_behind_fails_the_test(house: pytest.Pytester):
    result = _outcome(
        house,
        """
        import asyncio

        kept = []

        async def test_leaves_a_task():
            kept.append(asyncio.create_task(asyncio.Event().wait(), name="forgotten"))
        """,
    )
    assert "forgotten" in result.stdout.str()
    result.assert_outcomes(passed=1, errors=1)


def test_an_unclaimed_warning_fails_the_test(house: pytest.Pytester):
    result = _outcome(
        house,
        """
        import logging

        def test_warns():
            logging.getLogger("x").warning("the disk is full")
        """,
    )
    assert "the disk is full" in result.stdout.str()
    result.assert_outcomes(passed=1, errors=1)


def test_a_claimed_warning_passes(house: pytest.Pytester):
    result = _outcome(
        house,
        """
        import logging

        def test_warns(caplog):
            logging.getLogger("x").warning("the disk is full")
            caplog.clear()
        """,
    )
    result.assert_outcomes(passed=1)


def test_a_window_left_open_fails_the_test(house: pytest.Pytester):
    result = _outcome(
        house,
        """
        from PySide6.QtWidgets import QWidget

        kept = []

        def test_leaves_a_window(qtbot):
            kept.append(QWidget(windowTitle="Forgotten"))
            kept[0].show()
        """,
    )
    assert "QWidget Forgotten" in result.stdout.str()
    result.assert_outcomes(passed=1, errors=1)


def test_nothing_of_the_machine_reaches_a_test(tmp_path: Path):
    assert os.environ["PARLEY_DATA_DIR"].startswith(str(tmp_path))
    assert os.environ["PARLEY_LOCAL_MODELS"] == "off"
    assert not [name for name in os.environ if name.lower().endswith("_proxy")]
