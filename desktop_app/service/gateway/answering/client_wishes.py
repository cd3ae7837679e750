"""Whom clients may ask to answer (``ALLOW_FRONTEND_BACKEND_AUTH``): contract section 6."""

from __future__ import annotations

from desktop_app.errors import InputError
from desktop_app.service.gateway.answering.public_hosts import PublicHosts
from desktop_app.service.gateway.gateway_config import BackendConfig
from desktop_app.service.gateway.session_plan import WantedBackend


class ClientWishes:
    """Checks them.

    Args:
        config: What the operator allows.
        hosts: Which addresses may be brought.
    """

    def __init__(self, config: BackendConfig, hosts: PublicHosts) -> None:
        self._config = config
        self._hosts = hosts

    async def check(self, wanted: WantedBackend) -> None:
        """A registration may always be named.

        Raises:
            InputError: ``session.backend`` or ``gateway.client_url``.
        """
        if names_provider(wanted) and not self._config.allows_clients:
            raise InputError(
                "session.backend",
                "backend.provider, api_key, model and base_url are not taken from clients here;"
                " backend.registration_id is.",
            )
        may_prompt = self._config.allows_clients or self._config.allows_prompts
        if wanted.system_prompt and not may_prompt:
            raise InputError(
                "session.backend", "backend.system_prompt is not taken from clients here."
            )
        if wanted.base_url:
            await self._hosts.check_url(wanted.base_url)


def names_provider(wanted: WantedBackend) -> bool:
    """Whether more than a registration or a prompt is asked for."""
    return bool(wanted.provider or wanted.api_key or wanted.model or wanted.base_url)
