"""Calls of a SOAP service: zeep writes the envelope, WS-Security signs it, HttpClient sends it, and the answer is streamed.

In this order an answer is held against: HTTP, the signature, the fault, the declared element and its XSD, the exchange's own
headers, and last the portal's rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import uuid4

import msgspec

from connectors import decode, formats, xroad
from connectors.answer import AnswerRules
from connectors.body import Answer
from connectors.decode import BrokenAnswer
from connectors.errors import OutcomeUnknown, PortalError, SessionExpired
from connectors.formats import Format
from connectors.http.client import HttpClient
from connectors.http.politeness import Limits
from connectors.http.statuses import check_status
from connectors.pages import Received
from connectors.request import Request
from connectors.soap import service as soap
from connectors.soap.fault import CallRefused
from connectors.soap.service import SoapRecords, SoapService
from connectors.soap.wsse_header import FRESHNESS
from connectors.xml.writing import document

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from connectors.soap.wsse_header import Signer, UsernameToken

FAULT = 500
"""The HTTP status a SOAP 1.1 fault comes with."""

ABOVE = 2
"""Elements of a records path that every SOAP answer has above its own: Body and the declared answer element."""


@dataclass(frozen=True)
class Security:
    """How calls are secured. token: our user name and password digest; signer: signs Body and Timestamp; certificate: the
    portal's, which must have signed its answers (None: they are not signed); freshness: how old an answer may be.
    """

    token: UsernameToken | None = None
    signer: Signer | None = None
    certificate: Certificate | None = None
    freshness: timedelta = FRESHNESS


class _Reading:
    """What is kept of a streamed answer: how many records, the last one, and the first that the XSD does not allow.

    Such a record is landed like all others: the mapping decides whether it can become a row or goes to quarantine.
    """

    def __init__(self) -> None:
        self.count = self._wrong = 0
        self._last: dict[str, Any] | None = None
        self._first: PortalError | None = None

    def read(self, found: SoapRecords, request: Request, answer: Answer) -> None:
        """Read an answer to its end. Raises what its fault means, and for a 500 that holds none."""
        try:
            for record in found:
                self.count, self._last = self.count + 1, record
        except (BrokenAnswer, SessionExpired):
            # The page of a server that fell over is no answer, and nobody signs in to read it.
            check_status(request, answer.status, answer.headers)
            raise
        # A fault was raised by now. Anything else that comes as one was not checked as an answer, and must not pass for one.
        check_status(request, answer.status, answer.headers)

    def wrong(self, record: dict[str, Any], error: PortalError) -> None:
        """A record that is not as declared."""
        self.count, self._last, self._wrong = self.count + 1, record, self._wrong + 1
        self._first = self._first or error

    @property
    def raws(self) -> tuple[msgspec.Raw, ...]:
        """The last record, if there was one."""
        return () if self._last is None else tuple(formats.raws({"": self._last}).values())

    @property
    def note(self) -> str:
        """What a person should know."""
        if self._first is None:
            return ""
        where = f"{self._first.where}: " if self._first.where else ""
        return f"{self._wrong} records are not what the WSDL declares; the first: {where}{self._first.what}"


class SoapCaller:
    """A portal's SOAP service, as `connectors.pages` wants to call it."""

    def __init__(
        self,
        client: HttpClient,
        service: SoapService,
        rules: AnswerRules,
        every: Request,
        security: Security | None = None,
        exchange: xroad.Exchange | None = None,
    ) -> None:
        self.client, self.service, self.rules, self.every = client, service, rules, every
        self.security, self.exchange = security or Security(), exchange

    @property
    def limits(self) -> Limits:
        """What the portal bears."""
        return self.client.limits

    def call(self, request: Request, form: Format) -> Received:
        """The answer of an operation, checked and opened. Its members are named from the envelope, as its records are."""
        request_id = str(uuid4())
        answer = self.client.send(self._written(request, request_id))
        with _no_proof(request, CallRefused, xroad.ExchangeRefused), self._believed(answer) as source:
            reading = _Reading()
            found = self._opened(source, request.operation, form, reading)
            reading.read(found, request, answer)
        if self.exchange is not None:
            assert answer.sent is not None
            with _no_proof(request):
                xroad.check_soap(xroad.Sent(request_id, answer.sent.body), found.header or _outer_header(answer))
        if form.unwrap:
            return self._unwrapped(request, answer, form)
        element = self.service.answer_element(request.operation).rpartition("}")[2]
        members = formats.raws({"Body": {element: found.members}})
        self.rules.check(members)
        return Received(answer.body, answer.headers, members, reading.count, reading.raws, reading.note)

    def _opened(self, source: BinaryIO, operation: str, form: Format, reading: _Reading) -> SoapRecords:
        return soap.opened(
            source,
            self.service,
            operation,
            _inside(form.records) if not form.unwrap else decode.WHOLE,
            diffgram=form.kind == "diffgram",
            ignore_case=form.ignore_case,
            invalid=reading.wrong,
        )

    def _unwrapped(self, request: Request, answer: Answer, form: Format) -> Received:
        """The document inside the answer's text is what the rules speak of, and holds the records."""
        with answer.open() as source:
            with _no_proof(request):
                found = formats.opened(source, form)
            self.rules.check(found.members)
            with _no_proof(request):
                records = list(found.records)
        return Received(answer.body, answer.headers, found.members, len(records), records)

    def _written(self, request: Request, request_id: str) -> Request:
        headers = xroad.soap_headers(self.exchange, request_id, request.operation) if self.exchange else []
        envelope = self.service.envelope(request.operation, self._arguments(request, request_id), headers)
        http = {**self.every.headers, **self.service.headers(request.operation)}
        return replace(
            request,
            method="POST",
            # The exchange has one address for all services; a service of its own says its path in the WSDL.
            path="" if self.exchange else self.service.path(request.operation),
            headers=http,
            body=None,
            content=self._secured(envelope),
            content_type=http["Content-Type"],
            packed=True,
            accept_status=(FAULT,),
        )

    def _arguments(self, request: Request, request_id: str) -> dict[str, Any]:
        request = request.with_body(self.every.body or {})
        if not request.wrap:
            return dict(request.body)
        named = {request.message_id: request_id} if request.message_id else {}
        return {request.wrap: document(request.root, request.with_parameters(named, "body").body)}

    def _secured(self, envelope: bytes) -> bytes | Callable[[], bytes]:
        """With a Security header, made anew for each try: its nonce may be used once, and its Timestamp ages."""
        if self.security.token is None and self.security.signer is None:
            return envelope
        from connectors.soap.wsse import secured

        return partial(secured, envelope, token=self.security.token, signer=self.security.signer)

    def _believed(self, answer: Answer) -> BinaryIO:
        """What may be read of an answer: where answers are signed, only what is signed. Raises SignatureRefused.

        Faults are not signed; they are read as they are, and end the call whatever they say.
        """
        if self.security.certificate is None or answer.status == FAULT:
            return answer.open()
        from connectors.soap.wsse import verify

        return BytesIO(verify(answer.plain(), self.security.certificate, freshness=self.security.freshness))


