"""Hostile contracts and SOAP answers: a WSDL that would load from elsewhere, answers that are not what it declares."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from connectors.http.client import Request
from connectors.soap import service as soap
from proof.canary import Canary
from proof.hostile_wire import answered, whole

Case = Callable[[Canary], object]
PUSH = Request("POST", "/ws", content=b"<a/>", content_type="text/xml", packed=True)
LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))

WSDL = """{doctype}<definitions name="s" targetNamespace="urn:s" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="urn:s"
 xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema">{imports}
<types><x:schema targetNamespace="urn:s" elementFormDefault="qualified">{schemas}
 <x:element name="Ask"><x:complexType/></x:element>
 <x:element name="AskResponse"><x:complexType><x:sequence>
  <x:element name="row" minOccurs="0" maxOccurs="unbounded"><x:complexType><x:sequence>
   <x:element name="name" type="x:string"/><x:element name="state" type="x:int"/><x:element name="day" type="x:date"/>
  </x:sequence></x:complexType></x:element>
 </x:sequence></x:complexType></x:element></x:schema></types>
<message name="i"><part name="p" element="s:Ask"/></message><message name="o"><part name="p" element="s:AskResponse"/></message>
<portType name="t"><operation name="Ask"><input message="s:i"/><output message="s:o"/></operation></portType>
<binding name="b" type="s:t"><soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
 <operation name="Ask"><soap:operation soapAction="ask"/>
  <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation></binding>
<service name="S"><port name="P" binding="s:b"><soap:address location="http://127.0.0.1/ws"/></port></service></definitions>"""

XSD = '<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:c"><x:element name="{secret}"/></x:schema>'
IMPORT = '<x:import namespace="urn:c" schemaLocation="{}"/>'
WSDL_IMPORT = '<import namespace="urn:c" location="{}"/>'

ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
ROW = '<AskResponse xmlns="urn:s"><row><name>{name}</name><state>{state}</state><day>{day}</day></row></AskResponse>'


def service(folder: Path, **parts: str) -> soap.SoapService:
    """The service of WSDL, with parts put into it, read from a folder."""
    path = folder / "service.wsdl"
    path.write_text(WSDL.format(**({"doctype": "", "imports": "", "schemas": ""} | parts)), "utf-8")
    return soap.SoapService(soap.SoapSpec(path))


def answer(body: str, *, envelope: str = ENVELOPE) -> object:
    """What the connector makes of a SOAP answer: the records and all that is outside them."""
    with tempfile.TemporaryDirectory() as folder:
        source = answered(whole(envelope.format(body).encode(), "Content-Type: text/xml"), PUSH).open()
        reading = soap.opened(source, service(Path(folder)), "Ask", "row")
        return [*reading, reading.members]


def row(name: str = "a", state: str = "1", day: str = "2026-11-20") -> str:
    """An answer's body; without arguments an honest one."""
    return ROW.format(name=name, state=state, day=day)


def _contract(part: str, text: str, *, link: bool = False) -> Case:
    """{http}, {file} and {outside} (a relative path) in the text lead to the canaries, {linked} to a link beside the WSDL."""

    def _case(bird: Canary) -> object:
        file = bird.file("canary.xsd", XSD)
        with tempfile.TemporaryDirectory(dir=bird.folder.parent) as folder:
            places = {"http": bird.address, "file": file.as_uri(), "linked": "linked.xsd"}
            places["outside"] = f"../{bird.folder.name}/{file.name}"
            filled = text
            for name, place in places.items():
                filled = filled.replace("{" + name + "}", place)
            if link:
                Path(folder, "linked.xsd").symlink_to(file)
            built = service(Path(folder), **{part: filled})
            return [built.operations, built.judge("Ask", ("row",)), built.envelope("Ask", {})]

    return _case


def _says(body: str, envelope: str = ENVELOPE) -> Case:
    def _case(bird: Canary) -> object:
        filled = body.replace("{file}", bird.file("soap.txt").as_uri())
        return answer(filled, envelope=envelope.replace("{file}", bird.file("soap.txt").as_uri()))

    return _case


CONTRACTS: Mapping[str, Case] = {
    "schema import: http": _contract("schemas", IMPORT.format("{http}/x.xsd")),
    "schema import: file": _contract("schemas", IMPORT.format("{file}")),
    "schema import: out of the folder": _contract("schemas", IMPORT.format("{outside}")),
    "schema import: through a link": _contract("schemas", IMPORT.format("{linked}"), link=True),
    "schema include: file": _contract("schemas", '<x:include schemaLocation="{file}"/>'),
    "schema include: http": _contract("schemas", '<x:include schemaLocation="{http}/x.xsd"/>'),
    "WSDL import: http": _contract("imports", WSDL_IMPORT.format("{http}/x.wsdl")),
    "WSDL import: file": _contract("imports", WSDL_IMPORT.format("{file}")),
    "WSDL import: out of the folder": _contract("imports", WSDL_IMPORT.format("{outside}")),
    "document type in the WSDL": _contract("doctype", "<!DOCTYPE definitions>"),
    "external entity in the WSDL": _contract("doctype", '<!DOCTYPE definitions [<!ENTITY e SYSTEM "{file}">]>'),
    "parameter entity in the WSDL": _contract("doctype", '<!DOCTYPE definitions [<!ENTITY % e SYSTEM "{http}"> %e;]>'),
    "billion laughs in the WSDL": _contract("doctype", f'<!DOCTYPE definitions [<!ENTITY e0 "ha">{LAUGHS}]>'),
}

ANSWERS: Mapping[str, Case] = {
    "XInclude in a record": _says(
        row('<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{file}"/>')
    ),
    "attachment by address in a record": _says(
        row('<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="{file}"/>')
    ),
    "a word where a number is declared": _says(row(state="DANG_XU_LY")),
    "a day that is none": _says(row(day="2026-02-31")),
    "another element than declared": _says('<Other xmlns="urn:s"/>'),
    "the element of another namespace": _says(row().replace("urn:s", "urn:t")),
    "no body": _says("", envelope='<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>'),
    "an envelope of another kind": _says(row(), envelope="<Envelope><Body>{}</Body></Envelope>"),
    "a fault in a success": _says("<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>"),
    "a document type": _says(row(), envelope='<!DOCTYPE e SYSTEM "{file}">' + ENVELOPE),
    "an answer cut short": _says(row()[:60], envelope=ENVELOPE.partition("{}")[0] + "{}"),
}

CASES: Mapping[str, Case] = {
    **{f"WSDL: {name}": case for name, case in CONTRACTS.items()},
    **{f"SOAP: {name}": case for name, case in ANSWERS.items()},
}
