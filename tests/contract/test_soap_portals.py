"""Our SOAP, signatures and X-Road against the simulated portals, which were written from the standards alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors import xroad
from connectors.soap import service as soap
from connectors.soap import wsse
from connectors.soap.service import SoapService, SoapSpec
from connectors.soap.wsse import SignatureRefused, UsernameToken
from connectors.xroad import Exchange, ExchangeFailed, ExchangeRefused, Sent
from sandbox.testing import Running, running_sandbox

CONTRACTS = Path(__file__).resolve().parents[2] / "schemas" / "wsdl"
ID = "7b0c3a5e-0000-4000-8000-000000000001"
CLIENT, PROVIDER = "VN/GOV/H15/data-gateway", "VN/GOV/H15/one-stop"
LIST = {"tuNgay": "2026-11-01", "denNgay": "2026-11-20"}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", "secure-soap", "--only", "xroad", "--only", "units", "--dossiers", "300") as sandbox:
        yield sandbox


def service(path: str) -> SoapService:
    return SoapService(SoapSpec(CONTRACTS / path))


def post(
    running: Running, portal: str, made: SoapService, operation: str, content: bytes, path: str | None = None
) -> Any:
    address = running.addresses[portal] + (made.path(operation) if path is None else path)
    return running.http.post(address, data=content, headers=made.headers(operation), timeout=30)


def signed_call(running: Running) -> tuple[SoapService, bytes, Any]:
    made, known = service("secure-soap/HoSo.wsdl"), running.connections["secure-soap"]
    files = {name: Path(path) for name, path in known["extra"].items()}
    content = wsse.secured(
        made.envelope("DanhSachHoSo", LIST),
        token=UsernameToken(known["login"], known["password"]),
        signer=wsse.signer_from(files["signing_certificate"], files["signing_key"]),
    )
    answer = post(running, "secure-soap", made, "DanhSachHoSo", content)
    return made, answer.content, wsse.certificate_from(files["portal_certificate"])


def test_the_signed_service_takes_our_signature_and_we_believe_its_own(running: Running) -> None:
    made, answer, certificate = signed_call(running)
    reading = soap.opened(wsse.verify(answer, certificate), made, "DanhSachHoSo", "hoSo")
    records = list(reading)
    assert 0 < len(records) <= int(reading.members["tongSo"])
    assert {"maHoSo", "trangThai", "nguoiNop"} <= set(records[0])


@pytest.mark.parametrize("order", ["unsigned", "other_certificate", "stale", "wrapped", "tampered"])
def test_an_answer_with_something_wrong_in_its_signature_is_not_believed(running: Running, order: str) -> None:
    running.order("secure-soap", "signature", {"answer": order})
    try:
        _, answer, certificate = signed_call(running)
        with pytest.raises(SignatureRefused):
            wsse.verify(answer, certificate)
    finally:
        running.order("secure-soap", "signature", {"answer": "good"})


def test_rows_of_the_statistics_office_are_read(running: Running) -> None:
    made = service("units/DMDVHC.wsdl")
    answer = post(running, "units", made, "DanhMucTinh", made.envelope("DanhMucTinh", {"DenNgay": "20/11/2026"}))
    rows = list(soap.opened(answer.content, made, "DanhMucTinh", "", diffgram=True))
    assert rows
    assert all(set(row) <= {"MaTinh", "TenTinh", "LoaiHinh"} for row in rows)


def exchanged(running: Running) -> tuple[Sent, dict[str, Any], list[dict[str, Any]]]:
    """The call, and header and records of its answer."""
    made = service("xroad/agencies.wsdl")
    content = made.envelope("listAgencies", {}, xroad.soap_headers(Exchange(CLIENT, PROVIDER), ID, "listAgencies"))
    answer = post(running, "xroad", made, "listAgencies", content, path="/")
    reading = soap.opened(answer.content, made, "listAgencies", "agency")
    records = list(reading)
    return Sent(ID, content), reading.header, records


def test_a_soap_answer_of_the_exchange_fits_our_call(running: Running) -> None:
    sent, header, records = exchanged(running)
    assert {"code", "name", "parentCode"} <= set(records[0])
    xroad.check_soap(sent, header)
    with pytest.raises(ExchangeRefused):
        xroad.check_soap(Sent(ID, sent.body + b" "), header)


@pytest.mark.parametrize("order", ["wrong_hash", "wrong_id", "other_version"])
def test_a_soap_answer_to_another_call_is_refused(running: Running, order: str) -> None:
    running.order("xroad", "exchange", {"answer": order, "times": 1})
    sent, header, _ = exchanged(running)
    with pytest.raises(ExchangeRefused):
        xroad.check_soap(sent, header)


class _Answer:
    def __init__(self, response: Any) -> None:
        self.status, self.headers, self._body = response.status_code, response.headers, response.content

    def plain(self) -> bytes:
        return bytes(self._body)


def rest(running: Running, service_code: str = "dossiers", client: str = CLIENT) -> tuple[Sent, _Answer]:
    exchange = Exchange(client, f"{PROVIDER}/{service_code}")
    path = xroad.rest_path(exchange.service, "v1/dossiers?limit=2")
    response = running.http.get(running.addresses["xroad"] + path, headers=xroad.rest_headers(exchange, ID), timeout=30)
    return Sent(ID, b"", "GET", path, tuple(response.request.headers.items())), _Answer(response)


def test_a_rest_answer_of_the_exchange_fits_our_call(running: Running) -> None:
    sent, answer = rest(running)
    assert answer.status == 200
    xroad.check(sent, answer)
    with pytest.raises(ExchangeRefused, match="Hash"):
        xroad.check(Sent(ID, b"", "GET", "/r1/other", sent.headers), answer)


@pytest.mark.parametrize("order", ["wrong_hash", "wrong_id"])
def test_a_rest_answer_to_another_call_is_refused(running: Running, order: str) -> None:
    running.order("xroad", "exchange", {"answer": order, "times": 1})
    with pytest.raises(ExchangeRefused):
        xroad.check(*rest(running))


def test_what_the_exchange_refuses_is_told_from_what_may_pass(running: Running) -> None:
    for service_code, client in (("khong-co", CLIENT), ("dossiers", "VN/GOV/H99/ai-do")):
        with pytest.raises(ExchangeRefused):
            xroad.check(*rest(running, service_code, client))
    running.order("xroad", "exchange", {"answer": "network_error", "times": 1})
    with pytest.raises(ExchangeFailed):
        xroad.check(*rest(running))
