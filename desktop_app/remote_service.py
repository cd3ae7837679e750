"""A service somewhere else: where it is, and the key for it."""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.service_connection import ServiceAddresses
from desktop_app.credentials import Credentials, CredentialsUnavailableError, Secret
from desktop_app.errors import AccessError
from desktop_app.loopback import is_loopback
from desktop_app.profiles import KEY_VARIABLE, Profile


class RemoteService:
    """The service of a profile that is not embedded.

    Args:
        profile: Where it is.
        credentials: The keyring, which knows its key by the profile's name.
        environment: May give the key instead.
    """

    def __init__(
        self, profile: Profile, credentials: Credentials, environment: Mapping[str, str]
    ) -> None:
        self._profile = profile
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
            if key := await self._credentials.get(self._profile.name):
                return key
        except CredentialsUnavailableError as unavailable:
            reason = unavailable.facts["reason"]
        if is_loopback(self._profile.api_url):
            return Secret("")  # a service of one's own may want none
        name = self._profile.name
        raise AccessError(
            "access.no_key",
            f'There is no key for the profile "{name}" ({reason}). Store it with '
            f"`parley keys set {name}`, or set {KEY_VARIABLE}.",
            profile=name,
        )
