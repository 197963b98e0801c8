"""The single window: `sendAndGetMessage` takes a document as a string and gives one back."""

from collections.abc import Sequence
from typing import Any

from starlette.routing import Route

from sandbox.guide import Guide
from sandbox.maritime.documents import DOCUMENT_TYPES, DocumentType
from sandbox.maritime.guide import IDENTITY, MARITIME_GUIDE, PATH
from sandbox.maritime.inner import Inner, Refused, read_inner, write_inner
from sandbox.maritime.notices import code_of, is_notice, keep_notice
from sandbox.maritime.results import dossier_list, outcome
from sandbox.pushes.store import Pushes
from sandbox.reply import Reply
from sandbox.soap.message import Call, SoapFault, answer, element
from sandbox.soap.portal import SoapPortal
from sandbox.world.clock import night
from sandbox.world.world import World

NAMESPACE = "http://facade.dk.gt.dtt.vn"
OPERATION = "sendAndGetMessage"
ARGUMENT = "requestMessage"
ASK_RESULT, MINISTRY_RESULT, ACKNOWLEDGED = "11", "26", "99"


class MaritimePortal(SoapPortal):
    """Answers function 11 (ask for results) of two document types, and acknowledges notices about them."""

    guide: Guide = MARITIME_GUIDE
    wsdl = "maritime/SendMessage.wsdl"
    path = PATH

    def __init__(self, world: World, session_seconds: float) -> None:
        super().__init__(world, session_seconds)
        self.notices = self.pushes = Pushes(world.day)
        world.each_time(lambda: self.notices.pass_to(world.day))

    def connection(self) -> dict[str, Any]:
        """No password: the sender is known by the identity in its messages."""
        return {"login": IDENTITY}

    def routes(self) -> list[Route]:
        """The service and its contract."""
        return self.soap_routes()

    def pushed_codes(self, call: Call) -> Sequence[str] | None:
        """The dossier of a notice."""
        try:
            asked = read_inner(call.argument(ARGUMENT))
        except Refused:
            return None
        return [code_of(asked)] if is_notice(asked) else None

    def answer(self, call: Call, body: bytes) -> Reply:  # noqa: ARG002 (what was received matters to other portals)
        """The document that comes back, escaped into one string."""
        if (call.name, call.namespace) != (OPERATION, NAMESPACE):
            raise SoapFault("soap:Server", f"No such operation '{call.name}'")
        returned = element(f"{OPERATION}Return", self._respond(call.argument(ARGUMENT)))
        return answer(f'<{OPERATION}Response xmlns="{NAMESPACE}">{returned}</{OPERATION}Response>')

    def _respond(self, text: str) -> str:
        """The answer's document; a refusal is a document too."""
        try:
            asked = read_inner(text)
        except Refused as problem:
            return self._write(None, Inner("", {}, {}, {}), ACKNOWLEDGED, outcome(None, str(problem)))
        kind = DOCUMENT_TYPES.get(asked.subject.get("documenttype", ""))
        try:
            function, content = self._result(_known(kind, asked), asked)
        except Refused as problem:
            return self._write(kind, asked, ACKNOWLEDGED, outcome(kind, str(problem)))
        return self._write(kind, asked, function, outcome(kind) + content)

    def _result(self, kind: DocumentType, asked: Inner) -> tuple[str, str]:
        """The function of the answer, and what stands in it beside the outcome."""
        if is_notice(asked):
            keep_notice(self.world, self.notices, kind, asked)
            return ACKNOWLEDGED, ""
        if asked.subject.get("function") != ASK_RESULT:
            raise Refused(f"Chức năng không được hỗ trợ: {asked.subject.get('function', '')}")
        return MINISTRY_RESULT, dossier_list(self.world, kind, asked)

    def _write(self, kind: DocumentType | None, asked: Inner, function: str, content: str) -> str:
        return write_inner(kind, asked, function, night(self.world.day), content)


def _known(kind: DocumentType | None, asked: Inner) -> DocumentType:
    """The kind of document; Refused when the sender, or the kind, is not one that this window knows."""
    if asked.sender.get("identity") != IDENTITY:
        raise Refused("Đơn vị gửi chưa được đăng ký")
    if kind is None:
        raise Refused(f"Loại chứng từ không được hỗ trợ: {asked.subject.get('documenttype', '')}")
    return kind
