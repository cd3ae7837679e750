"""Which service a name stands for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.errors import InputError
from desktop_app.profiles import BACKBOARD, EMBEDDED, Profile, find_profile
from desktop_app.settings import ProfileSettings, Settings, load, save

WORK = ProfileSettings("https://work.example/api/", "wss://work.example/v1/voice/ws")


def test_without_any_setting_it_is_the_embedded_service():
    profile = find_profile(Settings())
    assert profile == Profile(EMBEDDED)
    assert profile.is_embedded


def test_a_name_on_the_command_line_is_stronger_than_the_setting():
    settings = Settings(profile=BACKBOARD, profiles={"work": WORK})
    assert find_profile(settings).api_url == "https://app.backboard.io/api"
    work = find_profile(settings, "work")
    assert work == Profile("work", "https://work.example/api", "wss://work.example/v1/voice/ws")
    assert not work.is_embedded


def test_backboard_may_live_at_another_address():
    settings = Settings(profiles={BACKBOARD: ProfileSettings("https://near.example/api")})
    assert find_profile(settings, BACKBOARD).api_url == "https://near.example/api"


@pytest.mark.parametrize("name", [EMBEDDED, BACKBOARD])
def test_a_built_in_service_takes_a_realtime_model_and_keeps_its_address(name: str):
    own = ProfileSettings(realtime="openai/gpt-realtime", realtime_voice="verse")
    plain = find_profile(Settings(), name)
    found = find_profile(Settings(profiles={name: own}), name)
    assert found == replace(plain, realtime="openai/gpt-realtime", realtime_voice="verse")


def test_the_embedded_service_has_no_other_address():
    moved = Settings(profiles={EMBEDDED: WORK})
    assert find_profile(moved).is_embedded


@pytest.mark.parametrize(
    ("name", "words"), [("other", "embedded, backboard, empty"), ("empty", "no base_url")]
)
def test_what_cannot_be_used_is_said_with_what_can(name: str, words: str):
    settings = Settings(profiles={"empty": ProfileSettings()})
    with pytest.raises(InputError, match=words):
        find_profile(settings, name)


def test_profiles_are_read_from_the_file_and_kept_in_it(tmp_path: Path):
    path = tmp_path / "settings.json"
    profiles = {"work": {"base_url": "https://w/api", "future": 1}, "odd": 3}
    path.write_text(json.dumps({"profile": "work", "profiles": profiles}))
    said: list[str] = []
    settings = load(path, report=said.append)
    assert settings.profiles == {"work": ProfileSettings("https://w/api")}
    assert said == ["The setting profiles.odd cannot be 3; it is left out."]
    save(path, settings)
    assert json.loads(path.read_text())["profiles"]["work"]["future"] == 1
    assert load(path, report=said.append) == settings
