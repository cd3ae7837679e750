"""Which of the known models of a provider an account really has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.remote_api import RemoteApi


async def listed_models(
    api: RemoteApi, known: Sequence[ModelInfo], path: str = "/models"
) -> Sequence[ModelInfo]:
    """Those of ``known`` that the provider lists; all, where it keeps no list; never raises."""
    try:
        names = _names(await api.read("GET", path))
    except InputError:  # there is no such address: a server that only speaks and hears
        return known
    except AppError:
        return ()
    return tuple(model for model in known if model.name in names)


def _names(found: Any) -> set[str]:
    rows = found.get("data") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        return set()
    listed = [row for row in rows if isinstance(row, dict)]
    return {str(row.get("id") or row.get("model_id")) for row in listed}
