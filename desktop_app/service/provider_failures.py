"""Where a provider's own exceptions become ours: a broken one must not end the service."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from desktop_app.errors import AppError, NetworkError

_log = logging.getLogger(__name__)

_OF_MODELS = {
    "network.unreachable": "model.unreachable",
    "network.timeout": "model.timeout",
    "access.refused": "model.key",
}
_OF_RECOGNISERS = {
    "network.unreachable": "stt.unreachable",
    "network.timeout": "stt.unreachable",
    "access.refused": "stt.key",
}


def code_for_clients(error: AppError) -> str:
    """Of what happened between the service and a provider, not between it and its client."""
    return _OF_MODELS.get(error.code, error.code)


def of_recogniser(error: NetworkError) -> NetworkError:
    """The failure, where it would else be taken for one of the service or its key."""
    code = _OF_RECOGNISERS.get(error.code)
    if code is None:
        return error
    return type(error)(code, str(error), retryable=error.retryable, **error.facts)


@contextmanager
def provider_failures(
    code: str, sentence: str, *, name: Callable[[NetworkError], NetworkError] | None = None
) -> Iterator[None]:
    """Turn whatever a provider raises into an AppError with this code and sentence.

    Args:
        name: Says whose failure of the network, or of a key, it is.

    Raises:
        AppError: The provider's own, or one in place of anything else.
    """
    try:
        yield
    except NetworkError as error:
        if name is None:
            raise
        raise name(error) from error
    except AppError:
        raise
    except Exception as error:  # a missing module, a broken model file: anything may be wrong
        _log.exception("A provider failed")
        raise AppError(code, sentence) from error
