"""Who makes pictures or videos for a message, chosen and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar

import msgspec

from desktop_app.errors import InputError
from desktop_app.service.making.maker_models import Maker, MakerModels
from desktop_app.service.provider_source import Providers, ProviderSource

MAX_PROMPT_CHARACTERS = 32_000

MadeKind = Literal["image", "video"]
_NAMES: dict[MadeKind, str] = {"image": "picture", "video": "video"}

_Maker = TypeVar("_Maker", bound=Maker)
_Asked = TypeVar("_Asked", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class MakerChoice:
    """Who makes it, and how: the ``image_*`` or ``video_*`` fields of a message.

    Attributes:
        provider: Or empty for the preferred one.
        model: Or empty for the provider's default.
        config: Only what a person set.
    """

    provider: str = ""
    model: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)

    def wishing(self, **wished: Any) -> MakerChoice:
        """The choice with what a model wishes beside it: what a person set goes before."""
        told = {name: value for name, value in wished.items() if value}
        return replace(self, config=told | dict(self.config))


def asked_of(kind: MadeKind, arguments: Mapping[str, Any], shape: type[_Asked]) -> _Asked:
    """What a model asks of a tool that makes such things.

    Raises:
        InputError: ``*.bad_arguments``.
    """
    try:
        return msgspec.convert(arguments, shape)
    except msgspec.ValidationError as error:
        raise InputError(
            f"{kind}.bad_arguments", f"These arguments cannot be used: {error}."
        ) from error


def choice_of(settings: Mapping[str, Any]) -> MakerChoice:
    """The choice in the settings of a hosted tool."""
    return MakerChoice(
        settings.get("provider", ""), settings.get("model", ""), settings.get("config", {})
    )


class Makers(Generic[_Maker]):
    """The makers of one kind.

    Args:
        kind: As the API calls it; codes of errors begin with it.
        of: Takes them out of the providers.
        source: Where the providers come from.
    """

    def __init__(
        self,
        kind: MadeKind,
        of: Callable[[Providers], Mapping[str, _Maker]],
        source: ProviderSource,
    ) -> None:
        self._kind = kind
        self._of = of
        self._source = source
        self._models = MakerModels()

    async def chosen(self, choice: MakerChoice) -> _Maker:
        """Who makes it.

        Raises:
            InputError: ``*.none`` or ``*.unknown_provider``.
            AppError: The providers could not be opened.
        """
        makers = self._of(await self._source.get())
        if not makers:
            raise InputError(
                f"{self._kind}.none", f"There is nobody here who makes {_NAMES[self._kind]}s."
            )
        if choice.provider and choice.provider.lower() not in makers:
            raise InputError(
                f"{self._kind}.unknown_provider",
                f"There is no {self._kind} provider {choice.provider!r} here, only"
                f" {', '.join(sorted(makers))}.",
            )
        return makers[choice.provider.lower()] if choice.provider else next(iter(makers.values()))

    async def check(self, choice: MakerChoice) -> None:
        """Refuse who cannot make it here, as far as the makers say with what, and how.

        Raises:
            InputError: ``*.none``, ``*.unknown_provider``, ``*.unknown_model`` or ``*.config``.
            AppError: The providers could not be opened.
        """
        maker = await self.chosen(choice)
        known = await self._models.names(maker) if choice.model else ()
        if known and choice.model.lower() not in (each.lower() for each in known):
            raise InputError(
                f"{self._kind}.unknown_model",
                f"{maker.provider} has no {self._kind} model {choice.model!r} here, only"
                f" {', '.join(known)}.",
            )
        maker.check(choice.config)

    async def named(self, choice: MakerChoice) -> tuple[str, str]:
        """Provider and model, as far as the provider says it.

        Raises:
            InputError, AppError: As ``chosen``.
        """
        maker = await self.chosen(choice)
        return maker.provider, await self.model(maker, choice)

    async def model(self, maker: _Maker, choice: MakerChoice) -> str:
        """The model that makes it, as far as the maker says."""
        return choice.model or next(iter(await self._models.names(maker)), "")

    def prompt(self, text: str) -> str:
        """What shall be made, without space around it.

        Raises:
            InputError: ``*.no_prompt`` or ``*.long_prompt``.
        """
        prompt = text.strip()
        name = _NAMES[self._kind]
        if not prompt:
            raise InputError(f"{self._kind}.no_prompt", f"Say what the {name} shall show.")
        if len(prompt) > MAX_PROMPT_CHARACTERS:
            raise InputError(
                f"{self._kind}.long_prompt",
                f"A {name}'s description has at most {MAX_PROMPT_CHARACTERS} characters.",
            )
        return prompt
