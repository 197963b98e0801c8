"""In which order Tân Dân lists dossiers: as they were filed, or by the last change when a client asks for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.province_tandan.paging import BadRequest
from sandbox.world.ordering import by_change
from sandbox.world.world import World

NEWEST, OLDEST = "LastModifiedOn desc", "LastModifiedOn"


class Listing:
    """The indexes of all dossiers in an order; the orders by change are kept until a day passes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._day = world.day
        self._orders: dict[str, Sequence[int]] = {}

    def ordered(self, order: str) -> Sequence[int]:
        """All dossiers, the deleted too; "" is the order of filing; raises BadRequest."""
        if not order:
            return range(len(self._world.dossiers))
        if order not in (NEWEST, OLDEST):
            raise BadRequest(f"orderBy: {order}")
        if self._day != self._world.day:
            self._day, self._orders = self._world.day, {}
        if order not in self._orders:
            self._orders[order] = by_change(self._world.dossiers, newest_first=order == NEWEST)
        return self._orders[order]


def asked_order(parameters: Mapping[str, Any]) -> str:
    """The order a client asks for (orderBy, text or a list of one text); "" when it names none."""
    said = parameters.get("orderBy") or ""
    return str(said[0] if isinstance(said, list) else said)
