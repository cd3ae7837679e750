"""The errors that Parley raises itself.

AppError
 +-- DeviceError     a microphone or loudspeaker is missing, lost or refused
 +-- NetworkError    the peer cannot be reached or answered badly
 |    +-- AccessError    the peer refused the key
 +-- ProtocolError   the peer said something that the contract does not allow
 +-- StorageError    a file or database cannot be read or written
 +-- ChildError      a child process did not start or ended
 +-- InputError      what a person gave cannot be used (a file, a flag)
 +-- StoppedError    a person stopped it

``code`` is stable and machine readable ("device.no_input"); ``sentences`` turns it into a
sentence, the command line prints ``str(error)``.
"""

from __future__ import annotations

from collections.abc import Mapping


class AppError(Exception):
    """An expected failure with a stable code.

    Attributes:
        code: Dotted, stable identifier, e.g. ``network.unreachable``.
        facts: What a sentence about it needs (device name, file, seconds), as text.
        retryable: Whether trying the same thing again can help.
    """

    def __init__(
        self, code: str, message: str = "", *, retryable: bool = False, **facts: str
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.facts: Mapping[str, str] = facts
        self.retryable = retryable


class DeviceError(AppError):
    """A microphone or loudspeaker is missing, lost or refused."""


class NetworkError(AppError):
    """The peer cannot be reached, or answered with a failure."""


class AccessError(NetworkError):
    """The peer refused the key."""


class ProtocolError(AppError):
    """The peer said something that the contract does not allow."""


class StorageError(AppError):
    """A file or database cannot be read or written."""


class ChildError(AppError):
    """A child process did not start, or ended."""


class InputError(AppError):
    """What a person gave cannot be used: a file, a flag, a text."""


class StoppedError(AppError):
    """A person stopped it; the message says what became of it."""
