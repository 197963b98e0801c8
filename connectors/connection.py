"""A portal's address and credentials, in the shape Airflow keeps connections, read with or without Airflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.errors import FatalPortalError

FOLDERS = frozenset({"file", "sftp", "s3", "memory"})
"""Addresses of folders, for portals that are files; what is in them is judged where they are opened."""


class MissingConnection(FatalPortalError):
    """No connection of that name is set, or it cannot be read."""

    exit_code = 2


@dataclass(frozen=True)
class Connection:
    """Where a portal is and how we sign in. `repr` shows no secret.

    address: base URL, or a folder's, without a trailing slash. extra: what only this portal needs (client id, CA bundle file, …).
    """

    connection_id: str
    address: str
    login: str = ""
    password: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def value(self, name: str) -> str:
        """A named part (`login`, `password` or a key of `extra`) as text; raises MissingConnection when it is not set."""
        found = {"login": self.login, "password": self.password}.get(name) or self.extra.get(name)
        if not found:
            raise MissingConnection(
                f"connection {self.connection_id} has no value {name!r}",
                do=f"add it to {variable_name(self.connection_id)}",
            )
        return str(found)


def variable_name(connection_id: str) -> str:
    """The environment variable that carries a connection, as Airflow names it."""
    return f"AIRFLOW_CONN_{connection_id.upper()}"


def from_environment(connection_id: str, environ: Mapping[str, str]) -> Connection:
    """Read `AIRFLOW_CONN_<ID>`: JSON or a URI, the two forms Airflow knows."""
    name = variable_name(connection_id)
    text = environ.get(name, "").strip()
    if not text:
        raise MissingConnection(
            f"no connection {connection_id!r}",
            where=name,
            do=f'set {name}=\'{{"conn_type": "http", "host": "https://…", "login": "…", "password": "…"}}\'',
        )
    return _from_json(connection_id, text) if text.startswith("{") else _from_uri(connection_id, text)


def from_parts(connection_id: str, parts: Mapping[str, Any]) -> Connection:
    """Build from Airflow's own fields: host (with or without scheme), schema, port, login, password, extra."""
    extra = parts.get("extra") or {}
    if isinstance(extra, str):
        extra = json.loads(extra)
    return Connection(
        connection_id, _address(connection_id, parts), parts.get("login") or "", parts.get("password") or "", extra
    )


def _from_json(connection_id: str, text: str) -> Connection:
    try:
        parts = json.loads(text)
    except ValueError as error:
        # The text holds a password: say the place, not the text.
        raise MissingConnection(
            f"not valid JSON at character {getattr(error, 'pos', '?')}",
            where=variable_name(connection_id),
            do="write it as JSON or as a URI",
        ) from None
    return from_parts(connection_id, parts)


def _from_uri(connection_id: str, text: str) -> Connection:
    uri = urlsplit(text)
    return from_parts(
        connection_id,
        {
            "host": uri.hostname,
            "schema": uri.scheme,
            "port": uri.port,
            "login": unquote(uri.username or ""),
            "password": unquote(uri.password or ""),
            "extra": dict(parse_qsl(uri.query)),
        },
    )


def _address(connection_id: str, parts: Mapping[str, Any]) -> str:
    host = str(parts.get("host") or "")
    if "://" not in host:
        host = f"{parts.get('schema') or 'https'}://{host}"
    address = urlsplit(host)
    if address.scheme in FOLDERS:
        return host.rstrip("/")
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise MissingConnection(
            "the host is not an http(s) address", where=variable_name(connection_id), do="give host as https://name"
        )
    port = parts.get("port")
    netloc = f"{address.netloc}:{port}" if port and not address.port else address.netloc
    return f"{address.scheme}://{netloc}{address.path}".rstrip("/")