@contextmanager
def _no_proof(request: Request, *refusals: type[PortalError]) -> Iterator[None]:
    """What is wrong with an answer does not say that nothing was done: a call that must not be repeated may have been taken.

    refusals: errors that do say so.
    """
    try:
        yield
    except PortalError as error:
        if request.repeatable or isinstance(error, refusals):
            raise
        raise OutcomeUnknown(error.what, where=error.where, do=error.do) from error


def _outer_header(answer: Answer) -> dict[str, Any]:
    """The Header as received: what the exchange puts there never lies under the portal's signature."""
    from connectors.xml import reading as xml

    with answer.open() as source:
        return next(iter(list(xml.records(source, "Header"))), {})


def _inside(path: str) -> str:
    """A records path from below the answer element; a mapping says it from the envelope, as what was landed reads."""
    names = path.split(".")[ABOVE:]
    return ".".join(names) or decode.WHOLE


class Mixed:
    """A portal that offers SOAP operations and plain addresses: every call goes the way its request says."""

    def __init__(self, operations: SoapCaller, addresses: Any) -> None:
        self.operations, self.addresses = operations, addresses

    @property
    def limits(self) -> Limits:
        """What the portal bears."""
        return self.operations.limits

    def call(self, request: Request, form: Format) -> Received:
        """Through the one or the other."""
        caller: Any = self.operations if request.operation else self.addresses
        received: Received = caller.call(request, form)
        return received
