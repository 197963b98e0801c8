"""The ministry's service: trusts only what is signed, and signs what it answers, unless told to misbehave."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.reply import Reply, json_reply
from sandbox.secure_soap.answers import SignatureOrder, Signer
from sandbox.secure_soap.dossiers import NAMESPACE, OPERATIONS
from sandbox.secure_soap.guide import PATH, SECURE_SOAP_GUIDE, SIGNATURE_PATH
from sandbox.secure_soap.identity import make_identity, write_files
from sandbox.secure_soap.login import Doorkeeper, check_timestamp
from sandbox.secure_soap.names import PASSWORD, USERNAME, wsse
from sandbox.secure_soap.refusal import INVALID, SecurityFault
from sandbox.secure_soap.verifying import check_signature
from sandbox.soap.message import MEDIA, Call, SoapFault, envelope
from sandbox.soap.portal import SoapPortal
from sandbox.world.world import World


class SecureSoapPortal(SoapPortal):
    """Demands WS-Security of every request; one client is registered, with the certificate made at the start."""

    guide: Guide = SECURE_SOAP_GUIDE
    wsdl = "secure-soap/HoSo.wsdl"
    path = PATH

    def __init__(self, world: World, session_seconds: float) -> None:
        super().__init__(world, session_seconds)
        self._client, server = make_identity("Tỉnh Đắk Lắk (mô phỏng)"), make_identity("Bộ Thí dụ (mô phỏng)")
        self._files = write_files(self._client, server)
        self._signer = Signer(server)
        self._door = Doorkeeper()

    def connection(self) -> dict[str, Any]:
        """User and password, and the files with the client's identity and the server's certificate."""
        return {"login": USERNAME, "password": PASSWORD, "extra": self._files}

    def routes(self) -> list[Route]:
        """The service, its contract and the command."""
        return [*self.soap_routes(), Route(SIGNATURE_PATH, self.signature, methods=["POST"])]

    async def signature(self, request: Request) -> Response:
        """POST /_sandbox/signature: how answers are signed from now on."""
        try:
            self._signer.order = msgspec.json.decode(await request.body(), type=SignatureOrder)
        except msgspec.DecodeError as problem:
            return json_reply({"error": f"cannot take this order: {problem}"}, 422).response()
        return json_reply({"answer": self._signer.order.answer}).response()

    def answer(self, call: Call, body: bytes) -> Reply:  # noqa: ARG002 (what was received matters to other portals)
        """A signed answer; faults are not signed."""
        self._check(call)
        operation = OPERATIONS.get(call.name)
        if operation is None or call.namespace != NAMESPACE:
            raise SoapFault("soap:Client", f"Không có thao tác {call.name}")
        return Reply(self._signer.signed(envelope(operation(self.world, call))), media=MEDIA)

    def _check(self, call: Call) -> None:
        found = [] if call.header is None else call.header.findall(wsse("Security"))
        if len(found) != 1:
            raise SecurityFault(INVALID, "Exactly one Security header is needed")
        check_timestamp(found[0])
        check_signature(call, found[0], self._client)
        # Last, so that a nonce is used up only by a message that is otherwise good.
        self._door.check(found[0])
