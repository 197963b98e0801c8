"""Records that were already written, so that a second reading costs nothing."""

from collections.abc import Callable

from sandbox.world.standing import Standing, stand
from sandbox.world.world import World

Writer = Callable[[Standing, int], bytes]


class Shelf:
    """The JSON of dossiers by index; written again only after the dossier has moved on."""

    def __init__(self, world: World, write: Writer) -> None:
        self._world = world
        self._write = write
        self._kept: dict[int, tuple[int, bytes]] = {}

    def record(self, index: int) -> bytes:
        """The JSON of one dossier as it stands tonight."""
        stage = self._world.dossiers.stage[index]
        kept = self._kept.get(index)
        if kept is None or kept[0] != stage:
            kept = self._kept[index] = stage, self._write(stand(self._world, index), index)
        return kept[1]
