"""A package that cannot be imported costs speech, and nothing else."""

from __future__ import annotations

import sys

import pytest

from desktop_app.errors import ChildError
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.open import open_providers


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch):
    for name in ("pocketsphinx_stt", "espeak_tts"):
        monkeypatch.setitem(sys.modules, f"desktop_app.service.providers.builtin.{name}", None)


async def test_what_cannot_be_imported_says_so_when_it_is_asked(broken, caplog):
    providers = await open_providers(ProviderConfig(local_models="off"), None)  # type: ignore[arg-type]
    with pytest.raises(ChildError, match="recogniser could not be loaded"):
        providers.stt.open()
    with pytest.raises(ChildError, match="voice could not be loaded"):
        async for _ in providers.tts.speak("Hi"):
            pass
    assert providers.default_language.provider == "builtin"
    caplog.clear()
    await providers.aclose()


async def test_what_can_be_warmed_up_is(broken, caplog):
    providers = await open_providers(ProviderConfig(local_models="off"), None)  # type: ignore[arg-type]
    with pytest.raises(ChildError):
        await providers.warm_up()
    assert providers.default_language._units._registry is not None
    caplog.clear()
    await providers.aclose()
