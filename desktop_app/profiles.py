"""Which service is talked to: the embedded one, Backboard, or another that a person named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop_app.errors import InputError
from desktop_app.settings import ProfileSettings, Settings

EMBEDDED = "embedded"
BACKBOARD = "backboard"

KEY_VARIABLE = "PARLEY_PROFILE_KEY"
"""Holds the key of the profile in use, where the keyring shall not be asked."""

_ADDRESSES = {EMBEDDED: "", BACKBOARD: "https://app.backboard.io/api"}


@dataclass(frozen=True, slots=True)
class Profile:
    """A service by name.

    Attributes:
        api_url: Of its Backboard API; empty for the embedded one, which says where it is.
        voice_url: Of its voice gateway; empty where it has none.
        realtime: ``provider/model`` to be spoken to over the realtime socket; empty for none.
        realtime_voice: The voice of that model; empty for its choice.
    """

    name: str
    api_url: str = ""
    voice_url: str = ""
    realtime: str = ""
    realtime_voice: str = ""

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
    own = {name: _profile(name, one) for name, one in settings.profiles.items()}
    built_in = {name: _profile(name, ProfileSettings()) for name in _ADDRESSES}
    return built_in | own


def _profile(name: str, own: ProfileSettings) -> Profile:
    """What the settings say of it; the embedded one has no address, whatever they say."""
    base_url, voice_url = (own.base_url, own.voice_url) if name != EMBEDDED else ("", "")
    api_url = base_url.rstrip("/") or _ADDRESSES.get(name, "")
    return Profile(name, api_url, voice_url, own.realtime, own.realtime_voice)
