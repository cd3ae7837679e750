"""Folders are found, created for the user alone, and refused with a sentence."""

import os
import stat
import sys
from pathlib import Path

import pytest
from platformdirs import PlatformDirs

from desktop_app.errors import StorageError
from desktop_app.paths import DATA_DIR_VARIABLE, find_paths

_XDG = ("DATA", "CONFIG", "CACHE", "STATE")


def test_one_variable_puts_everything_into_one_folder(tmp_path):
    folder = tmp_path / "all of it"
    paths = find_paths({"PARLEY_DATA_DIR": str(folder)})
    assert paths.data == folder
    assert paths.settings == folder / "settings.json"
    assert (paths.cache, paths.logs) == (folder / "cache", folder / "logs")
    assert paths.cache.is_dir()
    assert paths.logs.is_dir()


def test_a_relative_folder_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_paths({"PARLEY_DATA_DIR": "here"}).data == tmp_path / "here"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_folders_are_for_the_user_alone(tmp_path):
    paths = find_paths({"PARLEY_DATA_DIR": str(tmp_path / "new")})
    assert stat.S_IMODE(paths.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(paths.logs.stat().st_mode) == 0o700


_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the variables are those of Linux")


@_LINUX
def test_without_the_variable_the_platform_decides(tmp_path):
    given = {f"XDG_{name}_HOME": str(tmp_path / name) for name in _XDG}
    paths = find_paths(given)
    assert paths.data == tmp_path / "DATA" / "Parley"
    assert paths.settings == tmp_path / "CONFIG" / "Parley" / "settings.json"
    assert paths.cache == tmp_path / "CACHE" / "Parley"
    assert paths.logs == tmp_path / "STATE" / "Parley" / "log"
    assert paths.settings.parent.is_dir()


@_LINUX
@pytest.mark.parametrize("kind", ["absolute", "relative", "missing"])
def test_linux_folders_are_those_that_other_programs_find(tmp_path, monkeypatch, kind):
    monkeypatch.delenv(DATA_DIR_VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in _XDG:
        monkeypatch.delenv(f"XDG_{name}_HOME", raising=False)
        if kind != "missing":
            folder = tmp_path / name if kind == "absolute" else Path(name)
            monkeypatch.setenv(f"XDG_{name}_HOME", str(folder))
    others = PlatformDirs("Parley", appauthor=False)
    assert find_paths(os.environ) == (
        others.user_data_path,
        others.user_config_path / "settings.json",
        others.user_cache_path,
        others.user_log_path,
    )


def test_a_folder_that_cannot_be_made_is_a_clear_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write to the folder") as caught:
        find_paths({"PARLEY_DATA_DIR": str(tmp_path / "file" / "below")})
    assert caught.value.code == "storage.unwritable"
    assert caught.value.facts["folder"].endswith("below")
