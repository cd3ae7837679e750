"""Says of an endpoint what it takes and answers, beside the endpoint; ``openapi`` reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Described:
    """Decorates an endpoint with what ``/openapi.json`` tells about it beyond path and methods.

    Attributes:
        summary: What it does, in one line.
        answer: Type of the JSON of a good answer; ``bytes`` for what is no JSON, None for a
            socket.
        body: Type of the JSON body.
        files: Parts of a form that are files: ``bytes`` for one, ``list[bytes]`` for any number.
            With a ``body`` the three encodings of a message are taken, without one a form alone.
        query: Parameters by name: a type, or the range of a whole number.
        refuses: Statuses of refusals, beyond those that follow from path, query and body.
        streams: Whether the answer is a stream of events where one is asked for.
        status: Of a good answer.
        is_open: Whether no key is asked for.
    """

    summary: str
    _: KW_ONLY
    answer: Any = None
    body: Any = None
    files: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    refuses: tuple[int, ...] = ()
    streams: bool = False
    status: int = 200
    is_open: bool = False

    def __call__(self, endpoint: Endpoint) -> Endpoint:
        vars(endpoint)["described"] = self
        return endpoint


def description_of(endpoint: object) -> Described | None:
    """What an endpoint was decorated with."""
    description: Described | None = getattr(endpoint, "described", None)
    return description
