"""Translation of network failures at the edge: from httpx and websockets to our own errors."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec
from websockets import exceptions as ws

from desktop_app.errors import AccessError, AppError, NetworkError, ProtocolError
from desktop_app.protocol.backboard.wire import error_code, error_text, first_fault
from desktop_app.protocol.json_faults import UNREADABLE

_POLICY_VIOLATION = 1008
_BILLING = re.compile(r"\b(credits?|billing|quota|plan)\b", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,3})?")


class NotFoundError(NetworkError):
    """The peer does not know the thing that was asked for (``http.404``)."""


class BusyError(NetworkError):
    """The peer did nothing yet and asks to come again (``http.503``).

    Attributes:
        retry_after_s: In how many seconds, where it says.
    """

    def __init__(self, code: str, message: str, retry_after_s: float | None) -> None:
        facts = {} if retry_after_s is None else {"seconds": f"{retry_after_s:.0f}"}
        super().__init__(code, message, retryable=True, **facts)
        self.retry_after_s = retry_after_s


class RateLimitError(BusyError):
    """The peer was asked too often (``http.429``)."""

    def __init__(self, message: str, retry_after_s: float | None) -> None:
        super().__init__("http.429", message, retry_after_s)


@contextmanager
def http_errors() -> Iterator[None]:
    """Translate httpx failures, keeping the cause.

    Raises:
        NetworkError: ``network.unreachable`` (never connected), ``network.timeout``,
            ``network.lost`` or ``network.proxy``, all of them retryable; ``network.untrusted``.
        ProtocolError: ``http.malformed``: not HTTP, or a body that the contract does not allow.
    """
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise unreachable(error) from error
    except httpx.TimeoutException as error:
        raise NetworkError(
            "network.timeout", "The server did not answer in time.", retryable=True
        ) from error
    except httpx.ProxyError as error:
        raise _proxy_refused(error) from error
    except (httpx.RemoteProtocolError, httpx.NetworkError) as error:
        raise lost(error) from error
    except httpx.LocalProtocolError:
        # It quotes headers, the key among them: not even the cause of this may say that.
        sentence = "The request cannot be sent: its key or its address is not a usable one."
        raise ProtocolError("http.malformed", sentence) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProtocolError("http.malformed", f"The server cannot be used: {error}") from error
    except UNREADABLE as error:
        raise ProtocolError("http.malformed", f"The answer cannot be read: {error}") from error


def refusal(response: httpx.Response) -> NetworkError:
    """The error behind a status that is no success. The body must have been read."""
    body, status = _body(response), response.status_code
    text = error_text(body, status)
    if status == 403 and _BILLING.search(text):
        return NetworkError("http.402", text)  # the key is good, its account is not
    if status in (401, 403):
        return AccessError("access.refused", text)
    if status == 404:
        return NotFoundError("http.404", text)
    if status == 429:
        return RateLimitError(text, _retry_after_s(response))
    if status == 503:
        return BusyError("http.503", text, _retry_after_s(response))
    retryable = status == 408 or status >= 500
    if code := error_code(body):  # our own service says what it is
        return NetworkError(code, text, retryable=retryable, status=str(status))
    return NetworkError(f"http.{status}", text, retryable=retryable, **first_fault(body))


@contextmanager
def proxy_errors() -> Iterator[None]:
    """Translate what httpx says at once of a proxy that is none, which the environment names.

    Raises:
        NetworkError: ``network.proxy``.
    """
    try:
        yield
    except (ValueError, ImportError, httpx.InvalidURL) as error:  # SOCKS wants a package more
        raise _proxy_refused(error) from error


@contextmanager
def socket_errors() -> Iterator[None]:
    """Translate what a WebSocket raises while open, keeping the cause.

    Raises:
        NetworkError: ``network.lost``, retryable.
        AccessError: The peer closed with 1008.
    """
    try:
        yield
    except ws.ConnectionClosed as error:
        raise closed(error) from error
    except OSError as error:
        raise lost(error) from error


@contextmanager
def handshake_errors() -> Iterator[None]:
    """Translate what connecting a WebSocket raises, keeping the cause.

    Raises:
        NetworkError: ``network.unreachable``, ``network.lost``, ``network.proxy``,
            ``network.untrusted`` or ``http.<status>``.
        AccessError: 401, 403 or a close with 1008.
        ProtocolError: ``gateway.not_a_gateway``: something else listens there.
    """
    try:
        yield
    except ws.InvalidStatus as error:
        raise _handshake_refusal(error) from error
    except ws.ConnectionClosed as error:
        raise closed(error) from error
    except (ws.ProxyError, ws.InvalidProxy) as error:
        raise _proxy_refused(error) from error
    except (ws.InvalidHandshake, ws.InvalidURI, EOFError) as error:
        raise (lost(error) if _is_hung_up(error) else _not_a_gateway()) from error
    except (OSError, TimeoutError) as error:
        raise unreachable(error) from error


def _is_hung_up(error: BaseException) -> bool:
    """Whether it went without a word, as a server does that dies in the middle of it."""
    return isinstance(error, EOFError) or isinstance(error.__cause__, EOFError | OSError)


def closed(error: ws.ConnectionClosed) -> NetworkError:
    """The error behind a close that nobody asked for."""
    if error.rcvd is not None and error.rcvd.code == _POLICY_VIOLATION:
        return AccessError("access.refused", error.rcvd.reason or "The server refused the key.")
    return lost(error)


def _proxy_refused(error: BaseException) -> NetworkError:
    return NetworkError(
        "network.proxy", f"The proxy does not let us through{_words(error)}.", retryable=True
    )


def lost(error: BaseException) -> NetworkError:
    """The connection was there and is gone."""
    return NetworkError("network.lost", f"The connection was lost{_words(error)}.", retryable=True)


def unreachable(error: BaseException) -> NetworkError:
    """Nobody answered, or nobody who could prove who they are."""
    if _is_untrusted(error):
        return NetworkError(
            "network.untrusted", f"The server's certificate is not trusted{_words(error)}."
        )
    return NetworkError(
        "network.unreachable", f"The server cannot be reached{_words(error)}.", retryable=True
    )


def _handshake_refusal(error: ws.InvalidStatus) -> AppError:
    status = error.response.status_code
    if status in (401, 403):
        return AccessError("access.refused", f"The server refused the key (HTTP {status}).")
    if status == 429 or status >= 500:
        return NetworkError(f"http.{status}", f"HTTP {status}", retryable=True)
    return _not_a_gateway()


def _not_a_gateway() -> ProtocolError:
    return ProtocolError("gateway.not_a_gateway", "What answers there is not a voice gateway.")


def _body(response: httpx.Response) -> object:
    try:
        return msgspec.json.decode(response.content)
    except UNREADABLE:
        return response.content.decode(errors="replace")  # whatever charset it claims


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds, from either form of the header; None without it or where it makes no sense."""
    wish = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(wish):
        return float(wish)
    at = _date(wish)
    if at is None:
        return None
    # The peer's own clock, where it says what it shows: ours may be wrong.
    now = _date(response.headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (at - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether a certificate is behind it, however deep."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _words(error: BaseException) -> str:
    said = str(error).rstrip(".")
    return f": {said}" if said else ""
