"""Puts routes, guard and error answers together."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.types import ASGIApp

from desktop_app.service.assistants.assistant_routes import AssistantRoutes
from desktop_app.service.assistants.thread_routes import ThreadRoutes
from desktop_app.service.documents.document_routes import DocumentRoutes
from desktop_app.service.documents.library import Library
from desktop_app.service.gateway.answering.own_registrations import OwnRegistrations
from desktop_app.service.gateway.run_answers import RunAnswers
from desktop_app.service.gateway.serving.admission import GatewayLimits
from desktop_app.service.gateway.serving.gateway_routes import GatewayRoutes
from desktop_app.service.gateway.state.memory_state import MemoryState
from desktop_app.service.http.error_answers import ERROR_ANSWERS
from desktop_app.service.http.guard import Guard
from desktop_app.service.http.openapi import OpenApi
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.media.media_routes import MediaRoutes
from desktop_app.service.memories.learning import Memories
from desktop_app.service.memories.memory_routes import MemoryRoutes
from desktop_app.service.messages.message_parts import MessageParts
from desktop_app.service.messages.message_routes import MessageRoutes
from desktop_app.service.messages.tool_output_routes import ToolOutputRoutes
from desktop_app.service.models.catalogue import Catalogue
from desktop_app.service.models.model_routes import ModelRoutes
from desktop_app.service.models.voice_routes import VoiceRoutes
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.runs.runs import Runs
from desktop_app.service.sockets.realtime_socket import realtime_route
from desktop_app.service.sockets.voice_socket import voice_route
from desktop_app.service.storage.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with."""

    store: Store
    source: ProviderSource
    runs: Runs
    memories: Memories
    library: Library
    links: MediaLinks
    messages: MessageParts


def build_application(parts: Parts, *, key: str, hosts: tuple[str, ...]) -> ASGIApp:
    """Everything the service answers to, behind the guard."""
    store, runs = parts.store, parts.runs
    answers = RunAnswers(runs, store.conversations, OwnRegistrations(MemoryState()))
    routes = [
        *MessageRoutes(store, runs, parts.messages).routes(),
        *ToolOutputRoutes(store.conversations, runs).routes(),
        *AssistantRoutes(store, parts.library, runs, parts.messages.voiced).routes(),
        *MemoryRoutes(store, parts.memories).routes(),
        *ThreadRoutes(store, runs, parts.messages.voiced, parts.links).routes(),
        *DocumentRoutes(store, parts.library).routes(),
        *ModelRoutes(Catalogue(parts.source)).routes(),
        *VoiceRoutes(parts.source).routes(),
        *MediaRoutes(
            store.media, store.files, parts.links, parts.messages.voiced.message_ids
        ).routes(),
        *GatewayRoutes(answers, parts.source, GatewayLimits()).routes(),
        voice_route(store, parts.source, runs, parts.messages.voiced),
        realtime_route(store, parts.source, runs),
    ]
    application = Starlette(
        routes=[*routes, OpenApi(routes).route()],
        exception_handlers=ERROR_ANSWERS,
    )
    application.router.redirect_slashes = False
    return Guard(application, key=key, hosts=hosts)
