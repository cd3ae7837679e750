"""Keyrings for a process of its own, named by ``PYTHON_KEYRING_BACKEND``."""

from __future__ import annotations

import threading

from keyring.backend import KeyringBackend

KEPT = {"openai": "sk-from-the-keyring"}


class Kept(KeyringBackend):
    """Holds ``KEPT``."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return KEPT.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("the service writes no keys")

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("the service deletes no keys")


class Locked(Kept):
    """Waits for a password that nobody enters."""

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        return None
