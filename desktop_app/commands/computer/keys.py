"""``parley keys``: the keys of other services, kept in the system's keyring and never shown."""

from __future__ import annotations

import asyncio
import getpass
import os
import re
import sys
from collections.abc import Mapping
from typing import TextIO

from desktop_app import settings
from desktop_app.commands.terminal.output import Output
from desktop_app.credentials import (
    KEY_VARIABLES,
    Credentials,
    CredentialsUnavailableError,
    Secret,
)
from desktop_app.errors import InputError
from desktop_app.paths import find_paths
from desktop_app.profiles import KEY_VARIABLE, names_of_keys

_LONGEST = 4096
_USED_FOR = {
    "openai": "language, pictures, speech and embeddings of OpenAI",
    "elevenlabs": "speech of ElevenLabs",
    "typesafe": "typed questions, answered by TypeSafe",
    "language": "the language server of the settings",
}


def set_key(name: str, credentials: Credentials | None = None, *, as_json: bool = False) -> int:
    """Ask for a key and keep it; ``credentials`` are the system's by default.

    Raises:
        InputError: ``keys.*`` or ``keyring.unavailable``: nothing was kept.
    """
    _check(name)
    secret = Secret(_usable(_read(name, sys.stdin)))
    try:
        asyncio.run((credentials or Credentials()).set(name, secret))
    except CredentialsUnavailableError as unavailable:
        raise _unavailable(unavailable, name) from unavailable
    sentence = f"The key {name} is kept in the keyring. Start Parley again to use it."
    return _done(sentence, {"name": name, "kept_in": "keyring"}, as_json=as_json)


def delete_key(name: str, credentials: Credentials | None = None, *, as_json: bool = False) -> int:
    """Forget a key; one that is not there is no error.

    Raises:
        InputError: ``keys.unknown`` or ``keyring.unavailable``.
    """
    _check(name)
    try:
        asyncio.run((credentials or Credentials()).delete(name))
    except CredentialsUnavailableError as unavailable:
        reason = unavailable.facts["reason"]
        raise InputError(
            "keyring.unavailable", f"No key was forgotten: the keyring cannot be asked ({reason})."
        ) from unavailable
    variable = _variable(name)
    rest = f" {variable} still holds one." if os.environ.get(variable) else ""
    left = variable if rest else ""
    sentence = f"The key {name} is not in the keyring any more.{rest}"
    return _done(sentence, {"name": name, "kept_in": left}, as_json=as_json)


def list_keys(*, as_json: bool, credentials: Credentials | None = None) -> int:
    """Say which keys there are, and where; a keyring that does not answer counts as empty."""
    values = asyncio.run(_found(credentials or Credentials()))
    rows = [[each["name"], each["kept_in"] or "not set", each["used_for"]] for each in values]
    out = Output(as_json=as_json)
    out.rows(("key", "kept in", "used for"), rows, values)
    out.finish()
    return 0


async def _found(credentials: Credentials) -> list[dict[str, str]]:
    is_reachable = True
    found = []
    for name in _names():
        kept_in = _variable(name) if os.environ.get(_variable(name)) else ""
        if not kept_in and is_reachable:
            try:
                kept_in = "keyring" if await credentials.get(name) else ""
            except CredentialsUnavailableError as unavailable:
                is_reachable = False  # asked once: each answer may take seconds
                _say(f"The keyring was not asked: {unavailable.facts['reason']}.", sys.stderr)
        used_for = _USED_FOR.get(name, f"the profile {name}")
        found.append({"name": name, "kept_in": kept_in, "used_for": used_for})
    return found


def _names(environment: Mapping[str, str] = os.environ) -> list[str]:
    profiles = names_of_keys(settings.load(find_paths(environment).settings))
    return list(dict.fromkeys([*KEY_VARIABLES, *profiles]))


def _check(name: str) -> None:
    if name not in _names():
        known = ", ".join(_names())
        raise InputError("keys.unknown", f'There is no key called "{name}", only: {known}.')


def _variable(name: str) -> str:
    return KEY_VARIABLES.get(name, KEY_VARIABLE)


def _read(name: str, stdin: TextIO) -> str:
    """From the person, without an echo, or the first line of what is piped in."""
    if not stdin.isatty():
        return stdin.readline(_LONGEST + 2)
    try:
        return getpass.getpass(f"Key for {name} (it is not shown): ")
    except EOFError:
        return ""


def _usable(text: str) -> str:
    key = text.strip()
    if not key:
        raise InputError("keys.empty", "No key was given, so nothing was changed.")
    if len(key) > _LONGEST or not re.fullmatch(r"[!-~]+", key):
        raise InputError(
            "keys.unusable",
            "That is no key: it holds blanks or characters that no key has. Nothing was changed.",
        )
    return key


def _unavailable(unavailable: CredentialsUnavailableError, name: str) -> InputError:
    reason = unavailable.facts["reason"]
    return InputError(
        "keyring.unavailable",
        f"This system offers no place for keys ({reason}). Set {_variable(name)} in the"
        " environment instead; keys are never written to a file.",
    )


def _done(sentence: str, value: dict[str, str], *, as_json: bool) -> int:
    out = Output(as_json=as_json)
    out.say(sentence, value)
    out.finish()
    return 0


def _say(sentence: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(sentence + "\n")
