"""R10, access: every kind of caller, every set, every column, every route: each is given what its contract says, and nothing else."""

from __future__ import annotations

import base64
from collections.abc import Collection, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from os import urandom
from typing import Any

from gateway.config import load_settings
from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from gateway.serve.app import make_app
from gateway.serve.office import Office
from gateway.serve.shelf import Shelf
from gateway.store.database import connect_clerk, connect_reader
from proof.access_cells import Cells, Pseudonyms
from proof.access_closed import refused_everywhere, shown_wrongly
from proof.access_token import ByToken
from proof.access_world import World
from proof.card import Line
from tests.helpers.house import ROOT, SECRET, House
from tests.helpers.memory import memory_folder
from tests.helpers.people import with_key, write_contracts
from tests.helpers.server import Server
from tests.helpers.serving import Api, in_thread


@dataclass
class Matrix:
    """cells: how many were looked at; wrong: what was given otherwise than the contract says."""

    cells: int = 0
    wrong: list[str] = field(default_factory=list)


def measure() -> Line:
    """All contracts of schemas/datasets and two more with every class, form and limit."""
    with (
        memory_folder() as place,
        EmbeddedPostgres(place / "data", settings=FORGETFUL, keep=False) as postgres,
    ):
        server = Server(postgres)
        return measure_in(House(server.url(server.database()), place / "house"))


def measure_in(house: House, only: Collection[str] = (), until: str = "") -> Line:
    """The same in an empty house. only: some of the sets; until: what a wrong answer says after which none is asked for."""
    paths = [*sorted((ROOT / "schemas" / "datasets").glob("*.yaml")), *write_contracts(house.place / "more")]
    world = World(house, [path for path in paths if not only or path.name.partition(".")[0] in only])
    return _line(world, _matrix(world, until))


def _line(world: World, matrix: Matrix) -> Line:
    return Line(
        "R10",
        "access",
        measured=f"{matrix.cells} answers of {len(world.sheets)} sets: {len(matrix.wrong)} other than their contracts say",
        required="each as the contract says, no value anywhere that is not the caller's, pseudonyms of two consumers without one in common",
        passed=not matrix.wrong and matrix.cells > 0,
        detail=tuple(matrix.wrong[:40]),
    )


def _matrix(world: World, until: str) -> Matrix:
    matrix = Matrix()
    with closing(_answers(world)) as answers:
        for each in answers:
            matrix.cells += 1
            if each:
                matrix.wrong.append(each)
            if until and until in each:
                break
    return matrix


def _answers(world: World) -> Generator[str, None, None]:
    """Each answer that was looked at gives a text: what is wrong with it, or nothing."""
    readers, pseudonyms = world.readers(), Pseudonyms()
    by_token = [*readers][len(readers) // 2] if readers else ""
    callers: dict[str, tuple[str, dict[str, Any]]] = {"anyone": ("", {}), **readers}
    with _served(world.house) as api:
        cells = [
            Cells(
                _as(api, code, key, code == by_token),
                sheet,
                own.get(name),
                world,
                f"{code} {name}",
                pseudonyms if key else None,
                code,
            )
            for code, (key, own) in callers.items()
            for name, sheet in world.sheets.items()
        ]
        for each in cells:
            yield from each.first()
        world.change()
        world.publish()
        for each in cells:
            yield from each.then()
        yield from refused_everywhere(api, world, shown_wrongly(world.house, load_settings(world.house.environment)))
    yield from _rotated(world, cells)
    yield from pseudonyms.mixed()


def _rotated(world: World, cells: Collection[Cells]) -> Iterator[str]:
    """The same pseudonyms under a new secret key beside the old one, and under the new one alone after all keys were wrapped anew."""
    new = base64.b64encode(urandom(32)).decode()
    for secret, is_rewrapped in ((f"{new},{SECRET}", False), (f"{new},{SECRET}", True), (new, False)):
        world.house.secret = secret
        if is_rewrapped:
            world.house.done("keys", "rewrap")
            continue
        with _served(world.house) as api:
            for each in cells:
                if each.is_pseudonymous:
                    yield from each.again(api.address)


@contextmanager
def _served(house: House) -> Iterator[Api]:
    settings = load_settings(house.environment)
    reader, clerk = connect_reader(house.url, 4), connect_clerk(house.url, 2)
    try:
        with in_thread(make_app(Shelf(reader, settings.datasets), Office(clerk, settings.secret_keys))) as api:
            yield api
    finally:
        reader.dispose()
        clerk.dispose()


def _as(api: Api, code: str, key: str, is_by_token: bool) -> Api:
    own = Api(api.address)
    if is_by_token:
        own.http.auth = ByToken(code, key)
    elif key:
        own.http.headers.update(with_key(key))
    return own
