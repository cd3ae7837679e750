"""How this computer reaches others: proxies, and whose certificates are believed.

Both go through the environment, which httpx, websockets and every child process follow.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from pathlib import Path

from desktop_app.errors import InputError
from desktop_app.settings import NetworkSettings

CA_VARIABLE = "PARLEY_CA_FILE"
_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def use_network(network: NetworkSettings, environment: MutableMapping[str, str]) -> None:
    """Put the settings into the environment; what it says already is stronger."""
    if network.ca_file:
        environment.setdefault(CA_VARIABLE, network.ca_file)
    named = {name.upper() for name in environment}
    if network.proxy and named.isdisjoint(_PROXY_VARIABLES):
        environment["HTTPS_PROXY"] = environment["HTTP_PROXY"] = network.proxy


def trust_context(environment: Mapping[str, str] | None = None) -> ssl.SSLContext:
    """Who is believed over TLS: whom the system believes, and the certificates of one more file.

    Loading takes some 20 ms the first time: not on a loop that plays sound. ``SSL_CERT_FILE`` and
    ``SSL_CERT_DIR`` stand for the system's certificates where there are such (OpenSSL).

    Raises:
        InputError: ``network.ca_file``: the file of ``PARLEY_CA_FILE`` cannot be read;
            ``network.no_certificate``: it holds none.
    """
    environment = os.environ if environment is None else environment
    file = os.path.expanduser(environment.get(CA_VARIABLE, ""))  # noqa: PTH111 - never raises
    own = tuple(environment.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    return _context(file, _age(file), own)


@lru_cache(maxsize=4)
def _context(file: str, _age_ns: int, _own: tuple[str, ...]) -> ssl.SSLContext:
    import truststore  # with ssl it takes a while: who talks to this computer alone needs neither

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if file:
        try:
            context.load_verify_locations(cafile=file)
        except ssl.SSLError as error:
            raise InputError(
                "network.no_certificate", f"{file} holds no certificate.", file=file
            ) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(
                "network.ca_file",
                f"The certificates in {file} cannot be used: {reason}.",
                file=file,
                reason=reason,
            ) from error
    return context


def _age(file: str) -> int:
    """Changes with the file, so that a renewed one is read."""
    try:
        return Path(file).stat().st_mtime_ns if file else 0
    except OSError:
        return 0
