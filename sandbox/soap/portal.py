"""What every SOAP portal does alike: read the call, answer it, turn a refusal into a fault, serve the WSDL."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.portal import Portal
from sandbox.reply import Reply
from sandbox.soap.contract import contract
from sandbox.soap.message import Call, SoapFault, read_call

UNREADABLE = "unreadable"


class SoapPortal(Portal):
    """A portal with one SOAP address, `path`; `wsdl` is its contract below schemas/wsdl."""

    wsdl: str
    path: str

    def soap_routes(self) -> list[Route]:
        """The service and, at the same address, its contract."""
        return [Route(self.path, self.soap, methods=["POST"]), Route(self.path, self.describe)]

    async def soap(self, request: Request) -> Response:
        """POST: one call, counted under the name of its operation."""
        body = await request.body()
        try:
            call = read_call(body, request.headers.get("content-type", ""))
        except SoapFault as fault:
            refusal = fault.reply()
            return await self.serve(UNREADABLE, request, lambda: refusal)
        codes = self.pushed_codes(call)
        return await self.serve(call.name, request, lambda: _answered(lambda: self.answer(call, body)), codes)

    async def describe(self, request: Request) -> Response:
        """GET ?wsdl: the contract."""
        address = str(request.base_url).rstrip("/") + self.path
        return await self.serve("wsdl", request, lambda: contract(self.wsdl, address))

    def pushed_codes(self, call: Call) -> Sequence[str] | None:  # noqa: ARG002 (few of them take pushes)
        """The dossiers that a call pushes; None for a call that pushes nothing."""
        return None

    def answer(self, call: Call, body: bytes) -> Reply:
        """The answer to a call, of which `body` are the bytes as received; raises SoapFault."""
        raise NotImplementedError(type(self).__name__)


def _answered(answer: Callable[[], Reply]) -> Reply:
    try:
        return answer()
    except SoapFault as fault:
        return fault.reply()
