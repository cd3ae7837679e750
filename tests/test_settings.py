"""Settings survive bad files, keep what they do not know, and are replaced whole."""

import json
import re
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

from desktop_app.languages import NAMES
from desktop_app.settings import (
    AppearanceSettings,
    Settings,
    SpeechSettings,
    VoiceSettings,
    load,
    load_language,
    save,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.json"


@pytest.fixture
def reports():
    return []


def test_a_missing_file_gives_the_defaults(path, reports):
    settings = load(path, report=reports.append)
    assert settings == Settings()
    assert (settings.voice.end_silence_ms, settings.voice.pre_roll_ms) == (600, 300)
    assert reports == []


def test_what_is_saved_is_loaded(path, reports):
    settings = Settings(
        voice=VoiceSettings(end_silence_ms=900, input_device="Mikrofon ü"),
        appearance=AppearanceSettings(theme="dark", reduced_motion=True),
    )
    save(path, settings)
    assert load(path, report=reports.append) == settings
    assert reports == []
    assert [one.name for one in path.parent.iterdir()] == ["settings.json"]


def test_the_model_of_new_threads_moves_to_the_service_that_it_was_chosen_for(path, reports):
    speech = {"home": {"voice": "de"}, "backboard": {"model": "x/y"}}
    before = {"threads": {"model": "a/b"}, "profile": "home", "speech": speech}
    path.write_text(json.dumps(before))
    settings = load(path, report=reports.append)
    home, elsewhere = SpeechSettings(voice="de", model="a/b"), SpeechSettings(model="x/y")
    assert settings.speech == {"home": home, "backboard": elsewhere}
    save(path, replace(settings, profile="backboard"))
    again = load(path, report=reports.append)
    assert (again.speech, reports) == (settings.speech, [])
    assert "model" not in json.loads(path.read_text())["threads"]


@pytest.mark.parametrize("profile", [[], {}, 3, None])
def test_what_was_chosen_moves_though_the_name_of_the_service_is_none(profile, path, reports):
    path.write_text(json.dumps({"threads": {"model": "a/b"}, "profile": profile}))
    settings = load(path, report=reports.append)
    assert settings.profile == Settings().profile
    assert settings.speech_at(settings.profile).model == "a/b"
    assert len(reports) == 1


def test_who_hears_and_speaks_moves_to_the_service_that_it_was_chosen_for(path, reports):
    before = {"heard_by": "builtin/basic", "spoken_by": "", "voice": "de", "tail_ms": 5}
    path.write_text(json.dumps({"voice": before, "profile": "home"}))
    settings = load(path, report=reports.append)
    assert settings.speech == {"home": SpeechSettings("builtin/basic", "", "de")}
    save(path, replace(settings, speech={}, profile="backboard"))
    assert "voice" not in json.loads(path.read_text())["voice"]
    again = load(path, report=reports.append)
    assert (again.speech, again.voice.tail_ms, reports) == ({}, 5, [])


def test_unknown_keys_are_ignored_and_kept(path, reports):
    path.write_text(json.dumps({"voice": {"new": 1}, "later": [2], "profile": "home"}))
    settings = load(path, report=reports.append)
    assert settings == Settings(profile="home")
    save(path, settings)
    found = json.loads(path.read_text())
    assert found["later"] == [2]
    assert found["voice"]["new"] == 1
    assert reports == []


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("voice", "end_silence_ms", "long"),
        ("voice", "end_silence_ms", 50),
        ("voice", "end_silence_ms", True),
        ("voice", "pre_roll_ms", -1),
        ("voice", "barge_in", "maybe"),
        ("voice", "interrupt_after_ms", 50),
        ("voice", "tail_ms", -1),
        ("voice", "endpoint", "nobody"),
        ("voice", "talk_mode", "shout"),
        ("voice", "idle_after_s", 9),
        ("voice", "input_device", None),
        ("appearance", "theme", "pink"),
        ("appearance", "reduced_motion", 1),
        ("language", "local_models", []),
        ("language", "base_url", "http://a\0b"),
        ("network", "ca_file", "/a\ud800"),
        ("network", "proxy", "ftp://host:1"),
        ("network", "proxy", "http://ho st"),
    ],
)
def test_a_bad_value_falls_back_alone_and_is_reported(path, reports, section, key, value):
    path.write_text(json.dumps({section: {key: value}, "profile": "home"}))
    assert load(path, report=reports.append) == Settings(profile="home")
    assert len(reports) == 1
    assert f"{section}.{key}" in reports[0]


