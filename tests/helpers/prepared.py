"""Houses that many tests begin with: each kind is prepared once, and every test has a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.helpers.house import House
from tests.helpers.server import Server

Prepare = Callable[[House], None]


class Prepared:
    """Prepares houses and copies them: a database and a folder are copied faster than a night is lived through."""

    def __init__(self, server: Server, new_folder: Callable[[], Path]) -> None:
        self._server, self._new_folder = server, new_folder
        self._kinds: dict[Prepare, House] = {}

    def house(self, prepare: Prepare) -> House:
        """A house like the one that `prepare` left; it runs once, and may leave nothing running."""
        if prepare not in self._kinds:
            house = House(self._server.url(self._server.database()), self._new_folder())
            prepare(house)
            self._kinds[prepare] = house
        return self._copy(self._kinds[prepare])

    def _copy(self, kind: House) -> House:
        """Without connections: those led to portals that are gone."""
        place = self._new_folder()
        shutil.copytree(kind.place, place, symlinks=True, dirs_exist_ok=True)
        house = replace(kind, url=self._server.url(self._server.copy(kind.database)), place=place, connections={})
        # Landed pages are the one thing that is known by its place: without this the copy would read the first's, and erase them.
        house.execute(f"update landing.page set path = replace(path, '{kind.place}/', '{place}/')")
        return house
