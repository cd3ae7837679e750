"""Opens who answers typed questions, the preferred one first."""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.service.providers.builtin.word_judge import WordJudge
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.judge_ports import Judge
from desktop_app.service.providers.ports import BUILT_IN
from desktop_app.service.providers.typesafe.typesafe_judge import TypeSafeJudge
from desktop_app.service.providers.vector_ports import Embedder


def open_judges(config: ProviderConfig, embedders: Mapping[str, Embedder]) -> dict[str, Judge]:
    """By provider name; ``builtin`` is always there, and asks nobody but this computer.

    Raises:
        InputError: ``provider.bad_address``
    """
    judges: list[Judge] = []
    if config.typesafe_key:
        judges.append(TypeSafeJudge(config.typesafe_url, config.typesafe_key))
    judges.append(WordJudge(embedders.get(BUILT_IN)))
    return {judge.provider: judge for judge in judges}