def test_a_section_of_the_wrong_shape_falls_back_and_is_reported(path, reports):
    path.write_text(json.dumps({"voice": 3}))
    assert load(path, report=reports.append) == Settings()
    assert reports == ["The setting voice cannot be 3; its default is used."]


def test_a_file_that_an_editor_of_windows_saved_is_read(path, reports):
    path.write_bytes(b'\xef\xbb\xbf{"appearance": {"theme": "dark"}}')
    assert load(path, report=reports.append).appearance.theme == "dark"
    assert not reports


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b"\xff\xfe\x00", b"nul", b"[" * 100_000])
def test_a_corrupt_file_is_set_aside_and_never_lost(path, reports, content):
    path.write_bytes(content)
    assert load(path, report=reports.append) == Settings()
    assert path.with_name("settings.json.broken").read_bytes() == content
    assert not path.exists()
    assert "settings.json.broken" in reports[0]


def test_a_second_corrupt_file_does_not_replace_the_first(path, reports):
    for content in (b"one", b"two"):
        path.write_bytes(content)
        load(path, report=reports.append)
    assert path.with_name("settings.json.broken").read_bytes() == b"one"
    assert path.with_name("settings.json.broken2").read_bytes() == b"two"


def test_saving_over_a_corrupt_file_keeps_its_bytes_too(path, caplog):
    path.write_bytes(b"{")
    save(path, Settings())
    assert path.with_name("settings.json.broken").read_bytes() == b"{"
    assert load(path) == Settings()
    assert "cannot be read" in caplog.text
    caplog.clear()


def test_a_failed_save_leaves_the_old_file(path, monkeypatch):
    save(path, Settings(profile="old"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(path, Settings(profile="new"))
    assert load(path).profile == "old"
    assert [one.name for one in path.parent.iterdir()] == ["settings.json"]


def test_a_file_that_cannot_be_read_now_stays_where_it_is(tmp_path):
    path = tmp_path / "settings.json"
    path.mkdir()  # a folder of that name cannot be read, whoever asks
    reports: list[str] = []
    assert load(path, report=reports.append) == Settings()
    assert "cannot be read" in reports[0]
    assert path.is_dir()


def test_the_readme_names_every_setting_with_its_default():
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|(.*?)\|", readme, re.MULTILINE))
    sections = {name: of for name, of in asdict(Settings()).items() if isinstance(of, dict)}
    defaults = {
        f"{name}.{key}": value for name, of in sections.items() for key, value in of.items()
    }
    assert set(rows) == set(defaults)
    for key, shown in rows.items():
        assert shown.strip(" `") == str(defaults[key]).replace("False", "false")


def test_the_readmes_examples_can_be_used(path, reports):
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)
    assert examples
    for example in examples:
        path.write_text(example)
        assert load(path, report=reports.append) != Settings()
    assert reports == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('{"appearance": {"language": "ar"}}', "ar"),
        ('{"appearance": {"language": "latin"}}', "system"),
        ("{}", "system"),
        ("not JSON", "system"),
    ],
)
def test_the_language_is_read_and_a_broken_file_left_for_who_tells_of_it(tmp_path, text, language):
    path = tmp_path / "settings.json"
    path.write_text(text)
    assert load_language(path) == language
    assert path.read_text() == text


def test_every_language_that_can_be_chosen_has_a_name():
    allowed = next(one for one in fields(AppearanceSettings) if one.name == "language")
    assert allowed.metadata["allowed"] == ("system", *NAMES)
