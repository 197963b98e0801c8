"""An SFTP server on loopback with a host key of its own, for tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import asyncssh

USER, PASSWORD = "nop-tep", "mat-khau-thu"
PATIENCE = 30


@dataclass
class SftpServer:
    """A running server. port: on 127.0.0.1. host_key: its public key as one line. open_sessions: those not yet ended."""

    port: int
    host_key: str
    host_fingerprint: str
    open_sessions: set[object] = field(default_factory=set)
    sessions: int = 0
    all_ended: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str = "/") -> str:
        """Where a folder of it is."""
        return f"sftp://127.0.0.1:{self.port}{path}"

    @property
    def known_hosts(self) -> str:
        """Its line in a known_hosts file."""
        return f"[127.0.0.1]:{self.port} {self.host_key}\n"


class _Door(asyncssh.SSHServer):
    def __init__(self, server: SftpServer, client_key: asyncssh.SSHKey | None) -> None:
        self._server, self._client_key = server, client_key

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._server.open_sessions.add(self)
        self._server.all_ended.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.open_sessions.discard(self)
        if not self._server.open_sessions:
            self._server.all_ended.set()

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._server.sessions += 1
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return self._client_key is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._server.sessions += 1
        return username == USER and key == self._client_key


class Stalled(asyncssh.SFTPServer):
    """Answers everything but the wish to open a file."""

    async def open(self, *_: object) -> object:  # type: ignore[override]
        """Never comes back."""
        return await asyncio.Event().wait()


@contextmanager
def sftp_server(
    folder: Path,
    client_key: asyncssh.SSHKey | None = None,
    more_keys: Sequence[asyncssh.SSHKey] = (),
    kind: type[asyncssh.SFTPServer] = asyncssh.SFTPServer,
) -> Iterator[SftpServer]:
    """Serve a folder as the server's root until the block ends.

    client_key: also lets this public key in. more_keys: host keys of other kinds beside its own.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sftp server", daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE)

    key = asyncssh.generate_private_key("ssh-ed25519")
    server = SftpServer(0, key.export_public_key().decode().strip(), key.get_fingerprint())

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[key, *more_keys],
            server_factory=partial(_Door, server, client_key),
            sftp_factory=partial(kind, chroot=str(folder)),
        )

    async def stop() -> None:
        acceptor.close()
        await acceptor.wait_closed()

    acceptor = run(listen())
    server.port = acceptor.get_port()
    try:
        yield server
    finally:
        run(stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()
