"""What is known of models by their names: limits and prices, from ``resources/models``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from desktop_app import resources
from desktop_app.protocol.backboard.models import ModelInfo

_DATED = re.compile(r"-\d{4}-?\d{2}-?\d{2}$|-latest$")


class KnownModels:
    """The file of one provider.

    Args:
        facts: Its content: ``preferred`` names by type; ``models``; ``families`` that describe
            the names which no model has, the first that matches; ``by_type`` for all of a type.
    """

    def __init__(self, facts: dict[str, Any]) -> None:
        self._preferred: dict[str, list[str]] = facts["preferred"]
        self._models: dict[str, dict[str, Any]] = {each["name"]: each for each in facts["models"]}
        self._families: list[dict[str, Any]] = facts["families"]
        self._by_type: dict[str, dict[str, Any]] = facts["by_type"]

    def describe(self, name: str, provider: str) -> ModelInfo | None:
        """What a name says, with or without a date at its end; None for what is of no use."""
        known = self._models.get(name) or self._models.get(_DATED.sub("", name)) or self._like(name)
        model_type = known.get("model_type", "llm")
        if not model_type:
            return None
        own = {key: value for key, value in known.items() if key != "pattern"}
        row = {**self._by_type.get(model_type, {}), **own, "name": name, "provider": provider}
        return msgspec.convert(row, ModelInfo)

    def preferred(self, model_type: str) -> Sequence[str]:
        """Names, the one to use by default first."""
        return self._preferred.get(model_type, ())

    def of_type(self, model_type: str, provider: str) -> list[ModelInfo]:
        """All models of one type, the one to use by default first."""
        rows = [self.describe(name, provider) for name in self._models]
        found = [row for row in rows if row is not None and row.model_type == model_type]
        return self.in_order(found, model_type)

    def in_order(self, rows: Sequence[ModelInfo], model_type: str) -> list[ModelInfo]:
        """The preferred ones first, the others as they were."""
        places = {name: place for place, name in enumerate(self.preferred(model_type))}
        return sorted(rows, key=lambda row: places.get(row.name, len(places)))

    def _like(self, name: str) -> dict[str, Any]:
        lowered = name.lower()
        for family in self._families:
            if re.search(family["pattern"], lowered):
                return family
        return {"model_type": ""}


@cache
def known_models(provider: str) -> KnownModels:
    """What is known of this provider's models, or of any."""
    path = resources.path(f"models/{provider}.json")
    if not path.is_file():
        path = resources.path("models/any.json")
    return KnownModels(json.loads(path.read_text(encoding="utf-8")))
