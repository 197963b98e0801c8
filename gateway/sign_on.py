"""A portal's mapping and its connection → somebody who can call it. It signs in at its first call."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import Any

from connectors import connection
from connectors.connection import Connection
from connectors.errors import PortalError
from connectors.files.pages import Folder
from connectors.http.client import HttpClient
from connectors.pages import Caller
from connectors.request import Request
from connectors.signed_in import SignedIn
from connectors.xroad import Exchange
from gateway.log import log
from gateway.portals import PortalSpec


def sign_on(portal: PortalSpec, found: Connection | None = None) -> Caller | Folder:
    """Credentials come from the environment unless given. Raises MissingConnection, or ConfigError for a bad WSDL."""
    found = found or connection.from_environment(portal.connection, os.environ)
    if portal.protocol == "files":
        from gateway.files import folder

        return folder(portal, found)
    client = HttpClient(found, portal.limits, portal.network, partial(_tell_repeat, portal.portal))
    every = every_request(portal, found)
    exchange = _exchange(portal, found)
    addresses = SignedIn(client, portal.auth, portal.answer, every, exchange)
    if portal.protocol == "rest":
        return addresses
    from connectors.soap.caller import Mixed
    from gateway.soap import soap_caller

    return Mixed(soap_caller(portal, client, every, exchange), addresses)


def _tell_repeat(portal: str, error: PortalError) -> None:
    """A fault that the next attempt mends leaves no other trace."""
    log.warning("asked again", portal=portal, what=error.what, where=error.where)


def every_request(portal: PortalSpec, found: Connection) -> Request:
    """What every call of a portal carries."""
    body = portal.every.with_parameters(_values(portal, found, "body"), "body").body
    return replace(portal.every.with_headers(_values(portal, found, "headers")), body=body or None)


def _values(portal: PortalSpec, found: Connection, part: str) -> dict[str, str]:
    return {name: found.value(key) for name, key in portal.from_connection[part].items()}


def _exchange(portal: PortalSpec, found: Connection) -> Exchange | None:
    said: dict[str, Any] = dict(portal.said.get("exchange", {}))
    if not said:
        return None
    return Exchange(*(str(said.get(name) or found.value(name)) for name in ("client", "service")))
