"""The door by which a ministry or the national portal tells the province how a dossier stands.

No such address of iGate is public: `POST /pa/api-integration/--status`, its members and its answer are this sandbox's own, in
the manner of the product. Of a dossier that a ministry handles the province knows the ministry's code. What was told is kept and
shown in the sandbox's ledger; the province's own record goes its own way.
"""

from collections.abc import Callable
from typing import Annotated

import msgspec

from sandbox.province.doors import portal_error
from sandbox.province.paging import BadRequest
from sandbox.pushes.record import Kind, Push
from sandbox.pushes.store import Pushes
from sandbox.pushes.tampering import current
from sandbox.reply import Reply, json_reply
from sandbox.world.clock import instant_from

TOLD_PATH = "/pa/api-integration/--status"
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Told(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The body: a dossier by its code here, the national one or the ministry's, its state (1..10) at an instant, and who says so."""

    code: Text
    status: Annotated[int, msgspec.Meta(ge=1, le=10)]
    updated_date: Text
    source: Text
    comment: str = ""


def read_told(body: bytes) -> Told:
    """What is told; BadRequest says what is wrong with it."""
    try:
        told = msgspec.json.decode(body, type=Told)
        instant_from(told.updated_date)
    except (msgspec.DecodeError, ValueError) as problem:
        raise BadRequest(str(problem)) from None
    return told


def told_codes(body: bytes) -> list[str]:
    """The dossier that a call is about; "" when it cannot be read."""
    try:
        return [msgspec.json.decode(body, type=Told).code]
    except msgspec.DecodeError:
        return [""]


def keep_told(knows: Callable[[str], bool], pushes: Pushes, body: bytes) -> Reply:
    """Keeps it and says how many dossiers it was about; 404 when there is none with that code. knows: whether there is."""
    told, order = read_told(body), current()
    if order.refusal and order.hits(0, told.code):
        return portal_error(500, "Internal Server Error", order.refusal)
    if not knows(told.code):
        return portal_error(404, "Not Found", f"dossier {told.code}")
    item = msgspec.to_builtins(told)
    pushes.add([Push(Kind.STATUS, TOLD_PATH, told.code, item, str(told.status), told.updated_date)])
    return json_reply({"affectedRows": 1})
