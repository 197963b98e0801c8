"""What the province hands to the ministry: registrations of civil status (dangKyHoTich) and requests for a judicial record
(nhanHoSoDangKy).

Of the latter only its name is known, so any members are taken beside `maHoSo`. Whether a code may come twice is not known
either: here the later one takes the place of the former.
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.justice.civil import MODULES, STATES
from sandbox.justice.envelope import (
    DATA_INCORRECT,
    DATA_TYPE_INVALID,
    MESSAGES,
    Parameters,
    Refused,
    success,
    text,
)
from sandbox.justice.guide import CIVIL, RECORDS
from sandbox.ministry.dates import day_from_vietnamese
from sandbox.pushes.record import Kept, Kind, Push
from sandbox.pushes.store import Pushes
from sandbox.pushes.tampering import current
from sandbox.reply import Reply, json_reply
from sandbox.soap.message import SoapFault, read_xml
from sandbox.world.status import NEW

REGISTER, REQUEST = "dangKyHoTich", "nhanHoSoDangKy"
PUSHES = frozenset({f"{CIVIL}/{REGISTER}", f"{RECORDS}/{REQUEST}"})
RECEIVED = 3
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class RefusedByOrder(Refused):
    """A fault wants it so; a status that means no error here is not given."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status if status in MESSAGES else DATA_INCORRECT)
        self.message = message

    def reply(self) -> Reply:
        """The text of the order."""
        return json_reply({"status": self.code, "message": self.message})


class Taking:
    """Takes what is handed over and says how it stands: received."""

    def __init__(self, pushes: Pushes) -> None:
        self._pushes = pushes

    def register(self, parameters: Parameters) -> Reply:
        """A registration (dangKyHoTich {maDonVi, module, maHoSo, ngayTiepNhan, data}): `data` is an XML document in a string."""
        for name in ("maDonVi", "maHoSo"):
            text(parameters, name)
        if text(parameters, "module") not in MODULES:
            raise Refused(DATA_TYPE_INVALID, "module")
        _check_day(text(parameters, "ngayTiepNhan"))
        _check_xml(text(parameters, "data"))
        state, _ = STATES[NEW]
        return self._take(REGISTER, parameters, str(state), parameters["ngayTiepNhan"])

    def request(self, parameters: Parameters) -> Reply:
        """A request for a record (nhanHoSoDangKy {maHoSo, …})."""
        text(parameters, "maHoSo")
        return self._take(REQUEST, parameters, str(RECEIVED), str(parameters.get("ngayTiepNhan", "")))

    def find(self, code: str, service: str) -> Kept | None:
        """What was handed over under a code by a service, as far as the ministry shows it."""
        found = self._pushes.find(code)
        shown = found.shown if found is not None else None
        return shown if shown is not None and shown.push.service == service else None

    def state_of_registration(self, parameters: Parameters) -> Reply | None:
        """The answer of traTrangThaiHoSo for a registration that was handed over; None when it was not."""
        kept = self.find(text(parameters, "maHoSo"), REGISTER)
        if kept is None:
            return None
        number, name = STATES[NEW]
        head = {"maHoSo": kept.push.code, "trangThai": number, "tenTrangThai": name}
        return success(head | {"ngayCapNhat": kept.push.time, "ghiChu": ""})

    def _take(self, service: str, parameters: Parameters, state: str, time: str) -> Reply:
        code = text(parameters, "maHoSo")
        order = current()
        if order.refusal and order.hits(0, code):
            raise RefusedByOrder(order.error_code, order.refusal)
        self._pushes.add([Push(Kind.DOSSIER, service, code, parameters, state, time)])
        return success({"maHoSo": code})


def pushed_codes(path: str, parameters: Mapping[str, Any] | None) -> list[str] | None:
    """The dossier that a call hands over; None for a call that hands nothing over."""
    return [str((parameters or {}).get("maHoSo", ""))] if path in PUSHES else None


def _check_day(said: str) -> None:
    try:
        day_from_vietnamese(said.partition(" ")[0])
    except ValueError:
        raise Refused(DATA_INCORRECT, "ngayTiepNhan") from None


def _check_xml(said: str) -> None:
    try:
        read_xml(DECLARATION.sub("", said).encode())
    except SoapFault:
        raise Refused(DATA_INCORRECT, "data") from None
