"""What an operator may set, and what is said where it cannot be meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desktop_app.errors import InputError
from desktop_app.service.gateway.gateway_config import (
    GatewayConfig,
    check_exposure,
    environment_with_file,
    language_root,
    read_gateway_config,
)

COMPLETE = {
    "ELEVENLABS_API_KEY": "sk-eleven",
    "ELEVENLABS_VOICE_ID": "rachel",
    "LLM_API_KEY": "sk-llm",
    "LLM_PROVIDER": "custom",
    "LLM_MODEL": "llama-3.3-70b-versatile",
    "LLM_BASE_URL": "https://llm.example/openai/",
    "LLM_SYSTEM_PROMPT": "Be brief.",
    "BACKEND_BASE_URL": "https://backend.example/",
    "BACKEND_API_KEY": "sk-backend",
    "DEFAULT_REGISTRATION_ID": "abc123-def456",
    "ALLOW_FRONTEND_BACKEND_AUTH": "false",
    "GATEWAY_TOKEN": "a-token-of-some-length",
    "GATEWAY_ORIGINS": "https://one.example, https://Two.example",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


def test_every_name_of_the_contract_is_taken_over():
    config = read_gateway_config(COMPLETE)
    assert config.providers.elevenlabs_key.reveal() == "sk-eleven"
    assert config.providers.elevenlabs_voice == "rachel"
    assert (config.llm.provider, config.llm.model) == ("custom", "llama-3.3-70b-versatile")
    assert config.llm.system_prompt == "Be brief."
    assert config.providers.language_url == "https://llm.example/openai/v1"
    assert config.backend.base_url == "https://backend.example"
    assert config.backend.registration_id == "abc123-def456"
    assert config.backend.allows_clients is False
    assert config.origins == ("https://one.example", "https://two.example")
    assert config.redis_url == "redis://127.0.0.1:6379/0"


def test_nothing_at_all_is_a_gateway_with_what_is_built_in():
    config = read_gateway_config({})
    assert not config.llm
    assert not config.token
    assert config.backend.allows_clients is False, "clients bring no keys unless it is said"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BACKEND_BASE_URL": "https://backend.example/v1/chat"}, "leave “/v1/chat” away"),
        ({"BACKEND_BASE_URL": "https://backend.example/v1/register"}, "leave “/v1/register” away"),
        ({"BACKEND_BASE_URL": "backend.example"}, "begins with https://"),
        ({"BACKEND_BASE_URL": "http://[::1"}, "begins with https://"),
        ({"BACKEND_BASE_URL": ""}, "DEFAULT_REGISTRATION_ID needs BACKEND_BASE_URL"),
        ({"ALLOW_FRONTEND_BACKEND_AUTH": "perhaps"}, "must be true or false"),
        ({"STT_PROVIDER": "nobody"}, "must be one of builtin, openai, elevenlabs"),
        ({"TTS_PROVIDER": "openai"}, "needs OPENAI_API_KEY"),
        (
            {"TTS_PROVIDER": "elevenlabs-socket", "ELEVENLABS_API_KEY": ""},
            "TTS_PROVIDER=elevenlabs-socket needs ELEVENLABS_API_KEY",
        ),
        ({"STT_PROVIDER": "elevenlabs", "ELEVENLABS_API_KEY": ""}, "needs ELEVENLABS_API_KEY"),
        ({"LLM_BASE_URL": ""}, "LLM_PROVIDER=custom needs LLM_BASE_URL"),
        ({"GATEWAY_TOKEN": "short"}, "at least 16 characters"),
        ({"GATEWAY_SESSION_LIMIT_S": "1e9"}, "must be a number from 10 to 86400"),
        ({"REDIS_URL": "https://redis.example"}, "begins with redis://"),
        ({"BACKBOARD_API_KEY": "sk-b"}, "only one of them can answer"),
    ],
)
def test_a_fault_is_named_with_its_variable(changes, said):
    with pytest.raises(InputError) as refused:
        read_gateway_config(COMPLETE | changes)
    assert said in str(refused.value)
    assert "sk-" not in str(refused.value), "no key is ever told"


def test_all_faults_are_told_at_once_one_in_a_line():
    with pytest.raises(InputError) as refused:
        read_gateway_config({"GATEWAY_TOKEN": "short", "STT_PROVIDER": "x", "LLM_BASE_URL": "y"})
    assert len(str(refused.value).splitlines()) == 3


def test_a_backend_that_nobody_could_register_with_is_a_fault():
    with pytest.raises(InputError, match="LLM_API_KEY to register with"):
        read_gateway_config({"BACKEND_BASE_URL": "https://backend.example"})


def test_the_environment_wins_over_the_file(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("# a comment\nLLM_MODEL='from file'\nexport GATEWAY_TOKEN=\"a b # c $HOME\"\n")
    found = environment_with_file({"LLM_MODEL": "from environment"}, file)
    assert found == {"LLM_MODEL": "from environment", "GATEWAY_TOKEN": "a b # c $HOME"}
    assert environment_with_file({"A": "b"}, None) == {"A": "b"}


def test_a_file_that_is_named_must_be_there(tmp_path: Path):
    (tmp_path / "sound").write_bytes(b"\xff\xfe")
    for name in ("none", "sound"):
        with pytest.raises(InputError, match="cannot be read"):
            environment_with_file({}, tmp_path / name)


def test_beyond_this_computer_a_token_or_a_word_is_needed():
    everybody = GatewayConfig()
    check_exposure(everybody, "127.0.0.1", lets_everybody_in=False)
    check_exposure(everybody, "0.0.0.0", lets_everybody_in=True)
    check_exposure(read_gateway_config(COMPLETE), "0.0.0.0", lets_everybody_in=False)
    with pytest.raises(InputError, match="GATEWAY_TOKEN"):
        check_exposure(everybody, "0.0.0.0", lets_everybody_in=False)


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://api.groq.com/openai", "https://api.groq.com/openai/v1"),
        ("https://api.groq.com/openai/v1/", "https://api.groq.com/openai/v1"),
        ("https://host/v1beta", "https://host/v1beta"),
        ("https://host", "https://host/v1"),
        ("", ""),
    ],
)
def test_the_version_of_a_language_server_is_appended_where_it_is_missing(url, root):
    assert language_root(url) == root


def test_a_key_without_an_address_is_openais():
    config = read_gateway_config({"LLM_API_KEY": "sk-llm"})
    assert config.providers.language_url == "https://api.openai.com/v1"


def test_no_password_of_an_address_is_told():
    with pytest.raises(InputError) as refused:
        read_gateway_config({"REDIS_URL": "https://:secret-word@redis.example"})
    assert "REDIS_URL" in str(refused.value)
    assert "secret-word" not in str(refused.value)


def test_every_variable_of_the_example_is_read_and_means_what_is_the_default():
    file = Path(__file__).parents[3] / "packaging" / "gateway.env.example"
    lines = [line.removeprefix("# ") for line in file.read_text("utf-8").splitlines()]
    named = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    asked = Asked()
    read_gateway_config(asked)
    assert set(named) == asked.names, "the example names them all and no other"
    defaults = {name: value for name, value in named.items() if value}
    assert read_gateway_config(defaults) == read_gateway_config({})


class Asked(dict[str, str]):
    """Notes which variables are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name, default=None):
        self.names.add(name)
        return default
