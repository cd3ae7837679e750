"""Which service a name stands for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.errors import InputError
from desktop_app.profiles import (
    BACKBOARD,
    EMBEDDED,
    Profile,
    find_profile,
    from_start,
    key_of,
    name_of,
    with_service,
    without_service,
)
from desktop_app.settings import (
    LanguageSettings,
    NetworkSettings,
    ProfileSettings,
    Settings,
    VoiceSettings,
    load,
    save,
)

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


def test_a_voice_gateway_alone_is_a_service():
    found = find_profile(Settings(profiles={"near": ProfileSettings(voice_url="ws://a/v")}), "near")
    assert (found.is_gateway_alone, found.is_embedded) == (True, False)
    assert not find_profile(Settings(profiles={"work": WORK}), "work").is_gateway_alone
    assert not find_profile(Settings()).is_gateway_alone


@pytest.mark.parametrize(
    ("name", "words"), [("other", "embedded, backboard, empty"), ("empty", "no base_url")]
)
def test_what_cannot_be_used_is_said_with_what_can(name: str, words: str):
    settings = Settings(profiles={"empty": ProfileSettings()})
    with pytest.raises(InputError, match=words):
        find_profile(settings, name)


def test_a_service_that_is_renamed_stays_kept_as_it_was_however_often():
    settings = Settings(profile="work", profiles={"work": WORK}).with_speech("work", model="a/b")
    renamed = with_service(settings, "work", "office", WORK)
    again = with_service(renamed, "office", "bureau", renamed.profiles["office"])
    assert (again.profile, list(again.profiles)) == ("bureau", ["bureau"])
    assert key_of(again, "bureau") == find_profile(again).key == "work"
    assert name_of(again, "work") == "bureau"
    assert again.speech_at("work").model == "a/b"
    back = with_service(again, "bureau", "work", again.profiles["bureau"])
    assert back == settings


def test_a_new_service_does_not_inherit_what_is_kept_of_one_that_had_its_name():
    renamed = with_service(Settings(profiles={"work": WORK}), "work", "office", WORK)
    both = with_service(renamed, "", "work", WORK)
    three = with_service(both, "", "work-2", WORK)
    keys = {name: key_of(three, name) for name in three.profiles}
    assert keys == {"office": "work", "work": "work-2", "work-2": "work-2-2"}
    assert three.profile == "work-2", "a new one is used"


def test_a_built_in_service_keeps_what_is_its_own():
    moved = Settings(profiles={BACKBOARD: replace(WORK, kept_as="work")})
    assert key_of(moved, BACKBOARD) == find_profile(moved, BACKBOARD).key == BACKBOARD
    assert key_of(with_service(moved, BACKBOARD, "near", WORK), "near") == "near"


def test_another_service_that_changes_leaves_the_choice_of_service():
    settings = Settings(profiles={"work": WORK})
    assert with_service(settings, "work", "office", WORK).profile == EMBEDDED


def test_a_service_that_goes_takes_its_choices_in_the_settings_along():
    settings = Settings(profile="work", profiles={"work": WORK, "home": WORK})
    settings = settings.with_speech("work", model="a/b").with_speech("home", model="c/d")
    renamed = with_service(settings, "work", "office", WORK)
    left = without_service(renamed, "office")
    assert (left.profile, list(left.profiles), list(left.speech)) == (EMBEDDED, ["home"], ["home"])
    assert without_service(left, "home").profile == EMBEDDED


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


USED = Settings(profile="work", profiles={"work": WORK})
LANGUAGE = LanguageSettings(base_url="http://127.0.0.1:11434/v1")


@pytest.mark.parametrize(
    "other",
    [
        replace(USED, profile=EMBEDDED),
        replace(USED, network=NetworkSettings(proxy="http://127.0.0.1:3128")),
        replace(USED, network=NetworkSettings(ca_file="ca.pem")),
        with_service(USED, "work", "work", replace(WORK, voice_url="wss://other.example/ws")),
        with_service(USED, "work", "work", replace(WORK, realtime="openai/gpt-realtime")),
    ],
)
def test_another_service_or_network_counts_from_the_next_start_of_an_engine(other):
    assert from_start(other) != from_start(USED)


def test_what_is_followed_at_once_does_not():
    renamed = with_service(USED, "work", "office", WORK)
    spoken = replace(renamed, voice=VoiceSettings(end_silence_ms=900), language=LANGUAGE)
    other = with_service(spoken, "", "unused", ProfileSettings("https://x.example/api"))
    assert from_start(replace(other, profile="office")) == from_start(USED)


def test_a_language_server_counts_for_the_embedded_service():
    assert from_start(replace(Settings(), language=LANGUAGE)) != from_start(Settings())


def test_a_service_that_nobody_knows_counts_as_the_embedded_one_that_stands_in_for_it():
    assert from_start(Settings(profile="gone")) == from_start(Settings())
