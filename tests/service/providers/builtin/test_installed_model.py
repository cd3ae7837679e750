"""The model of meaning is found where it was installed, without running its package."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.service.providers.builtin import installed_model as finder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "small_model"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('it wants far larger packages')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(finder, "_PACKAGE", "small_model")
    return package


def test_its_files_are_found(package):
    (package / "model" / "model.safetensors").touch()
    assert finder.installed_model() == package / "model"


def test_a_package_without_them_is_none(package):
    assert finder.installed_model() is None


def test_without_the_package_there_is_none(monkeypatch):
    monkeypatch.setattr(finder, "_PACKAGE", "nobody_has_this")
    assert finder.installed_model() is None
