"""Puts routes, guard and error answers together."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.service.assistants.assistant_routes import AssistantRoutes
from desktop_app.service.assistants.thread_routes import ThreadRoutes
from desktop_app.service.documents.document_routes import DocumentRoutes
from desktop_app.service.documents.library import Library
from desktop_app.service.gateway.answering.own_registrations import OwnRegistrations
from desktop_app.service.gateway.console import console
from desktop_app.service.gateway.gateway_socket import GatewaySocket
from desktop_app.service.gateway.run_answers import RunAnswers
from desktop_app.service.gateway.state.memory_state import MemoryState
from desktop_app.service.http.bodies import JsonResponse, Refused
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
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.runs.runs import Runs
from desktop_app.service.sockets.realtime_socket import realtime_route
from desktop_app.service.sockets.voice_socket import voice_route
from desktop_app.service.storage.store import Store

VOICE_PATH = "/v1/voice/ws"

_PASSED_ON = {
    "http.402": HTTPStatus.PAYMENT_REQUIRED,
    "http.429": HTTPStatus.TOO_MANY_REQUESTS,
}
"""Refusals of a provider that mean the same to our client."""


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
        Route("/health", _health, methods=["GET"]),
        Route("/test", console, methods=["GET"]),
        *MessageRoutes(store, runs, parts.messages).routes(),
        *ToolOutputRoutes(store.conversations, runs).routes(),
        *AssistantRoutes(store, parts.library, runs, parts.messages.voiced).routes(),
        *MemoryRoutes(store, parts.memories).routes(),
        *ThreadRoutes(store, runs, parts.messages.voiced, parts.links).routes(),
        *DocumentRoutes(store, parts.library).routes(),
        *ModelRoutes(Catalogue(parts.source)).routes(),
        *MediaRoutes(store.media, store.files, parts.links).routes(),
        WebSocketRoute(VOICE_PATH, GatewaySocket(answers, parts.source).serve),
        voice_route(store, parts.source, runs, parts.messages.voiced),
        realtime_route(store, parts.source, runs),
    ]
    application = Starlette(
        routes=[*routes, OpenApi(routes).route()],
        exception_handlers={
            Refused: _on_refused,
            HTTPException: _on_http,
            AppError: _on_app_error,
            Exception: _on_surprise,
        },
    )
    application.router.redirect_slashes = False
    return Guard(application, key=key, hosts=hosts)


async def _health(_request: Request) -> Response:
    return JsonResponse({"status": "ok"})


async def _on_refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return JsonResponse({"detail": error.detail}, status_code=error.status)


async def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JsonResponse(
        {"detail": error.detail}, status_code=error.status_code, headers=error.headers
    )


async def _on_app_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    wait = {"Retry-After": error.facts["seconds"]} if "seconds" in error.facts else None
    return JsonResponse({"detail": str(error)}, status_code=_status(error), headers=wait)


async def _on_surprise(_request: Request, _error: Exception) -> Response:
    return JsonResponse(
        {"detail": "The service failed unexpectedly."},
        status_code=HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def _status(error: AppError) -> HTTPStatus:
    if error.code in ("thread.busy", "turn.interrupted", "storage.gone"):
        return HTTPStatus.CONFLICT
    if error.code in _PASSED_ON:
        return _PASSED_ON[error.code]
    if isinstance(error, InputError):
        return HTTPStatus.BAD_REQUEST
    if isinstance(error, NetworkError):
        return HTTPStatus.BAD_GATEWAY
    return HTTPStatus.INTERNAL_SERVER_ERROR
