"""Runs the API with uvicorn until Ctrl-C or SIGTERM; calls under way are answered first."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from gateway.config import Settings, needed
from gateway.errors import ConfigError
from gateway.serve.app import make_app
from gateway.serve.office import LOOKUPS, Office
from gateway.serve.shelf import Shelf
from gateway.serve.turns import OF_ANYONE, OF_CONSUMERS, OF_PAGES
from gateway.store.database import connect_clerk, connect_reader
from gateway.wrapped import require

PROBES = 1
"""`gateway.serve.health` asks one question at a time."""

CONNECTIONS = OF_CONSUMERS + OF_ANYONE + OF_PAGES + LOOKUPS + PROBES
"""To the database, at most: one for each turn, so that nobody waits for another's."""

CLERKS = 2
"""Connections more, that write down what is read."""

SECONDS_TO_END = 10
"""Calls that take longer are cut off at the end."""


def serve(settings: Settings, host: str, port: int, told: Callable[[str], None]) -> None:
    """Serve until a signal. port: 0 for any that is free. told: hears the address once calls are accepted."""
    url = needed(settings.database_url, "GATEWAY_DATABASE_URL", "postgresql+psycopg://reader@/gateway")
    require(settings.secret_keys)
    engine, clerk = connect_reader(url, CONNECTIONS), connect_clerk(url, CLERKS)
    office = Office(clerk, settings.secret_keys)
    with (
        office.sums.kept(clerk, settings.secret_keys),
        suppress(KeyboardInterrupt),  # uvicorn raises it again when all is ended
        _listen(host, port) as bound,
    ):
        config = uvicorn.Config(
            make_app(Shelf(engine, settings.datasets), office, settings.public_url),
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=SECONDS_TO_END,
        )
        told(f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[bound])
    engine.dispose()
    clerk.dispose()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, since asyncio switches Nagle's delay off only for sockets that say so: 40 ms per answer otherwise.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        why, do = error.strerror or "no such address", "choose another with --host and --port"
        raise ConfigError(f"cannot listen ({why})", where=f"{host}:{port}", do=do) from None
    bound.listen(2048)
    return bound
