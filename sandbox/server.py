"""Serves portals on loopback, each on its own port, in one event loop, until a signal ends them."""

import asyncio
import contextlib
import json
import logging
import signal
import socket
from collections.abc import Generator, Mapping, Sequence
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect

from sandbox.admin import application
from sandbox.misbehaviour.calls import Attended
from sandbox.misbehaviour.raw import OpenProtocol
from sandbox.portal import Portal

LOOPBACK = "127.0.0.1"
BACKLOG = 2048


class QuietServer(uvicorn.Server):
    """A server that says when it accepts connections and leaves the signals to the program."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to accept connections."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Catches nothing: two servers cannot both catch them."""
        yield


def listen(port: int) -> socket.socket:
    """A socket bound to loopback only; OSError says which port could not be had."""
    # Named TCP, since asyncio switches Nagle's delay off only for sockets that say so: 40 ms per answer otherwise.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
    except OSError as problem:
        bound.close()
        raise OSError(f"cannot listen on {LOOPBACK}:{port}: {problem.strerror}") from problem
    return bound


async def serve(
    portals: Mapping[str, Portal], sockets: Mapping[str, socket.socket], day: int, others: Mapping[str, Any]
) -> None:
    """Runs until SIGTERM or SIGINT; prints the ready line once every portal accepts connections: addresses by name, the
    day, and under `connections` how a client signs in to each, and to what is no server (`others`: a folder).
    """
    servers = [_server(portal) for portal in portals.values()]
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _end, servers)
    running = [
        asyncio.create_task(server.serve([sockets[name]])) for name, server in zip(portals, servers, strict=True)
    ]
    for server in servers:
        await server.ready.wait()
    addresses = {name: f"http://{LOOPBACK}:{sockets[name].getsockname()[1]}" for name in portals}
    connections = {name: _connection(portal, addresses[name]) for name, portal in portals.items()}
    print(json.dumps(addresses | {"day": day, "connections": connections | dict(others)}), flush=True)
    await asyncio.gather(*running)


def _connection(portal: Portal, address: str) -> dict[str, Any]:
    """What a client needs, as an Airflow connection."""
    return {"conn_type": "http", "host": address, **portal.connection()}


def _server(portal: Portal) -> QuietServer:
    logging.getLogger("uvicorn.error").addFilter(_is_unexpected)
    config = uvicorn.Config(
        Attended(application(portal), portal.faults),
        http=OpenProtocol,
        log_config=None,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        backlog=BACKLOG,
        # An answer that is slow on purpose must not hold up the end.
        timeout_graceful_shutdown=0,
    )
    return QuietServer(config)


def _is_unexpected(record: logging.LogRecord) -> bool:
    """False for what is no mistake of the sandbox.

    It cuts answers and cancels slow ones on purpose; and clients may leave before they have sent a whole call.
    """
    meant = ("without completing response", "timeout graceful shutdown exceeded")
    kind = record.exc_info[0] if record.exc_info else None
    expected = kind is not None and issubclass(kind, asyncio.CancelledError | ClientDisconnect)
    return not expected and not any(words in record.getMessage() for words in meant)


def _end(servers: Sequence[QuietServer]) -> None:
    for server in servers:
        server.should_exit = True
