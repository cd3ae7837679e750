"""Which providers are opened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import InputError
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.local_servers import Ports
from desktop_app.service.providers.open import open_providers
from desktop_app.service.providers.ports import Recall
from tests.fakes.openai_server import closed_port, openai_server


class NoRecall:
    """Nothing was ever said; the tests here ask for nothing."""

    remember: object
    search: object
    forget: object


@pytest.fixture
def recall() -> Recall:
    return NoRecall()  # type: ignore[return-value]


async def test_without_a_server_the_built_in_responder_answers(recall):
    nowhere = Ports(closed_port(), closed_port(), (closed_port(),))
    providers = await open_providers(ProviderConfig(ports=nowhere), recall)
    language = providers.default_language
    assert (language.provider, language.model) == ("builtin", "basic")
    assert (providers.stt.provider, providers.tts.provider) == ("builtin", "builtin")
    assert list(providers.languages) == ["builtin"]
    await providers.aclose()


async def test_warming_up_loads_what_the_first_turn_needs(recall):
    providers = await open_providers(ProviderConfig(local_models="off"), recall)
    await providers.warm_up()
    await providers.warm_up()
    assert providers.stt._decoders._made == 1
    assert providers.tts._library is not None
    assert providers.default_language._units._registry is not None
    await providers.aclose()


async def test_a_server_on_this_computer_becomes_the_default(recall):
    async with openai_server() as server:
        server.answer("/v1/models", '{"data":[{"id":"m.gguf","owned_by":"llamacpp"}]}')
        ports = Ports(closed_port(), closed_port(), (server.port,))
        providers = await open_providers(ProviderConfig(ports=ports), recall)
        language = providers.default_language
        assert (language.provider, language.model) == ("llamacpp", "m.gguf")
        assert list(providers.languages) == ["llamacpp", "builtin"]
        await providers.aclose()


async def test_a_configured_server_comes_before_all(recall):
    config = ProviderConfig("http://127.0.0.1:9", "mine", Secret("key"), local_models="off")
    providers = await open_providers(config, recall)
    language = providers.default_language
    assert (language.provider, language.model) == ("custom", "mine")
    await providers.aclose()


async def test_with_its_key_openai_answers_before_what_is_found_on_this_computer(recall):
    config = ProviderConfig(openai_key=Secret("sk"), openai_url="http://127.0.0.1:9/v1")
    async with openai_server() as server:
        server.answer("/v1/models", '{"data":[{"id":"m.gguf","owned_by":"llamacpp"}]}')
        ports = Ports(closed_port(), closed_port(), (server.port,))
        providers = await open_providers(replace(config, ports=ports), recall)
        assert list(providers.languages) == ["openai", "llamacpp", "builtin"]
        assert providers.default_language.model
        await providers.aclose()


async def test_a_configured_server_comes_before_openai_and_may_be_openai(recall):
    both = ProviderConfig(
        "http://127.0.0.1:8", openai_key=Secret("sk"), openai_url="http://127.0.0.1:9/v1"
    )
    both = replace(both, local_models="off", openai_model="small")
    providers = await open_providers(both, recall)
    assert list(providers.languages) == ["custom", "openai", "builtin"]
    assert providers.languages["openai"].model == "small"
    await providers.aclose()
    providers = await open_providers(replace(both, language_url="http://127.0.0.1:9"), recall)
    assert list(providers.languages) == ["openai", "builtin"]
    await providers.aclose()


async def test_an_address_that_is_none_is_refused(recall):
    with pytest.raises(InputError, match="not the address"):
        await open_providers(ProviderConfig("http://[", local_models="off"), recall)


async def test_speech_is_heard_and_spoken_on_this_computer_without_a_key(recall):
    providers = await open_providers(ProviderConfig(local_models="off"), recall)
    assert list(providers.transcribers) == ["builtin"]
    assert list(providers.speakers) == ["builtin"]
    await providers.aclose()


async def test_connected_keys_bring_their_providers_before_the_built_in_ones(recall):
    config = ProviderConfig(
        openai_key=Secret("a"),
        openai_url="http://127.0.0.1:9/v1",
        elevenlabs_key=Secret("b"),
        elevenlabs_url="http://127.0.0.1:9",
        local_models="off",
    )
    providers = await open_providers(config, recall)
    assert list(providers.transcribers) == ["openai", "elevenlabs", "builtin"]
    assert list(providers.speakers) == ["openai", "elevenlabs", "builtin"]
    for speech in (*providers.transcribers.values(), *providers.speakers.values()):
        await speech.aclose()
    await providers.aclose()


async def test_who_answers_typed_questions_follows_from_the_key(recall):
    alone = await open_providers(ProviderConfig(local_models="off"), recall)
    assert list(alone.judges) == ["builtin"]
    await alone.aclose()
    config = ProviderConfig(
        typesafe_key=Secret("ts"), typesafe_url="http://127.0.0.1:9", local_models="off"
    )
    connected = await open_providers(config, recall)
    assert list(connected.judges) == ["typesafe", "builtin"]
    for judge in connected.judges.values():
        await judge.aclose()
    await connected.aclose()


async def test_who_draws_and_embeds_follows_from_the_keys_and_what_is_installed(recall, tmp_path):
    alone = await open_providers(ProviderConfig(local_models="off"), recall)
    assert (list(alone.picture_makers), list(alone.embedders)) == (["builtin"], [])
    assert list(alone.video_makers) == ["builtin"]
    await alone.aclose()
    config = ProviderConfig(
        "http://127.0.0.1:8",
        embedding_model="bge",
        video_model="wan",
        openai_key=Secret("sk"),
        openai_url="http://127.0.0.1:9/v1",
        local_models="off",
    )
    config = replace(config, sentence_model=tmp_path)
    connected = await open_providers(config, recall)
    assert list(connected.picture_makers) == ["openai", "builtin"]
    assert list(connected.video_makers) == ["custom", "builtin"]
    assert [row.name for row in await connected.video_makers["custom"].models()] == ["wan"]
    assert [(name, each.model) for name, each in connected.embedders.items()] == [
        ("custom", "bge"),
        ("openai", "text-embedding-3-small"),
        ("builtin", "all-minilm-l6-v2"),
    ]
    await connected.aclose()
