"""`python -m sandbox`: simulated portals on 127.0.0.1."""

import asyncio
import signal
import socket
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from sandbox.files.sent import NAME as FILES
from sandbox.files.sent import sent_files
from sandbox.options import Options, read_options
from sandbox.portal import Portal
from sandbox.portals import MAKERS
from sandbox.pushes.memory import remembered
from sandbox.pushes.store import Pushes
from sandbox.server import listen, serve
from sandbox.sign_in import credentials_text
from sandbox.world.catalogue_file import CatalogueError, read_catalogue
from sandbox.world.people import invite_regular
from sandbox.world.world import World, procedures_of_size


def main(arguments: list[str] | None = None) -> int:
    """Builds the world, serves it until a signal ends it, and returns the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    options = read_options(tuple(MAKERS), _credentials, arguments)
    invite_regular(options.regular)
    try:
        sockets = _listen(options)
        world = build_world(options)
    except (CatalogueError, OSError) as problem:
        print(f"sandbox: {problem}", file=sys.stderr)
        return 2
    portals = _portals(options, world)
    with _others(options, world) as others, remembered(options.remember, _stores(portals)):
        asyncio.run(serve(portals, sockets, world.day, others))
    return 0


@contextmanager
def _others(options: Options, world: World) -> Generator[dict[str, Any], None, None]:
    """Connections to what is no server: the folder of an office that sends files, unless only some portals are wanted."""
    if options.only:
        yield {}
        return
    with sent_files(world) as folder:
        yield {FILES: folder}


def build_world(options: Options) -> World:
    """The world the options describe; CatalogueError when the catalogue file is no good."""
    given = None if options.catalogue is None else read_catalogue(options.catalogue)
    world = World(procedures_of_size(given, options.procedures), options.dossiers, options.seed)
    world.pass_days(options.day)
    return world


def _credentials() -> str:
    """The credentials of all portals: they are made for it, in an empty world, and serve nobody."""
    options = read_options(tuple(MAKERS), str, ["--dossiers", "0", "--procedures", "0"])
    return f"{credentials_text(_portals(options, build_world(options)))}  {FILES}: none; a folder made at every start\n"


def _portals(options: Options, world: World) -> dict[str, Portal]:
    return {name: make(world, options) for name, make in MAKERS.items() if options.wants(name)}


def _stores(portals: Mapping[str, Portal]) -> dict[str, Pushes]:
    """What each portal was told; two doors to the same portal have one store."""
    stores: dict[str, Pushes] = {}
    for name, portal in portals.items():
        if portal.pushes is not None and portal.pushes not in stores.values():
            stores[name] = portal.pushes
    return stores


def _listen(options: Options) -> dict[str, socket.socket]:
    return {name: listen(options.ports.get(name, 0)) for name in MAKERS if options.wants(name)}


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
