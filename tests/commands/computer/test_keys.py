"""Keys are asked for without an echo, kept in the keyring, and never shown."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from desktop_app.commands.computer import keys
from desktop_app.credentials import SERVICE_NAME, Credentials
from desktop_app.errors import InputError
from tests.fakes.keyrings import MemoryKeyring


class Terminal(io.StringIO):
    """Somebody types here."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def credentials(keyring: MemoryKeyring) -> Credentials:
    return Credentials(lambda: keyring)


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_piped_key_is_kept_and_not_shown(monkeypatch, capsys, keyring, credentials):
    piped(monkeypatch, "sk-secret\nmore\n")
    assert keys.set_key("openai", credentials) == 0
    assert keyring.kept == {(SERVICE_NAME, "openai"): "sk-secret"}
    said = capsys.readouterr()
    assert "kept in the keyring" in said.out
    assert "sk-secret" not in said.out + said.err


def test_on_a_terminal_it_is_asked_for_without_an_echo(monkeypatch, keyring, credentials):
    asked: list[str] = []

    def prompt(words: str) -> str:
        asked.append(words)
        return " sk-typed "

    monkeypatch.setattr("sys.stdin", Terminal("never read"))
    monkeypatch.setattr("getpass.getpass", prompt)
    keys.set_key("elevenlabs", credentials)
    assert asked == ["Key for elevenlabs (it is not shown): "]
    assert keyring.kept == {(SERVICE_NAME, "elevenlabs"): "sk-typed"}


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "No key"), (" \n", "No key"), ("two words", "no key"), ("ключ", "no key")],
)
def test_what_is_no_key_changes_nothing(monkeypatch, keyring, credentials, text, words):
    piped(monkeypatch, text)
    with pytest.raises(InputError, match=words):
        keys.set_key("openai", credentials)
    assert not keyring.kept


def test_a_name_that_nothing_has_is_refused_with_the_known_ones(credentials):
    with pytest.raises(
        InputError, match='"opeani", only: openai, elevenlabs, typesafe, language, backboard'
    ):
        keys.set_key("opeani", credentials)


def test_without_a_keyring_the_variable_is_named_and_nothing_kept(monkeypatch):
    piped(monkeypatch, "sk-secret")
    with pytest.raises(InputError, match="Set PARLEY_OPENAI_KEY") as caught:
        keys.set_key("openai")
    assert "sk-secret" not in str(caught.value)


def test_the_list_says_where_each_key_is(monkeypatch, capsys, keyring, credentials):
    keyring.set_password(SERVICE_NAME, "openai", "sk-secret")
    monkeypatch.setenv("PARLEY_ELEVENLABS_KEY", "xi-secret")
    keys.list_keys(as_json=True, credentials=credentials)
    said = capsys.readouterr().out
    found = {each["name"]: each["kept_in"] for each in json.loads(said)}
    assert found == {
        "openai": "keyring",
        "elevenlabs": "PARLEY_ELEVENLABS_KEY",
        "typesafe": "",
        "language": "",
        "backboard": "",
    }
    assert "secret" not in said


def test_the_list_is_a_table_for_people_even_without_a_keyring(capsys):
    keys.list_keys(as_json=False)
    said = capsys.readouterr()
    assert "openai" in said.out
    assert "not set" in said.out
    assert said.err.count("The keyring was not asked") == 1


def test_a_profile_of_the_settings_has_a_key(monkeypatch, tmp_path, keyring, credentials):
    monkeypatch.setenv("PARLEY_DATA_DIR", str(tmp_path))
    profile = {"base_url": "https://example.org/api"}
    Path(tmp_path, "settings.json").write_text(json.dumps({"profiles": {"work": profile}}))
    piped(monkeypatch, "w-1")
    keys.set_key("work", credentials)
    assert keyring.kept == {(SERVICE_NAME, "work"): "w-1"}


def test_a_deleted_key_is_gone_and_the_environment_is_named(
    monkeypatch, capsys, keyring, credentials
):
    keyring.set_password(SERVICE_NAME, "openai", "sk-secret")
    monkeypatch.setenv("PARLEY_OPENAI_KEY", "sk-other")
    keys.delete_key("openai", credentials)
    keys.delete_key("openai", credentials)
    assert not keyring.kept
    assert "PARLEY_OPENAI_KEY still holds one" in capsys.readouterr().out


def test_scripts_are_told_in_json(monkeypatch, capsys, keyring, credentials):
    piped(monkeypatch, "sk-secret\n")
    keys.set_key("openai", credentials, as_json=True)
    keys.delete_key("openai", credentials, as_json=True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows == [{"name": "openai", "kept_in": "keyring"}, {"name": "openai", "kept_in": ""}]
