"""Who answers a gateway's sessions, as the operator configured it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.service.gateway.answering.backboard_answers import BackboardAnswers, BackboardParts
from desktop_app.service.gateway.answering.backend_answers import BackendAnswers
from desktop_app.service.gateway.answering.client_languages import ClientLanguages
from desktop_app.service.gateway.answering.client_wishes import ClientWishes
from desktop_app.service.gateway.answering.kept_conversation import KeptConversations
from desktop_app.service.gateway.answering.language_answers import LanguageAnswers, LanguageParts
from desktop_app.service.gateway.answering.own_registrations import OwnRegistrations
from desktop_app.service.gateway.answering.public_hosts import PublicHosts
from desktop_app.service.gateway.answering.registrations import open_registrations
from desktop_app.service.gateway.answering.streamed_answer import answer_tasks
from desktop_app.service.gateway.answers import Answers
from desktop_app.service.gateway.backend_client import BackendClient
from desktop_app.service.gateway.gateway_config import GatewayConfig
from desktop_app.service.gateway.session_plan import WantedBackend
from desktop_app.service.gateway.state.state import State
from desktop_app.service.provider_source import ProviderSource


@asynccontextmanager
async def open_answers(
    config: GatewayConfig, source: ProviderSource, state: State
) -> AsyncIterator[Answers]:
    """A chat backend where one is set, else Backboard, else a language model.

    When the block ends, answers in progress are stopped, and kept as far as they were written.

    Raises:
        InputError: ``provider.bad_address``
    """
    hosts = PublicHosts(allows_local=config.allows_local_urls)
    wishes = ClientWishes(config.backend, hosts)
    async with AsyncExitStack() as stack:
        if config.backend.base_url:
            client = BackendClient(config.backend)
            stack.push_async_callback(client.aclose)
            registrations = await stack.enter_async_context(
                open_registrations(config.backend, config.llm, client, state)
            )
            answers = await stack.enter_async_context(answer_tasks())
            yield BackendAnswers(answers, client, registrations, wishes)
        elif config.backboard.api_key:
            parts = await _backboard(config, state, wishes, stack)
            answers = await stack.enter_async_context(answer_tasks())
            yield BackboardAnswers(answers, parts)
        else:
            brought = ClientLanguages(config.llm, hosts)
            stack.push_async_callback(brought.aclose)
            answers = await stack.enter_async_context(answer_tasks())
            yield LanguageAnswers(
                answers,
                LanguageParts(
                    source,
                    brought,
                    KeptConversations(state),
                    _own_registrations(config, state),
                    wishes,
                    config.llm.system_prompt,
                ),
            )


async def _backboard(
    config: GatewayConfig, state: State, wishes: ClientWishes, stack: AsyncExitStack
) -> BackboardParts:
    address = ApiAddress(config.backboard.base_url, config.backboard.api_key.reveal())
    return BackboardParts(
        api=await stack.enter_async_context(BackboardApi(address)),
        assistant_id=config.backboard.assistant_id,
        own=WantedBackend(
            provider=config.llm.provider,
            model=config.llm.model,
            system_prompt=config.llm.system_prompt,
        ),
        state=state,
        registrations=_own_registrations(config, state),
        wishes=wishes,
    )


def _own_registrations(config: GatewayConfig, state: State) -> OwnRegistrations:
    """A fleet shares the keys that clients bring, where a token is there to encrypt them with."""
    if not (config.redis_url and config.token):
        return OwnRegistrations(state)
    try:
        # Imported for a fleet alone; where its package is missing, each process keeps its own.
        from desktop_app.service.gateway.state.sealed_state import SealedState
    except ImportError:
        return OwnRegistrations(state)
    return OwnRegistrations(state, SealedState(state, config.token))
