"""SFTP through sshfs, and only with a server whose key stands in the connection.

fsspec's own `sftp` accepts whatever host key it is shown, so a password goes to whoever answers. Nothing is taken from
the user's own ~/.ssh or agent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote

from connectors.connection import Connection, MissingConnection, variable_name
from connectors.errors import FatalPortalError, PortalAway, SignInRefused

SFTP_PORT = 22
KEEP_ALIVE = 15
"""Seconds between signs of life; after three unanswered ones a connection is taken for dead."""

KEY_KINDS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
"""How a server may prove that it has its key; SHA-1 is not among them."""


class HostKeyRefused(FatalPortalError):
    """An SFTP server showed a key that is not the one the connection names: perhaps somebody else answers."""


def connected(parts: SplitResult, connection: Connection, patience: float) -> Any:
    """Fsspec's view of a server, connected. patience: seconds for connecting, and again for signing in.

    Raises MissingConnection, HostKeyRefused, SignInRefused or PortalAway.
    """
    import asyncssh
    from sshfs import SSHFileSystem

    shown: list[str] = []

    class Witness(asyncssh.SSHClient):
        """Is asked about a host key that is not known, remembers it, and says no."""

        def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
            shown.append(key.get_fingerprint())
            return False

    port = parts.port or SFTP_PORT
    options = {
        "port": port,
        "username": unquote(parts.username or "") or connection.value("login"),
        **_known_keys(connection, str(parts.hostname), port),
        "client_factory": Witness,
        "config": None,
        "connect_timeout": patience,
        "login_timeout": patience,
        "keepalive_interval": KEEP_ALIVE,
        **_credentials(connection),
    }
    try:
        return SSHFileSystem(parts.hostname, timeout=patience, skip_instance_cache=True, **options)
    except PermissionError:
        raise SignInRefused("the SFTP server refused the sign-in", do="check login and password or key_file") from None
    except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed) as error:
        raise _refused(error, shown) from None
    except (OSError, asyncssh.Error) as error:
        raise away(error) from None


def _refused(error: Exception, shown: list[str]) -> FatalPortalError:
    if not shown:
        return FatalPortalError(
            f"no SFTP session could be agreed on ({type(error).__name__})",
            do="ask the server's operator what it speaks",
        )
    return HostKeyRefused(
        f"the server's key {shown[0]} is not known",
        do="ask its operator for the fingerprint by another way; only if it is that one, correct known_hosts",
    )


def _known_keys(connection: Connection, host: str, port: int) -> dict[str, Any]:
    """The keys to trust, and what kinds to ask for: the known ones first, for a server shows one of the several it has.

    The other kinds follow, so that an unknown key is shown to us and can be named.
    """
    known = _known_hosts(connection)
    keys, authorities = known[:2] if isinstance(known, tuple) else known.match(host, "", port)[:2]
    if authorities:
        return {"known_hosts": known}
    kinds = {kind.decode() for key in keys for kind in key.sig_algorithms}
    return {"known_hosts": known, "server_host_key_algs": sorted(KEY_KINDS, key=lambda kind: kind not in kinds)}


def _known_hosts(connection: Connection) -> Any:
    """The server's key: `host_key` (one line, with or without the host's name before it) or the file `known_hosts`."""
    import asyncssh

    line, file = str(connection.extra.get("host_key") or ""), str(connection.extra.get("known_hosts") or "")
    if not line and not file:
        raise MissingConnection(
            "an SFTP connection without the server's key",
            where=variable_name(connection.connection_id),
            do="add host_key (a line) or known_hosts (a file) to its extra",
        )
    with _read_from(connection, "host_key" if line else "known_hosts"):
        if line.startswith(("ssh-", "ecdsa-", "sk-")):
            return ([asyncssh.import_public_key(line)], [], [])
        return asyncssh.import_known_hosts(line or Path(file).read_text("utf-8"))


def _credentials(connection: Connection) -> Mapping[str, Any]:
    """A private key's file (`key_file`, its `passphrase`) when the connection names one, else the password."""
    file = connection.extra.get("key_file")
    if not file:
        return {"client_keys": None, "password": connection.value("password")}
    import asyncssh

    with _read_from(connection, "key_file"):
        key = asyncssh.read_private_key(str(file), connection.extra.get("passphrase"))
    return {"client_keys": [key], "agent_path": None}


@contextmanager
def _read_from(connection: Connection, name: str) -> Iterator[None]:
    """Says which value of the connection's extra was no good; asyncssh's KeyImportError is a ValueError."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise MissingConnection(
            f"{name} cannot be read ({type(error).__name__})",
            where=variable_name(connection.connection_id),
            do="correct it",
        ) from None


def ended(opened: Any) -> None:
    """End a session now: waiting for the garbage collector would keep it. File systems without one are left alone."""
    client = getattr(opened, "client", None)
    if client is not None:
        from fsspec.asyn import sync

        opened.loop.call_soon_threadsafe(client.close)
        with suppress(OSError):
            sync(opened.loop, client.wait_closed, timeout=KEEP_ALIVE)


def away(error: Exception) -> PortalAway:
    """The error for a folder that cannot be reached now."""
    return PortalAway(f"the folder cannot be reached ({type(error).__name__})", do="try again later")
