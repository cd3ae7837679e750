"""What is looked for among models."""

from __future__ import annotations

import pytest

from desktop_app.protocol.service_calls import ModelRow
from desktop_app.state.model_wish import ModelWish, fitting, providers_of

SMALL = ModelRow("openai", "gpt-4.1-mini", context=1_000_000, output_usd=1.6, has_tools=True)
LARGE = ModelRow("openai", "gpt-5", context=400_000, output_usd=10.0, has_tools=True, sees=True)
LOCAL = ModelRow("ollama", "llama-4", label="Llama Four", context=8_000, output_usd=0.0)
UNKNOWN = ModelRow("xai", "grok", thinks=True)
ALL = (SMALL, LARGE, LOCAL, UNKNOWN)


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (ModelWish(), ALL),
        (ModelWish(words="GPT openai"), (SMALL, LARGE)),
        (ModelWish(words="four"), (LOCAL,)),
        (ModelWish(words="gpt grok"), ()),
        (ModelWish(provider="xai"), (UNKNOWN,)),
        (ModelWish(least_context=400_000), (SMALL, LARGE)),
        (ModelWish(most_usd=1.6), (SMALL, LOCAL)),
        (ModelWish(most_usd=0.0), (LOCAL,)),
        (ModelWish(sees=True), (LARGE,)),
        (ModelWish(has_tools=True, most_usd=5.0), (SMALL,)),
        (ModelWish(thinks=True), (UNKNOWN,)),
    ],
)
def test_a_wish_leaves_what_fits_all_of_it(wish, found):
    assert fitting(ALL, wish) == found


@pytest.mark.parametrize("typed", ["modele francais", "MODÈLE", "voix modèle"])
def test_case_and_accents_do_not_count(typed: str):
    model = ModelRow("mistral", "voix", label="Modèle Français")
    assert fitting((model, LOCAL), ModelWish(words=typed)) == (model,)


def test_recently_used_models_come_first_in_their_order():
    recent = ("xai/grok", "gone/model", "ollama/llama-4")
    assert fitting(ALL, ModelWish(), recent) == (UNKNOWN, LOCAL, SMALL, LARGE)


def test_providers_are_told_once_and_in_order():
    assert providers_of(ALL) == ("ollama", "openai", "xai")
