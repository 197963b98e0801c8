"""The ASMX service DMDVHC: three lists as of a day, and a command that makes the longest as long as a test wants."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.reply import Reply, json_reply
from sandbox.soap.message import Call, SoapFault
from sandbox.soap.portal import SoapPortal
from sandbox.soap.streamed import Streamed
from sandbox.units.dataset import NAMESPACE, dataset_answer
from sandbox.units.facts import Register
from sandbox.units.guide import PATH, SIZE_PATH, UNITS_GUIDE
from sandbox.units.tables import TABLES

MOST_ROWS = 1_000_000


class SizeOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /_sandbox/size; null brings the real communes back."""

    rows: Annotated[int, msgspec.Meta(ge=0, le=MOST_ROWS)] | None


class UnitsPortal(SoapPortal):
    """Speaks the contract of the statistics office's unit list; `rows` is the ordered size of the commune list."""

    guide: Guide = UNITS_GUIDE
    wsdl = "units/DMDVHC.wsdl"
    path = PATH
    rows: int | None = None

    def connection(self) -> dict[str, Any]:
        """Nobody logs in."""
        return {}

    def routes(self) -> list[Route]:
        """The service, its contract and the size."""
        return [*self.soap_routes(), Route(SIZE_PATH, self.size, methods=["POST"])]

    async def size(self, request: Request) -> Response:
        """POST /_sandbox/size: how many rows DanhMucPhuongXa has from now on."""
        try:
            self.rows = msgspec.json.decode(await request.body(), type=SizeOrder).rows
        except msgspec.DecodeError as problem:
            return json_reply({"error": f"cannot take this order: {problem}"}, 422).response()
        return json_reply({"rows": self.rows}).response()

    def answer(self, call: Call, body: bytes) -> Reply:  # noqa: ARG002 (what was received matters to other portals)
        """One of the three lists."""
        table = TABLES.get(call.name)
        if table is None or call.namespace != NAMESPACE:
            raise SoapFault("soap:Client", f"Server did not recognize the request element: {call.name}.")
        register, rows = Register(_day(call.argument("DenNgay"))), self.rows
        return Streamed(lambda: dataset_answer(call.name, table.columns, table.rows(register, rows)))


def _day(text: str) -> date:
    """DenNgay, dd/MM/yyyy and nothing else; anything else is the fault that ASMX makes of an exception."""
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 (a calendar day has no zone)
    except ValueError:
        raise SoapFault(
            "soap:Server",
            "Server was unable to process request. ---> String was not recognized as a valid DateTime.",
        ) from None
