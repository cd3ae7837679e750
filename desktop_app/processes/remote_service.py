"""A service somewhere else: where it is, and the key for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.client.service_connection import ServiceAddresses
from desktop_app.credentials import Credentials, CredentialsUnavailableError, Secret
from desktop_app.errors import AccessError
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    LinkEvent,
    Notice,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
)
from desktop_app.loopback import is_loopback
from desktop_app.profiles import KEY_VARIABLE, Profile, find_profile
from desktop_app.protocol.commands import ConfigureSession
from desktop_app.protocol.service_calls import KeyState
from desktop_app.settings import Settings

_NO_KEY = "access.no_key"


class RemoteService:
    """The service of a profile that is not embedded.

    Args:
        profile: Where it is.
        credentials: The keyring, which knows its key by the profile's name.
        environment: May give the key instead.
        name: Says how the profile is called now, if it may be renamed meanwhile.
    """

    def __init__(
        self,
        profile: Profile,
        credentials: Credentials,
        environment: Mapping[str, str],
        name: Callable[[], str] | None = None,
    ) -> None:
        self._profile = profile
        self._name = name or (lambda: profile.name)
        self._credentials = credentials
        self._given = Secret(environment.get(KEY_VARIABLE, ""))

    async def addresses(self) -> ServiceAddresses:
        """Both of its doors; that of a voice gateway is empty where it has none.

        Raises:
            AccessError: ``access.no_key``: there is no key for it.
        """
        key = (await self._key()).reveal()
        profile = self._profile
        return ServiceAddresses(
            ApiAddress(profile.api_url, key), GatewayAddress(profile.voice_url, key)
        )

    async def _key(self) -> Secret:
        if self._given:
            return self._given
        reason = "none is stored"
        try:
            if key := await self._credentials.get(self._name()):
                return key
        except CredentialsUnavailableError as unavailable:
            reason = unavailable.facts["reason"]
        if self._profile.is_gateway_alone or is_loopback(self._profile.api_url):
            return Secret("")  # a service of one's own, or such a gateway, may want none
        name = self._name()
        raise AccessError(
            _NO_KEY,
            f'There is no key for the profile "{name}" ({reason}). Store it with '
            f"`parley keys set {name}`, or set {KEY_VARIABLE}.",
            profile=name,
        )


class RemoteStanding:
    """Whether a service somewhere else can be asked: without a key it cannot.

    Nothing else is found out before something is asked of it.

    Args:
        profile: Where it is; of the embedded service another one tells.
        find: As ``RemoteService.addresses``: raises where there is no key.
        publish: Takes the news.
        told: Notices that a new window is told first; that of a missing key is among them.
    """

    def __init__(
        self,
        profile: Profile,
        find: Callable[[], Awaitable[object]],
        publish: Callable[[LinkEvent], None],
        told: list[Notice],
    ) -> None:
        self._profile = profile
        self._find = find
        self._publish = publish
        self._told = told
        self._missing: Notice | None = None
        self._has_key = False

    async def look(self) -> None:
        """Find out, as long as no key is known, and tell what is new."""
        if self._profile.is_embedded or self._has_key:
            return
        try:
            await self._find()
        except AccessError as error:
            self._miss(error)
            return
        self._has_key = True
        missing, self._missing = self._missing, None
        if missing is not None:
            self._told.remove(missing)
            self._publish(NoticeCleared(_NO_KEY))
        self._publish(ConnectionChanged(Connection.READY, self._profile.key))

    def _miss(self, error: AccessError) -> None:
        if self._missing is not None:
            return
        facts = dict(error.facts)
        self._missing = Notice(NoticeLevel.WARNING, error.code, facts, action="settings")
        self._told.append(self._missing)
        self._publish(NoticeRaised(self._missing))
        self._publish(ConnectionChanged(Connection.NO_KEY, self._profile.key))


class ProfileKeys:
    """Tells of the keys of profiles, and tries them.

    Args:
        settings: Reads the settings in force.
        credentials: The keyring.
        environment: May give a key instead.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        credentials: Credentials,
        environment: Mapping[str, str],
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._environment = environment

    async def state(self, profile: str) -> KeyState:
        """Whether there is a key, and a place for one.

        Raises:
            InputError: ``profile.unknown``, ``profile.no_address``.
        """
        is_needed = not find_profile(self._settings(), profile).is_embedded
        is_given = bool(self._environment.get(KEY_VARIABLE))
        try:
            key = await self._credentials.get(profile)
            await self._credentials.check()
        except CredentialsUnavailableError as unavailable:
            reason = unavailable.facts["reason"]
            return KeyState(is_needed, is_given, is_kept_safe=False, reason=reason)
        return KeyState(is_needed, is_given or bool(key), is_kept_safe=True)

    async def check(self, profile: str, key: str, base_url: str) -> None:
        """Return when the service takes the key.

        Args:
            profile: Name of the service.
            key: Empty for the one that is stored.
            base_url: Empty for the profile's own; an address that is not yet in the settings.

        Raises:
            AppError: It does not, or cannot be asked.
        """
        address = base_url.rstrip("/")
        if not (key and address):
            known = find_profile(self._settings(), profile)
            if known.is_embedded and not address:
                return  # its key is made anew with every start
            if not key:
                remote = RemoteService(known, self._credentials, self._environment)
                key = (await remote.addresses()).api.key
            if known.is_gateway_alone and not address:
                gateway = GatewayAddress(known.voice_url, key)
                await (await open_gateway(gateway, ConfigureSession(""))).aclose()
                return
            address = address or known.api_url
        # Its certificates take 20 to 50 ms to load: not on the loop that plays sound.
        async with await asyncio.to_thread(BackboardApi, ApiAddress(address, key)) as api:
            await api.check_key()
