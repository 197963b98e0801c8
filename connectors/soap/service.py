"""SOAP: a call's envelope built from the vendored WSDL by zeep, an answer's records streamed by our own reader.

zeep's objects cost ten times the time, need memory for the whole answer, and turn bad data into None; so zeep only writes.
What it would have checked of an answer (fault, the right element, types) is checked here.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.errors import FatalPortalError
from connectors.soap.fault import fault
from connectors.soap.wsdl import Vendored, WrongContract
from connectors.soap.xsd import Judge, Schemas
from connectors.xml.parse import DEFAULT_GUARDS, Document, Guards, Source, local
from connectors.xml.plain import SOAP11, SOAP12, Plain
from connectors.xml.reading import Checks, Diffgram, Invalid, Place, XmlRecords

__all__ = ["SoapRecords", "SoapService", "SoapSpec", "WrongContract", "opened"]


@dataclass(frozen=True)
class SoapSpec:
    """Which service of which vendored WSDL. Without names: its first service, and there the first SOAP 1.1 port."""

    wsdl: Path
    service: str | None = None
    port: str | None = None


class SoapService:
    """One portal's SOAP service. Build it once: reading a WSDL takes a while. Threads may share it.

    Raises WrongContract where the WSDL cannot be used or does not declare what is asked for.
    """

    def __init__(self, spec: SoapSpec) -> None:
        self.spec = spec
        self._vendored = Vendored(spec.wsdl)
        self._lock = threading.Lock()
        self._judges: dict[tuple[Any, ...], Judge | None] = {}
        port = _port(_read(self._vendored), spec)
        self._binding, self._address = port.binding, port.binding_options["address"]
        self.namespace: str = self._binding.nsmap["soap-env"]

    @property
    def operations(self) -> list[str]:
        """The names of the operations."""
        return sorted(self._binding._operations)  # noqa: SLF001  # zeep has no public list

    def envelope(self, operation: str, arguments: Mapping[str, Any], headers: Iterable[Any] = ()) -> bytes:
        """The document to send. headers: elements for its Header, in this order. Names and order are the WSDL's."""
        from lxml import etree
        from zeep.exceptions import Error

        found = self._operation(operation)
        try:
            with self._lock:
                content = found.create(**arguments, _soapheaders=list(headers)).content
        except (Error, TypeError) as error:
            # Both name elements and types of the contract, never a value.
            raise WrongContract(str(error)[:300], where=operation, do="mend `arguments` in the mapping") from None
        except (ValueError, AttributeError) as error:
            raise WrongContract(
                f"an argument does not fit the declared type ({type(error).__name__})",
                where=operation,
                do="mend `arguments` in the mapping",
            ) from None
        written: bytes = etree.tostring(content, xml_declaration=True, encoding="utf-8")
        return written

    def action(self, operation: str) -> str:
        """The SOAPAction the WSDL declares; may be empty."""
        return self._operation(operation).soapaction or ""

    def headers(self, operation: str) -> dict[str, str]:
        """The HTTP headers of a call: the content type of its SOAP version, and where the action goes in it."""
        action = self.action(operation)
        if self.namespace == SOAP12:
            more = f'; action="{action}"' if action else ""
            return {"Content-Type": f"application/soap+xml; charset=utf-8{more}"}
        return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}

    def path(self, operation: str = "") -> str:
        """The path of the address in the WSDL. The rest of that address is never used: the connection says where to call."""
        if operation:
            self._operation(operation)
        return urlsplit(self._address).path or "/"

    def answer_element(self, operation: str) -> str:
        """The element an answer's Body must hold (Clark name)."""
        found = self._operation(operation)
        body = found.output.body if found.output else None
        if body is None:
            raise WrongContract("the WSDL declares no answer", where=operation)
        if found.style == "rpc":
            return f"{{{body.qname.namespace}}}{operation}Response"
        return str(body.qname.text)

    def judge(self, operation: str, path: tuple[str, ...] = (), *, ignore_case: bool = False) -> Judge | None:
        """The XSD's judge for what lies at `path` in an answer; None where no type is declared for it."""
        key = (operation, path, ignore_case)
        with self._lock:
            if key not in self._judges:
                element = self.answer_element(operation)
                self._judges[key] = self._schemas.judge(element, path, ignore_case=ignore_case)
            return self._judges[key]

    @cached_property
    def _schemas(self) -> Schemas:
        return Schemas(self._vendored)

    def _operation(self, name: str) -> Any:
        try:
            return self._binding.get(name)
        except (KeyError, ValueError):
            known = ", ".join(self.operations)
            raise WrongContract(
                f"the WSDL has no operation {name!r} (it has {known})", where=str(self.spec.wsdl)
            ) from None


