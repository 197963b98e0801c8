"""Through which network a portal is reached: its own authority, our certificate, a proxy, our address there."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.connection import Connection, variable_name
from connectors.errors import FatalPortalError

SWITCHES = ("verify", "insecure", "ssl_verify", "skip_verify")
"""Ways to ask for unverified TLS that people know from elsewhere; none of them exists here."""


class WrongNetwork(FatalPortalError):
    """A value of the network settings is missing, unreadable or not allowed."""

    exit_code = 2


@dataclass(frozen=True)
class Network:
    """Empty values mean: the system's authorities, no client certificate, no proxy, the address the system chooses.

    ca_bundle: PEM file of the authorities to trust instead of the system's. client_certificate, client_key: PEM files
    with which we show who we are (mutual TLS); the key may stand in the certificate's file. proxy: http(s)://host:port,
    with user and password only when it comes from a connection. source_address: the address of this machine from which
    calls leave, where a portal knows its callers by address.
    Verification of the portal's certificate cannot be switched off: there is no value for it.
    """

    ca_bundle: str = ""
    client_certificate: str = ""
    client_key: str = ""
    proxy: str = ""
    source_address: str = ""

    def for_connection(self, connection: Connection) -> Network:
        """These settings with the connection's own in front, checked. Raises WrongNetwork."""
        where = f"connection {connection.connection_id}"
        _refuse_switches(connection.extra, variable_name(connection.connection_id))
        _refuse_credentials(self.proxy)
        named = {each.name for each in fields(self)} & set(connection.extra)
        network = replace(self, **{name: str(connection.extra[name] or "") for name in named})
        network.check(where)
        return network

    def check(self, where: str = "") -> None:
        """Every file can be read and every address is one; raises WrongNetwork that names the value."""
        _check_files(self, where)
        if self.proxy:
            _check_proxy(self.proxy, where)
        if self.source_address:
            _check_address(self.source_address, where)

    @property
    def certificate(self) -> str | tuple[str, str] | None:
        """The client certificate as requests takes it."""
        if not self.client_certificate:
            return None
        return (self.client_certificate, self.client_key) if self.client_key else self.client_certificate

    @property
    def proxies(self) -> dict[str, str]:
        """The proxy as requests takes it."""
        return {"http": self.proxy, "https": self.proxy} if self.proxy else {}


def _refuse_switches(extra: Mapping[str, Any], where: str) -> None:
    for name in extra:
        if name.lower() in SWITCHES:
            raise WrongNetwork(
                f"the connection's extra has {name!r}, but certificates are always verified",
                where=where,
                do="remove it; a portal with an authority of its own needs ca_bundle, the file of that authority",
            )


def _refuse_credentials(proxy: str) -> None:
    if "@" in proxy:
        raise WrongNetwork(
            "the proxy in the mapping has a user or password in it",
            do="put the whole proxy address into the connection's extra: files of mappings hold no secrets",
        )


def _check_proxy(proxy: str, where: str) -> None:
    parts = urlsplit(proxy)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        # The address may carry a password, so it is not quoted.
        raise WrongNetwork("proxy is not an http(s) address", where=where, do="write it as http://host:port")


def _check_address(address: str, where: str) -> None:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise WrongNetwork(
            f"source_address {address!r} is not an IP address", where=where, do="name an address of this machine"
        ) from None


def _check_files(network: Network, where: str) -> None:
    for name in ("ca_bundle", "client_certificate", "client_key"):
        path = getattr(network, name)
        if path and not Path(path).exists():
            raise WrongNetwork(f"{name}: no file {path}", where=where, do="correct the path, or put the file there")
    if network.client_key and not network.client_certificate:
        raise WrongNetwork("client_key without client_certificate", where=where, do="name the certificate's file too")
    _check_pems(network, where)


def _check_pems(network: Network, where: str) -> None:
    """Read the files the way TLS will, so that a wrong one is known before the first call."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if network.ca_bundle:
            folder = Path(network.ca_bundle).is_dir()
            context.load_verify_locations(**{"capath" if folder else "cafile": network.ca_bundle})
    except (OSError, ValueError):
        raise WrongNetwork(
            f"ca_bundle: {network.ca_bundle} holds no certificates in PEM form", where=where, do="correct the file"
        ) from None
    try:
        if network.client_certificate:
            # An encrypted key would make OpenSSL ask at the terminal, at 02:00.
            context.load_cert_chain(network.client_certificate, network.client_key or None, password=b"")
    except (OSError, ValueError):
        raise WrongNetwork(
            f"client_certificate: {network.client_certificate} and its key cannot be used together",
            where=where,
            do="give a certificate and its own private key, both PEM, the key without a passphrase",
        ) from None
