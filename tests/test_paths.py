"""Folders are found, created for the user alone, and refused with a sentence."""

import stat
import sys

import pytest

from desktop_app.errors import StorageError
from desktop_app.paths import find_paths


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


@pytest.mark.skipif(sys.platform != "linux", reason="the variables are those of Linux desktops")
def test_without_the_variable_the_platform_decides(tmp_path, monkeypatch):
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    paths = find_paths({})
    assert paths.data == tmp_path / "DATA" / "Parley"
    assert paths.settings == tmp_path / "CONFIG" / "Parley" / "settings.json"
    assert paths.cache == tmp_path / "CACHE" / "Parley"
    assert paths.logs.is_relative_to(tmp_path / "STATE" / "Parley")
    assert paths.settings.parent.is_dir()


def test_a_folder_that_cannot_be_made_is_a_clear_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write to the folder") as caught:
        find_paths({"PARLEY_DATA_DIR": str(tmp_path / "file" / "below")})
    assert caught.value.code == "storage.unwritable"
    assert caught.value.facts["folder"].endswith("below")
