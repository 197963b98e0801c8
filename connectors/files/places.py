"""Where files lie: a folder of this machine, an SFTP server, object storage, all through fsspec."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.connection import Connection, MissingConnection, variable_name
from connectors.errors import FatalPortalError, PortalAway
from connectors.files import sftp

SCHEMES = ("file", "sftp", "s3", "memory")

WIRE_LIBRARIES = ("asyncssh", "aiohttp", "botocore")
"""Modules whose errors have a base of their own; they are loaded only where they are needed."""


class Place:
    """One folder. Within a `session` all calls share one connection; outside of one, each call makes its own.

    patience: seconds an SFTP server may take for one step. All calls raise PortalError.
    """

    def __init__(self, address: str, connection: Connection, patience: float) -> None:
        self.connection, self.patience = connection, patience
        self._parts = urlsplit(address)
        self._system: Any = None
        if self._parts.scheme not in SCHEMES:
            raise self._wrong(f"{self._parts.scheme or 'no scheme'} is not one of {', '.join(SCHEMES)}")
        if self._parts.password:
            raise self._wrong("a password in the address", "put it into the connection's password")

    @property
    def path(self) -> str:
        """The folder's path on its file system."""
        parts = self._parts
        inside = parts.netloc + parts.path if parts.scheme in {"s3", "memory"} else parts.path
        return unquote(inside).rstrip("/") or "/"

    @contextmanager
    def session(self) -> Iterator[None]:
        """Stay connected within the block."""
        if self._system is not None:
            yield
            return
        self._system = self._connected()
        try:
            yield
        finally:
            system, self._system = self._system, None
            sftp.ended(system)

    def listed(self) -> list[dict[str, Any]]:
        """What lies in the folder, as fsspec describes files."""
        with self.session(), self._step():
            found: list[dict[str, Any]] = self._system.ls(self.path, detail=True)
            return found

    def look(self, path: str) -> dict[str, Any]:
        """What the file system says of one file at this moment."""
        with self.session(), self._step():
            self._system.invalidate_cache()
            info: dict[str, Any] = self._system.info(path)
            return info

    @contextmanager
    def opened(self, path: str) -> Iterator[Any]:
        """A file, to be read by `read` within a session."""
        with self._step():
            source = self._system.open(path, "rb")
        try:
            yield source
        finally:
            with suppress(PortalAway), self._step():
                source.close()

    def read(self, source: Any, size: int) -> bytes:
        """At most `size` bytes of an opened file; b"" at its end."""
        with self._step():
            data: bytes = source.read(size)
            return data

    @contextmanager
    def _step(self) -> Iterator[None]:
        """One call. An SFTP server that does not answer it in time loses its connection, which ends the call."""
        client = getattr(self._system, "client", None)
        if client is None:
            with _told():
                yield
            return
        watchdog = Timer(self.patience, self._system.loop.call_soon_threadsafe, [client.abort])
        watchdog.daemon = True
        watchdog.start()
        try:
            with _told():
                yield
        finally:
            watchdog.cancel()

    def _connected(self) -> Any:
        if self._parts.scheme == "sftp":
            return sftp.connected(self._parts, self.connection, self.patience)
        import fsspec

        options = _s3_options(self.connection) if self._parts.scheme == "s3" else {}
        try:
            return fsspec.filesystem(self._parts.scheme, **options)
        except ImportError:
            raise self._wrong("object storage needs a package that is not installed", "install s3fs") from None

    def _wrong(self, what: str, do: str = "") -> MissingConnection:
        where = variable_name(self.connection.connection_id)
        return MissingConnection(f"not the address of a folder: {what}", where=where, do=do or "correct the address")


@contextmanager
def _told() -> Iterator[None]:
    """The errors of file systems, told as ours."""
    try:
        yield
    except FileNotFoundError:
        raise FatalPortalError(
            "no such folder, or a file that is gone", do="compare the address with what the sender agreed to"
        ) from None
    except PermissionError:
        raise FatalPortalError("may not be read", do="ask its owner for the right to read") from None
    except (OSError, EOFError) as error:
        raise sftp.away(error) from None
    except Exception as error:
        if not type(error).__module__.startswith(WIRE_LIBRARIES):
            raise
        raise sftp.away(error) from None


def _s3_options(connection: Connection) -> dict[str, Any]:
    """Keys only from the connection: `login`, `password`, and of its extra `endpoint` and `region`."""
    client = {"endpoint_url": connection.extra.get("endpoint"), "region_name": connection.extra.get("region")}
    return {
        "key": connection.value("login"),
        "secret": connection.value("password"),
        "client_kwargs": {name: value for name, value in client.items() if value},
        "skip_instance_cache": True,
        "use_listings_cache": False,
    }
