"""The lock file has two parts, says when it is out of step, and holds no address."""

from __future__ import annotations

import lock

PROJECT = """
[project]
requires-python = ">=3.11,<3.14"
dependencies = ["httpx>=0.28", "numpy>=2"]

[dependency-groups]
dev = ["pytest>=8"]
"""
BLOCK = "{}==1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"


def _locked(project: str = PROJECT, *, more: str = "") -> str:
    running = BLOCK.format("httpx") + BLOCK.format("numpy")
    return lock._compose(running + BLOCK.format("pytest") + more, running, project)


def test_a_fresh_lock_has_no_problems():
    assert lock.problems(_locked(), PROJECT) == []


def test_the_first_part_is_what_running_needs():
    part = lock.runtime_part(_locked())
    assert "httpx==1.0" in part
    assert "numpy==1.0" in part
    assert "pytest" not in part


def test_the_whole_file_holds_every_package_once():
    text = _locked()
    assert [text.count(f"{name}==") for name in ("httpx", "numpy", "pytest")] == [1, 1, 1]


def test_a_new_dependency_makes_the_lock_old():
    changed = PROJECT.replace('"numpy>=2"', '"numpy>=2", "soxr"')
    assert "older than pyproject.toml" in lock.problems(_locked(), changed)[0]


def test_a_new_development_dependency_makes_the_lock_old():
    changed = PROJECT.replace('"pytest>=8"', '"pytest>=8", "ruff"')
    assert "older than pyproject.toml" in lock.problems(_locked(), changed)[0]


def test_another_order_of_dependencies_does_not():
    changed = PROJECT.replace('"httpx>=0.28", "numpy>=2"', '"numpy>=2", "httpx>=0.28"')
    assert lock.problems(_locked(), changed) == []


def test_an_address_is_a_problem():
    text = _locked() + "# from https://example.org\n"
    assert "holds an address" in lock.problems(text, PROJECT)[0]


def test_a_package_without_a_hash_is_a_problem():
    assert lock.problems(_locked(more="ruff==2.0\n"), PROJECT) == [
        "requirements.lock has no hash for ruff==2.0"
    ]


def test_the_lock_of_this_checkout_is_in_step():
    assert lock.problems(lock.LOCK.read_text(), lock.PROJECT.read_text()) == []


def test_the_lock_of_this_checkout_pins_the_qt_that_works_on_the_oldest_python():
    assert "pyside6-essentials==6.11." in lock.runtime_part(lock.LOCK.read_text())
