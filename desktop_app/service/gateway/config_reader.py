"""Reads an operator's variables, and collects what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from desktop_app.credentials import Secret

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


class ConfigReader:
    """Variables by name; what cannot be used is replaced by the default.

    Attributes:
        faults: A sentence for each, in the order in which they were found.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._environment.get(name, "").strip() or default

    def secret(self, name: str) -> Secret:
        return Secret(self.text(name))

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in (*_YES, *_NO):
            self.faults.append(f"{name} must be true or false, not “{value}”.")
        return value in _YES

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name).lower()
        if value not in allowed:
            names = ", ".join(one for one in allowed if one)
            self.faults.append(f"{name} must be one of {names}, not “{value}”.")
            return ""
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or not low <= int(value) <= high:
            self.faults.append(f"{name} must be a number from {low} to {high}, not “{value}”.")
            return default
        return int(value)

    def url(
        self, name: str, default: str = "", schemes: tuple[str, ...] = ("http", "https")
    ) -> str:
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            is_address = not value or (parts.scheme in schemes and bool(parts.hostname))
        except ValueError:
            is_address = False
        if not is_address:
            said = "" if "@" in value else f", not “{value}”"  # it may hold a password
            self.faults.append(
                f"{name} must be an address that begins with {schemes[-1]}://{said}."
            )
        return value
