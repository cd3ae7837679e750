"""Which service is talked to: the embedded one, Backboard, or another that a person named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop_app.errors import InputError
from desktop_app.settings import Settings

EMBEDDED = "embedded"
BACKBOARD = "backboard"

KEY_VARIABLE = "PARLEY_PROFILE_KEY"
"""Holds the key of the profile in use, where the keyring shall not be asked."""

_BACKBOARD_API = "https://app.backboard.io/api"


@dataclass(frozen=True, slots=True)
class Profile:
    """A service by name.

    Attributes:
        api_url: Of its Backboard API; empty for the embedded one, which says where it is.
        voice_url: Of its voice gateway; empty where it has none.
    """

    name: str
    api_url: str = ""
    voice_url: str = ""

    @property
    def is_embedded(self) -> bool:
        """It runs on this computer, started by Parley itself."""
        return not self.api_url


def find_profile(settings: Settings, name: str = "") -> Profile:
    """The profile of that name, or the one that the settings choose.

    Raises:
        InputError: ``profile.unknown`` or ``profile.no_address``.
    """
    name = name or settings.profile
    known = _known(settings)
    if name not in known:
        names = ", ".join(known)
        raise InputError(
            "profile.unknown", f'There is no profile "{name}", only: {names}.', name=name
        )
    profile = known[name]
    if profile.is_embedded and name != EMBEDDED:
        raise InputError(
            "profile.no_address",
            f'The profile "{name}" has no base_url in the settings.',
            name=name,
        )
    return profile


def names_of_keys(settings: Settings) -> list[str]:
    """The profiles that may want a key, by which the keyring knows it: all but the embedded."""
    return [name for name in _known(settings) if name != EMBEDDED]


def _known(settings: Settings) -> Mapping[str, Profile]:
    own = {
        name: Profile(name, one.base_url.rstrip("/"), one.voice_url)
        for name, one in settings.profiles.items()
        if name != EMBEDDED
    }
    built_in = {
        EMBEDDED: Profile(EMBEDDED),
        BACKBOARD: Profile(BACKBOARD, _BACKBOARD_API),
    }
    return built_in | own
