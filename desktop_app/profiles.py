"""Which service is talked to: the embedded one, Backboard, or another that a person named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count

from desktop_app.errors import InputError
from desktop_app.settings import LanguageSettings, NetworkSettings, ProfileSettings, Settings

EMBEDDED = "embedded"
BACKBOARD = "backboard"

KEY_VARIABLE = "PARLEY_PROFILE_KEY"
"""Holds the key of the profile in use, where the keyring shall not be asked."""

_ADDRESSES = {EMBEDDED: "", BACKBOARD: "https://app.backboard.io/api"}


@dataclass(frozen=True, slots=True)
class Profile:
    """A service by name.

    Attributes:
        api_url: Of its Backboard API; empty for the embedded one, which says where it is, and
            where there is a voice gateway alone.
        voice_url: Of its voice gateway; empty where it has none.
        realtime: ``provider/model`` to be spoken to over the realtime socket; empty for none.
        realtime_voice: The voice of that model; empty for its choice.
        kept_as: What its threads and choices are kept under, where that is not its name.
    """

    name: str
    api_url: str = ""
    voice_url: str = ""
    realtime: str = ""
    realtime_voice: str = ""
    kept_as: str = ""

    @property
    def key(self) -> str:
        """What is kept of it is kept under this; it stays when the service is renamed."""
        return self.kept_as or self.name

    @property
    def is_embedded(self) -> bool:
        """It runs on this computer, started by Parley itself."""
        return not (self.api_url or self.voice_url)

    @property
    def is_gateway_alone(self) -> bool:
        """It is spoken to, and has no API for anything else."""
        return bool(self.voice_url) and not self.api_url


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
            f'The profile "{name}" has no base_url or voice_url in the settings.',
            name=name,
        )
    return profile


def from_start(settings: Settings) -> tuple[Profile, NetworkSettings, LanguageSettings]:
    """What an engine follows from its start on: of two that are equal here, none is outdated.

    A service that is only renamed is the same; the language server is the embedded one's.
    """
    try:
        profile = find_profile(settings)
    except InputError:
        profile = find_profile(settings, EMBEDDED)
    language = settings.language if profile.is_embedded else LanguageSettings()
    return replace(profile, name=profile.key, kept_as=""), settings.network, language


def key_of(settings: Settings, name: str) -> str:
    """What is kept of the service of that name is kept under this."""
    own = settings.profiles.get(name)
    return (own.kept_as if own is not None and name not in _ADDRESSES else "") or name


def name_of(settings: Settings, key: str) -> str:
    """How the service that is kept so is called now."""
    return next((one for one in settings.profiles if key_of(settings, one) == key), key)


def with_service(settings: Settings, before: str, name: str, service: ProfileSettings) -> Settings:
    """The settings with a service added or changed; a new one is used from then on.

    One that is renamed stays kept as it was, so that no thread loses what was chosen for it.

    Args:
        before: Its name until now; empty for a new one.
        name: Its name from now on.
    """
    others = {one: known for one, known in settings.profiles.items() if one != before}
    is_renamed = before in settings.profiles and before not in _ADDRESSES
    key = key_of(settings, before) if is_renamed else _free_key(settings, others, name)
    kept = replace(service, kept_as="" if key == name else key)
    is_used = not before or settings.profile == before
    profile = name if is_used else settings.profile
    return replace(settings, profiles={**others, name: kept}, profile=profile)


def without_service(settings: Settings, name: str) -> Settings:
    """The settings without a service and what was chosen in them for it.

    Threads keep what was chosen for them there; it counts again for one of that name.
    """
    key = key_of(settings, name)
    own = {one: known for one, known in settings.profiles.items() if one != name}
    speech = {one: who for one, who in settings.speech.items() if one != key}
    profile = EMBEDDED if settings.profile == name else settings.profile
    return replace(settings, profiles=own, speech=speech, profile=profile)


def _free_key(settings: Settings, others: Iterable[str], name: str) -> str:
    """The name itself, unless another service that had it once is kept so."""
    taken = {key_of(settings, one) for one in others} | _ADDRESSES.keys()
    numbered = (f"{name}-{number}" for number in count(2))
    return next(one for one in chain((name,), numbered) if one not in taken)


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
    kept_as = own.kept_as if name not in _ADDRESSES else ""
    return Profile(name, api_url, voice_url, own.realtime, own.realtime_voice, kept_as)
