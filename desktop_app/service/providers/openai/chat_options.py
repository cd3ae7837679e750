"""What a turn asks of a chat server besides words and tools: routing, thinking, web search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.ports import LanguageRequest
from desktop_app.service.providers.unmet import no_routing, no_search, no_thinking

Dialect = Literal["openai", "openrouter", "other"]

_EFFORTS = {"low": "low", "medium": "medium", "high": "high", "max": "high"}
_LOW_BUDGET, _MEDIUM_BUDGET = 4_096, 16_384  # tokens
_SEARCH = "web_search_options"
_ROUTED = {
    "providers": "order",
    "allow_fallbacks": "allow_fallbacks",
    "sort": "sort",
    "ignore": "ignore",
    "max_price": "max_price",
}
"""Names of the API and of OpenRouter's ``provider`` object."""
_OF_ROUTERS = ("allowed_models", "excluded_models", "cost_tier")
_ROUTERS = {"openrouter/auto": "auto-router", "openrouter/auto-beta": "auto-beta-router"}
"""Models of OpenRouter that choose another one, and the plugin that holds their settings."""


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """Fields of a chat's body, and what of the turn's wishes they leave out, in sentences."""

    fields: Mapping[str, Any]
    unmet: tuple[str, ...] = ()

    @property
    def searches(self) -> bool:
        """Whether the server will look things up."""
        plugins = self.fields.get("plugins", ())
        return _SEARCH in self.fields or any(each["id"] == "web" for each in plugins)


def dialect_of(provider: str, root: str) -> Dialect:
    """Whose words a server understands, by its name and address."""
    host = urlsplit(root).hostname or ""
    if host == "openrouter.ai" or host.endswith(".openrouter.ai"):
        return "openrouter"
    return "openai" if provider == "openai" else "other"


def chat_options(
    request: LanguageRequest, model: str, row: ModelInfo | None, dialect: Dialect
) -> ChatOptions:
    """The fields that the server may understand.

    Args:
        request: The turn.
        model: Who shall answer.
        row: What is known of it.
        dialect: Of the server.
    """
    fields: dict[str, Any] = _thinking(request.thinking or {}, dialect)
    plugins: list[dict[str, Any]] = []
    unmet: list[str] = []
    if request.routing:
        if dialect == "openai":
            unmet.append(no_routing("OpenAI is not OpenRouter"))
        else:
            fields |= _routing(request.routing)
            plugins += _router(request.routing, model)
            if not plugins and any(request.routing.get(name) for name in _OF_ROUTERS):
                unmet.append(no_routing(f"{model} does not choose among models", _OF_ROUTERS))
    if request.searches_web:
        if dialect == "openrouter":
            plugins.append({"id": "web"})
        elif row is not None and _SEARCH in (row.supported_parameters or ()):
            fields[_SEARCH] = {}
        else:
            unmet.append(no_search(model))
    if plugins:
        fields["plugins"] = plugins
    return ChatOptions(fields, tuple(unmet))


def unmet_by(names: set[str], model: str) -> list[str]:
    """What is said of fields that a server refused and was asked without."""
    said = []
    if names & {"reasoning", "reasoning_effort"}:
        said.append(no_thinking(model))
    if _SEARCH in names:
        said.append(no_search(model))
    if names & {"provider", "plugins"}:
        said.append(no_routing("the server does not take it"))
    return said


def _thinking(thinking: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    effort = str(thinking.get("effort") or "").lower()
    budget = thinking.get("budget_tokens") or thinking.get("max_tokens")
    if dialect != "openrouter":
        nearest = _EFFORTS.get(effort) or _effort_like(budget)
        return {"reasoning_effort": nearest} if nearest else {}
    wanted: dict[str, Any] = {}
    if budget:  # it takes one of the two, and this one says more
        wanted["max_tokens"] = budget
    elif effort in _EFFORTS:
        wanted["effort"] = "xhigh" if effort == "max" else effort
    if thinking.get("exclude_reasoning"):
        wanted["exclude"] = True
    return {"reasoning": wanted} if wanted else {}


def _effort_like(budget: int | None) -> str:
    if not budget:
        return ""
    if budget <= _LOW_BUDGET:
        return "low"
    return "medium" if budget <= _MEDIUM_BUDGET else "high"


def _routing(routing: Mapping[str, Any]) -> dict[str, Any]:
    named = {theirs: routing.get(ours) for ours, theirs in _ROUTED.items()}
    wanted = {name: value for name, value in named.items() if value is not None}
    return {"provider": wanted} if wanted else {}


def _router(routing: Mapping[str, Any], model: str) -> list[dict[str, Any]]:
    chosen = {name: routing[name] for name in _OF_ROUTERS if routing.get(name)}
    return [{"id": _ROUTERS[model], **chosen}] if chosen and model in _ROUTERS else []
