"""What a failed request is answered with: a status, and a sentence in ``detail``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.service.http.bodies import JsonResponse, Refused

_PASSED_ON = {
    "http.402": HTTPStatus.PAYMENT_REQUIRED,
    "http.429": HTTPStatus.TOO_MANY_REQUESTS,
}
"""Refusals of a provider that mean the same to our client."""


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
    return JsonResponse(
        {"detail": str(error), "code": error.code}, status_code=_status(error), headers=wait
    )


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
    if error.code == "backend.not_registered":
        return HTTPStatus.NOT_FOUND
    if isinstance(error, InputError):
        return HTTPStatus.BAD_REQUEST
    if isinstance(error, NetworkError):
        return HTTPStatus.BAD_GATEWAY
    return HTTPStatus.INTERNAL_SERVER_ERROR


ERROR_ANSWERS: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    Refused: _on_refused,
    HTTPException: _on_http,
    AppError: _on_app_error,
    Exception: _on_surprise,
}
"""As the framework takes them: by what was raised."""
