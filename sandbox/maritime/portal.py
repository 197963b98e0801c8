"""The single window: `sendAndGetMessage` takes a document as a string and gives one back."""

from typing import Any

from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.maritime.documents import DOCUMENT_TYPES, DocumentType
from sandbox.maritime.guide import IDENTITY, MARITIME_GUIDE, PATH
from sandbox.maritime.inner import Inner, Refused, read_inner, write_inner
from sandbox.maritime.results import dossier_list, outcome
from sandbox.reply import Reply
from sandbox.soap.message import Call, SoapFault, answer, element
from sandbox.soap.portal import SoapPortal
from sandbox.world.clock import night

NAMESPACE = "http://facade.dk.gt.dtt.vn"
OPERATION = "sendAndGetMessage"
ASK_RESULT, MINISTRY_RESULT, ACKNOWLEDGED = "11", "26", "99"


class MaritimePortal(SoapPortal):
    """Answers function 11 (ask for results) of two document types."""

    guide: Guide = MARITIME_GUIDE
    wsdl = "maritime/SendMessage.wsdl"
    path = PATH

    def connection(self) -> dict[str, Any]:
        """No password: the sender is known by the identity in its messages."""
        return {"login": IDENTITY}

    def routes(self) -> list[Route]:
        """The service and its contract."""
        return self.soap_routes()

    def answer(self, call: Call, body: bytes) -> Reply:  # noqa: ARG002 (what was received matters to other portals)
        """The document that comes back, escaped into one string."""
        if (call.name, call.namespace) != (OPERATION, NAMESPACE):
            raise SoapFault("soap:Server", f"No such operation '{call.name}'")
        returned = element(f"{OPERATION}Return", self._respond(call.argument("requestMessage")))
        return answer(f'<{OPERATION}Response xmlns="{NAMESPACE}">{returned}</{OPERATION}Response>')

    def _respond(self, text: str) -> str:
        """The answer's document; a refusal is a document too."""
        try:
            asked = read_inner(text)
        except Refused as problem:
            return self._write(None, Inner("", {}, {}, {}), ACKNOWLEDGED, outcome(None, str(problem)))
        kind = DOCUMENT_TYPES.get(asked.subject.get("documenttype", ""))
        try:
            listed = dossier_list(self.world, _accepted(kind, asked), asked)
        except Refused as problem:
            return self._write(kind, asked, ACKNOWLEDGED, outcome(kind, str(problem)))
        return self._write(kind, asked, MINISTRY_RESULT, outcome(kind) + listed)

    def _write(self, kind: DocumentType | None, asked: Inner, function: str, content: str) -> str:
        return write_inner(kind, asked, function, night(self.world.day), content)


def _accepted(kind: DocumentType | None, asked: Inner) -> DocumentType:
    """The kind of document asked for; Refused when sender, kind or function is not one this window serves."""
    if asked.sender.get("identity") != IDENTITY:
        raise Refused("Đơn vị gửi chưa được đăng ký")
    if kind is None:
        raise Refused(f"Loại chứng từ không được hỗ trợ: {asked.subject.get('documenttype', '')}")
    if asked.subject.get("function") != ASK_RESULT:
        raise Refused(f"Chức năng không được hỗ trợ: {asked.subject.get('function', '')}")
    return kind
