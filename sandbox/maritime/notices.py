"""Notices (thông báo) about a dossier, functions 20 to 24: kept, and acknowledged by function 99.

Which members a notice has is not known beyond the code of its dossier; all that are in its Content are kept.
"""

from sandbox.maritime.documents import DocumentType
from sandbox.maritime.inner import Inner, Refused
from sandbox.maritime.results import dossier_code
from sandbox.pushes.record import Kind, Push
from sandbox.pushes.store import Pushes
from sandbox.pushes.tampering import current
from sandbox.soap.cases import cases
from sandbox.world.world import World

NOTICES = {"20": "notice", "21": "accept", "22": "reject", "23": "complete", "24": "confirm_cancellation"}


def is_notice(asked: Inner) -> bool:
    """Whether a document is a notice."""
    return asked.subject.get("function") in NOTICES


def code_of(asked: Inner) -> str:
    """The dossier that a notice is about; "" when it does not say."""
    return asked.content.get("dossiercode", "")


def keep_notice(world: World, pushes: Pushes, kind: DocumentType, asked: Inner) -> None:
    """Keeps a notice about a dossier that this window has; Refused when it has none with that code."""
    code, order = code_of(asked), current()
    if order.refusal and order.hits(0, code):
        raise Refused(order.refusal)
    if code not in {dossier_code(kind, case) for case in cases(world.seed, kind.number, world.day)}:
        raise Refused("Hồ sơ không tồn tại")
    function = asked.subject["function"]
    item = {"messageId": asked.message_id, "documentType": kind.number, "function": function, **asked.content}
    service = f"{kind.number}/{function} {NOTICES[function]}"
    pushes.add([Push(Kind.STATUS, service, code, item, function, asked.subject.get("senddate", ""))])