def opened(
    source: Source,
    service: SoapService,
    operation: str,
    records: str,
    *,
    diffgram: bool = False,
    table: str | None = None,
    ignore_case: bool = False,
    guards: Guards = DEFAULT_GUARDS,
    invalid: Invalid | None = None,
) -> SoapRecords:
    """The records of an answer, at `records` from the children of the declared answer element ("." = that element itself).

    diffgram: they are the rows of a DataSet (of `table`, where it has several); `records` is not used then. invalid: takes
    records that are not what the XSD declares; without it the first one ends the reading (NotAsDeclared).
    While it is read it may also raise the fault the service answered with (FatalPortalError or RetriablePortalError),
    FatalPortalError for another element than the declared one, and all that connectors.xml.reading.records may.
    """
    naming = Plain(guards, ignore_case=ignore_case)
    envelope = f"{{{service.namespace}}}"
    above = (f"{envelope}Envelope", f"{envelope}Body", service.answer_element(operation))
    place = Diffgram(naming, table, above) if diffgram else Place(records, naming, above)
    path = () if diffgram or place.whole else tuple(records.split("."))
    return SoapRecords(
        Document(source, guards, _only_envelopes),
        place,
        naming,
        Checks(
            judge=service.judge(operation, path, ignore_case=ignore_case) if path else None,
            judge_top=service.judge(operation),
            invalid=invalid,
        ),
        above,
    )


class SoapRecords(XmlRecords):
    """The records of a SOAP answer. header: after the last one, what stood in the envelope's Header."""

    def __init__(
        self, document: Document, place: Place, naming: Plain, checks: Checks, above: tuple[str, str, str]
    ) -> None:
        super().__init__(document, place, naming, checks)
        self.header: dict[str, Any] = {}
        self._above = above

    def _top(self, root: Any) -> Any:
        envelope, body, answer = self._above
        version = root.tag.removesuffix("Envelope")
        inside = [child for each in root if each.tag == f"{version}Body" for child in each]
        if len(inside) == 1 and inside[0].tag == f"{version}Fault":
            raise fault(inside[0])
        for each in root:
            if each.tag == f"{version}Header":
                self.header = self._naming.record(each)
        bodies = [each.tag for each in root].count(body)
        if root.tag != envelope or bodies != 1 or [each.tag for each in inside] != [answer]:
            found = ", ".join(local(each.tag) for each in inside[:5]) or "nothing"
            raise FatalPortalError(
                f"the envelope holds {found} where the WSDL declares {local(answer)}",
                do="compare the answer with the vendored WSDL: namespace and SOAP version must be the same too",
            )
        return inside[0]


def _only_envelopes(tag: str) -> None:
    if tag not in {f"{{{SOAP11}}}Envelope", f"{{{SOAP12}}}Envelope"}:
        raise FatalPortalError(
            f"the answer is an element {local(tag)}, not a SOAP envelope", do="check the address and the vendored WSDL"
        )


def _read(vendored: Vendored) -> Any:
    """The parsed WSDL. zeep is given no way to reach anything but the folder."""
    import zeep
    from zeep.exceptions import Error, ExternalReferenceForbidden

    # At DEBUG zeep writes whole envelopes to the log.
    logging.getLogger("zeep").setLevel(logging.WARNING)
    settings = zeep.Settings(
        strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, force_https=False
    )
    client: Any = zeep.Client
    try:
        with warnings.catch_warnings():
            # zeep only warns of a message whose element is not declared, and fails when it is called.
            warnings.simplefilter("error", UserWarning)
            return client(str(vendored.wsdl), transport=vendored, settings=settings).wsdl
    except ExternalReferenceForbidden as error:
        raise vendored.outside(str(error.url)) from None
    except (Error, UserWarning, KeyError, ValueError, AttributeError, NotImplementedError) as error:
        raise WrongContract(
            f"the WSDL cannot be used: {str(error)[:300]}", where=str(vendored.wsdl), do="mend the vendored file"
        ) from None


def _port(wsdl: Any, spec: SoapSpec) -> Any:
    from zeep.wsdl.bindings.soap import Soap11Binding, SoapBinding

    services = [each for name, each in wsdl.services.items() if spec.service in {None, name}]
    ports = [
        port
        for name, port in (services[0].ports.items() if services else ())
        if spec.port in {None, name} and isinstance(port.binding, SoapBinding)
    ]
    if not ports:
        raise WrongContract(
            f"no SOAP port {spec.port or ''} of service {spec.service or ''}".replace("  ", " "),
            where=str(spec.wsdl),
            do=f"the WSDL has the services {', '.join(wsdl.services) or 'none'}",
        )
    return next((port for port in ports if isinstance(port.binding, Soap11Binding)), ports[0])
