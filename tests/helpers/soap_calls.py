"""Calls of simulated SOAP portals, and the judge of their answers: the schemas of the vendored WSDL."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from lxml import etree

from sandbox.testing import Running

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XS = "http://www.w3.org/2001/XMLSchema"
CONTRACTS = Path(__file__).resolve().parents[2] / "schemas" / "wsdl"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}


def enveloped(content: str, header: str = "") -> bytes:
    """A SOAP 1.1 message around the XML of a Body and of a Header."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'<s:Envelope xmlns:s="{SOAP}">{head}<s:Body>{content}</s:Body></s:Envelope>'.encode()


def post(running: Running, portal: str, path: str, message: bytes, **headers: str) -> requests.Response:
    """POSTs a message to a portal."""
    return running.http.post(running.addresses[portal] + path, data=message, headers=HEADERS | headers, timeout=30)


def content(answer: requests.Response) -> Any:
    """The Body's only child in an answer."""
    [body] = etree.fromstring(answer.content).findall(f"{{{SOAP}}}Body")
    [child] = body
    return child


def fault(answer: requests.Response) -> tuple[str, str]:
    """Code and text of an answer that is a fault."""
    element = content(answer)
    assert element.tag == f"{{{SOAP}}}Fault"
    return element.findtext("faultcode"), element.findtext("faultstring")


def texts(element: Any) -> dict[str, str]:
    """The texts of an element's children by local name."""
    return {etree.QName(child).localname: child.text or "" for child in element}


def schema(contract: str) -> etree.XMLSchema:
    """The schemas inside a WSDL below schemas/wsdl, as one that validates the child of a Body."""
    found = etree.parse(CONTRACTS / contract).iter(f"{{{XS}}}schema")
    parts = {part.get("targetNamespace"): part for part in found}
    files = {namespace: f"{number}.xsd" for number, namespace in enumerate(parts)}
    with TemporaryDirectory() as folder:
        for namespace, part in parts.items():
            for imported in part.iter(f"{{{XS}}}import"):
                imported.set("schemaLocation", files[imported.get("namespace")])
            Path(folder, files[namespace]).write_bytes(etree.tostring(part))
        imports = "".join(f'<import namespace="{name}" schemaLocation="{file}"/>' for name, file in files.items())
        driver = Path(folder, "all.xsd")
        driver.write_text(f'<schema xmlns="{XS}">{imports}</schema>', "utf-8")
        return etree.XMLSchema(etree.parse(driver))


def assert_valid(judge: etree.XMLSchema, element: Any) -> None:
    """Fails with the schema's own words when an element is not as the contract says."""
    judge.assertValid(etree.ElementTree(etree.fromstring(etree.tostring(element, with_tail=False))))
