"""What a voice gateway answers to, in the embedded service and on its own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from desktop_app.service.gateway.answers import Answers
from desktop_app.service.gateway.console import console
from desktop_app.service.gateway.gateway_socket import GatewaySocket
from desktop_app.service.gateway.serving.admission import Admission, GatewayLimits
from desktop_app.service.gateway.serving.chat_routes import ChatRoutes
from desktop_app.service.gateway.serving.metrics import CONTENT_TYPE, GatewayMetrics
from desktop_app.service.http.bodies import JsonResponse
from desktop_app.service.provider_source import ProviderSource

VOICE_PATH = "/v1/voice/ws"


class GatewayRoutes:
    """The routes, and what they share.

    Args:
        answers: Who answers.
        source: Who hears and speaks.
        limits: How much is taken on.
    """

    def __init__(self, answers: Answers, source: ProviderSource, limits: GatewayLimits) -> None:
        self._admission = Admission(limits)
        self._metrics = GatewayMetrics(lambda: self._admission.sessions)
        self._socket = GatewaySocket(
            answers, source, self._admission, self._metrics, limits.session_s
        )
        self._chat = ChatRoutes(answers, self._metrics, limits.sessions)

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        return [
            Route("/health", _health, methods=["GET"]),
            Route("/metrics", self._tell_metrics, methods=["GET"]),
            Route("/test", console, methods=["GET"]),
            *self._chat.routes(),
            WebSocketRoute(VOICE_PATH, self._socket.serve),
        ]

    async def _tell_metrics(self, _request: Request) -> Response:
        return Response(self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})


async def _health(_request: Request) -> Response:
    return JsonResponse({"status": "ok"})
