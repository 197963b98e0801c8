"""Dossiers that were filed on another portal and carry its code as `nationCode`: none of its own accord, only by order."""

import msgspec

from sandbox.province.search import Search, question
from sandbox.reply import Reply, json_reply
from sandbox.world.dossiers import Dossiers

FILED_PATH = "/_sandbox/filed"


class FiledOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /_sandbox/filed: the province's code of a dossier, and the one that the other portal gave it."""

    codes: dict[str, str]


class FiledElsewhere:
    """What was ordered, by the province's own code."""

    def __init__(self, dossiers: Dossiers, search: Search) -> None:
        self._dossiers, self._search = dossiers, search
        self._codes: dict[str, str] = {}

    def code(self, own: str) -> str | None:
        """The other portal's code of a dossier; None for one that was not filed on such a portal."""
        return self._codes.get(own)

    def order(self, body: bytes) -> Reply:
        """Takes an order; 422, and nothing taken, when it cannot be read or the province has no such dossier."""
        try:
            codes = msgspec.json.decode(body, type=FiledOrder).codes
        except msgspec.DecodeError as problem:
            return json_reply({"error": f"cannot take this order: {problem}"}, 422)
        found = {own: self._search.find(question({"code": own})) for own in codes}
        if unknown := sorted(own for own, indexes in found.items() if not indexes):
            return json_reply({"error": f"there is no dossier {', '.join(unknown)}"}, 422)
        self._codes |= codes
        for indexes in found.values():
            self._dossiers.rendered[indexes[0]] = None
        return json_reply({"filed": len(self._codes)})
