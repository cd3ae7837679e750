"""Keys in the system's keyring; where there is none, for this run only."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import NoReturn, Protocol, TypeVar, cast

from desktop_app.errors import AppError

SERVICE_NAME = "Parley"
ANSWER_WITHIN_S = 10.0

# Never the generic names of these variables: a key that was exported for other programs must
# not send a person's voice out.
KEY_VARIABLES = {
    "openai": "PARLEY_OPENAI_KEY",
    "elevenlabs": "PARLEY_ELEVENLABS_KEY",
    "typesafe": "PARLEY_TYPESAFE_KEY",
    "language": "PARLEY_LANGUAGE_KEY",
}
"""What may hold a provider's key instead of the keyring, by the key's name there."""

logger = logging.getLogger(__name__)

_KEEPS_NOTHING_SAFE = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")

_Result = TypeVar("_Result")


class CredentialsUnavailableError(AppError):
    """The system has no keyring that answers; code ``keyring.unavailable``."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "keyring.unavailable",
            f"This system offers no place for keys ({reason}). A key that you enter is kept until "
            "Parley ends, and never written to a file.",
            reason=reason,
        )


class Secret:
    """A key that never prints itself; blanks around it, as an environment may have them, go."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text.strip()

    def reveal(self) -> str:
        """The key itself; only for the request that needs it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(...)" if self._text else "Secret()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


class Keyring(Protocol):
    """What is used of a ``keyring`` backend. May block."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class Credentials:
    """Keys by name. What was entered in this run is known at once and without a keyring.

    Args:
        open_keyring: Finds the system's keyring, on a worker thread; it may block.
        answer_within_s: A locked keyring blocks without end; after this long it counts as none.
    """

    def __init__(
        self,
        open_keyring: Callable[[], Keyring] | None = None,
        *,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._open_keyring = open_keyring or system_keyring
        self._answer_within_s = answer_within_s
        self._of_this_run: dict[str, Secret] = {}
        self._unkept: set[str] = set()

    async def get(self, name: str) -> Secret | None:
        """The key of that name, or None.

        Raises:
            CredentialsUnavailableError: There is no keyring, and it was not entered in this run.
        """
        if name in self._of_this_run:
            return self._of_this_run[name]
        text = await self._asked(lambda keyring: keyring.get_password(SERVICE_NAME, name))
        return None if text is None else Secret(text)

    async def set(self, name: str, secret: Secret) -> None:
        """Keep a key.

        Raises:
            CredentialsUnavailableError: It is kept, but for this run only.
        """
        self._of_this_run[name] = secret
        self._unkept.add(name)
        await self._asked(lambda keyring: keyring.set_password(SERVICE_NAME, name, secret.reveal()))
        self._unkept.discard(name)

    def unkept(self, name: str) -> Secret | None:
        """A key that was entered in this run, and that no keyring keeps."""
        return self._of_this_run[name] if name in self._unkept else None

    async def delete(self, name: str) -> None:
        """Forget a key; one that is not there is no error.

        Raises:
            CredentialsUnavailableError: It is forgotten here, but the keyring could not be asked.
        """
        self._of_this_run.pop(name, None)
        self._unkept.discard(name)
        await self._asked(lambda keyring: _delete(keyring, name))

    async def check(self) -> None:
        """Return when the keyring answers.

        Raises:
            CredentialsUnavailableError
        """
        await self._asked(lambda keyring: keyring.get_password(SERVICE_NAME, "check"))

    async def _asked(self, ask: Callable[[Keyring], _Result]) -> _Result:
        """The keyring's answer, from a thread of its own: one that blocks must not block others."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Result] = loop.create_future()

        def work() -> None:
            try:
                result = ask(self._open_keyring())
            except Exception as error:  # backends raise whatever their system does
                _tell(loop, _fail, answer, _unavailable(error))
            else:
                _tell(loop, _settle, answer, result)

        threading.Thread(target=work, name="keyring", daemon=True).start()
        try:
            async with asyncio.timeout(self._answer_within_s):
                return await answer
        except TimeoutError as error:
            raise CredentialsUnavailableError("the keyring is locked or does not answer") from error


def system_keyring() -> Keyring:
    """The system's own keyring.

    Raises:
        CredentialsUnavailableError: There is none, or only one that writes plain text.
    """
    import keyring  # slow, and only needed when a key is

    found = keyring.get_keyring()
    for backend in getattr(found, "backends", [found]):  # several are chained into one
        if not type(backend).__module__.startswith(_KEEPS_NOTHING_SAFE):
            return cast("Keyring", backend)  # checked by nobody: backends are plug-ins
    raise CredentialsUnavailableError("no keyring is running")


def _delete(keyring: Keyring, name: str) -> None:
    if keyring.get_password(SERVICE_NAME, name) is not None:
        keyring.delete_password(SERVICE_NAME, name)


def _unavailable(error: Exception) -> CredentialsUnavailableError:
    if isinstance(error, CredentialsUnavailableError):
        return error
    # Its text may hold what was asked to be kept: only its kind is said.
    logger.info("the keyring failed with %s", type(error).__name__)
    unavailable = CredentialsUnavailableError(f"the keyring failed: {type(error).__name__}")
    unavailable.__cause__ = error
    return unavailable


def _tell(loop: asyncio.AbstractEventLoop, do: Callable[..., None], *given: object) -> None:
    try:
        loop.call_soon_threadsafe(do, *given)
    except RuntimeError:
        logger.debug("the keyring answered after the loop was closed")


def _settle(answer: asyncio.Future[_Result], result: _Result) -> None:
    if not answer.done():
        answer.set_result(result)


def _fail(answer: asyncio.Future[_Result], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
