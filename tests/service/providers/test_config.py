"""What is connected: the environment first, then the keyring, which may be locked or missing."""

from __future__ import annotations

import threading

import pytest

from desktop_app.credentials import SERVICE_NAME, Credentials, Secret
from desktop_app.service.providers.config import ELEVENLABS_URL, OPENAI_URL, read_config


class Keys:
    """A keyring with these keys, which notes what it is asked."""

    def __init__(self, **keys: str) -> None:
        self.keys = keys
        self.asked: set[str] = set()

    def get_password(self, service: str, username: str) -> str | None:
        assert service == SERVICE_NAME
        self.asked.add(username)
        return self.keys.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing is written")

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("nothing is deleted")


class Locked(Keys):
    """Waits for a password that nobody enters."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.opened.wait(30)
        return None


async def test_nothing_set_means_nothing_leaves_this_computer():
    config = await read_config({}, Credentials(Keys))
    assert config.language_url == ""
    assert not config.openai_key
    assert not config.elevenlabs_key
    assert (config.openai_url, config.elevenlabs_url) == (OPENAI_URL, ELEVENLABS_URL)
    assert config.local_models == "auto"


async def test_keys_come_from_the_keyring():
    keyring = Keys(openai="sk-1", elevenlabs="xi-1", typesafe="ts-1", language="l-1")
    environment = {"PARLEY_LANGUAGE_URL": "http://127.0.0.1:9/v1"}
    config = await read_config(environment, Credentials(lambda: keyring))
    assert config.openai_key == Secret("sk-1")
    assert config.elevenlabs_key == Secret("xi-1")
    assert config.typesafe_key == Secret("ts-1")
    assert config.language_key == Secret("l-1")


async def test_the_environment_is_stronger_than_the_keyring():
    keyring = Keys(openai="kept", elevenlabs="kept")
    environment = {
        "PARLEY_OPENAI_KEY": "given",
        "PARLEY_OPENAI_URL": "http://127.0.0.1:9/v1",
        "PARLEY_OPENAI_MODEL": "small",
    }
    config = await read_config(environment, Credentials(lambda: keyring))
    assert config.openai_key == Secret("given")
    assert (config.openai_url, config.openai_model) == ("http://127.0.0.1:9/v1", "small")
    assert keyring.asked == {"elevenlabs", "typesafe"}


async def test_keys_exported_for_other_programs_are_not_used():
    environment = {
        "OPENAI_API_KEY": "sk-other",
        "ELEVENLABS_API_KEY": "xi-other",
        "TYPESAFE_API_KEY": "ts-other",
    }
    config = await read_config(environment, Credentials(Keys))
    assert not config.openai_key
    assert not config.elevenlabs_key
    assert not config.typesafe_key


async def test_models_of_the_configured_server_are_named_by_the_environment():
    environment = {"PARLEY_EMBEDDING_MODEL": "bge", "PARLEY_VIDEO_MODEL": "wan"}
    config = await read_config(environment, Credentials(Keys))
    assert (config.embedding_model, config.video_model) == ("bge", "wan")


async def test_a_locked_keyring_counts_as_empty(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    keyring = Locked()
    credentials = Credentials(lambda: keyring, answer_within_s=0.05)
    config = await read_config({"PARLEY_ELEVENLABS_KEY": "xi-given"}, credentials)
    keyring.opened.set()
    assert not config.openai_key
    assert config.elevenlabs_key == Secret("xi-given")
    assert "The key openai is not taken from the keyring" in caplog.text


async def test_a_config_never_prints_a_key():
    config = await read_config({"PARLEY_OPENAI_KEY": "sk-secret"}, Credentials(Keys))
    assert "sk-secret" not in repr(config)
