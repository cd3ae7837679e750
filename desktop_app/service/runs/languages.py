"""Finds the language provider that a turn names."""

from __future__ import annotations

from desktop_app.errors import InputError
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import Language


class Languages:
    """The language providers, as they are connected now."""

    def __init__(self, source: ProviderSource) -> None:
        self._source = source

    async def get(self, provider: str) -> Language:
        """A language provider by name, or the default one.

        Raises:
            InputError: ``language.unknown``.
            AppError: The providers could not be opened.
        """
        providers = await self._source.get()
        await providers.look_again()
        if not provider:
            return providers.default_language
        found = providers.languages.get(provider)
        if found is None:
            known = ", ".join(sorted(providers.languages))
            raise InputError(
                "language.unknown",
                f"There is no language provider {provider!r} here, only {known}.",
            )
        return found

    async def lost(self, language: Language) -> None:
        """A language server did not answer."""
        (await self._source.get()).lost(language)
