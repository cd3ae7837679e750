"""Remembers texts where others may read along: they are encrypted before they are written."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from desktop_app.credentials import Secret
from desktop_app.service.gateway.state.state import State

_PURPOSE = b"parley: registrations with keys"
_SCRYPT = {"n": 1 << 14, "r": 8, "p": 1}  # 16 MB and 50 ms for each token that is guessed


class SealedState:
    """Satisfies the part of ``State`` that is about texts.

    Args:
        state: Keeps what is encrypted.
        token: All who know it can read.
    """

    def __init__(self, state: State, token: Secret) -> None:
        self._state = state
        key = hashlib.scrypt(token.reveal().encode(), salt=_PURPOSE, dklen=32, **_SCRYPT)
        self._seal = Fernet(base64.urlsafe_b64encode(key))

    async def read(self, key: str) -> str | None:
        """See ``State``; what another token wrote is not known."""
        sealed = await self._state.read(_name(key))
        try:
            return None if sealed is None else self._seal.decrypt(sealed).decode()
        except InvalidToken:
            return None

    async def write(self, key: str, text: str, *, keep_s: int) -> None:
        """See ``State``."""
        sealed = self._seal.encrypt(text.encode()).decode()
        await self._state.write(_name(key), sealed, keep_s=keep_s)


def _name(key: str) -> str:
    return f"sealed:{key}"
