"""Every way a SOAP answer can be spoiled: what the report says, and what is in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.testing import Running, running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import House, replace_in

pytestmark = pytest.mark.long
OPERATION = "DanhMucTinh"
SOAP = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>{}</soap:Body></soap:Envelope>'
FAULT = "<soap:Fault><faultcode>soap:{}</faultcode><faultstring>Lỗi 0905123456</faultstring></soap:Fault>"
XML = "text/xml; charset=utf-8"

FATAL: list[tuple[str, dict[str, Any], str]] = [
    ("hang", {}, "no complete answer within 2 s"),
    ("drip_body", {"seconds": 0.3}, "no complete answer within 2 s"),
    ("reset", {}, "the connection failed"),
    ("truncated", {}, "the answer was cut"),
    ("empty", {}, "HTTP 200 with an empty body"),
    ("html_login", {}, "HTML"),
    ("doctype", {}, "DOCTYPE"),
    ("external_entity", {}, "DOCTYPE"),
    ("xml_bomb", {}, "longer than the parser allows"),
    ("nested", {"depth": 5000}, "deep"),
    ("huge", {"bytes": 9_000_000}, "more than"),
    ("wrong_charset", {"charset": "windows-1258"}, "units/provinces"),
    ("unasked_gzip", {}, "compressed body"),
    ("redirect", {"location": "file:///etc/passwd", "status": 307}, "redirects are never followed"),
    ("body", {"body": SOAP.format(FAULT.format("Client")), "media": XML}, "answers with a fault, Client"),
    (
        "body",
        {"body": SOAP.format(FAULT.format("Server")), "media": XML, "status": 500},
        "answers with a fault, Server",
    ),
    ("body", {"body": SOAP.format("<Khac xmlns='urn:x'/>"), "media": XML}, "where the WSDL declares"),
    ("body", {"body": "<html><body>Bảo trì</body></html>", "media": "text/html"}, "HTML"),
    ("shrunk", {"count": 0}, "held back"),
]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--dossiers", "0", "--only", "units") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running) -> Running:
    """The file's sandbox, behaving well."""
    running.http.delete(f"{running.addresses['units']}/_sandbox/faults", timeout=30)
    return running


@pytest.fixture
def house(new_house: NewHouse, sandbox: Running) -> House:
    """A house that has the provinces already, with a short deadline and a small cap."""
    house = new_house()
    house.connect_to(sandbox)
    card = house.own_mappings() / "units" / "portal.yaml"
    replace_in(card, "rate: 2/s, ", "attempts: 1, ")
    replace_in(card, "total: 5m, max_bytes: 256MB", "total: 2s, max_bytes: 4MB")
    house.night("units")
    return house


@pytest.mark.parametrize(("kind", "more", "says"), FATAL, ids=lambda value: str(value)[:30])
def test_it_stops_the_stream_and_changes_nothing(
    kind: str, more: dict[str, Any], says: str, house: House, sandbox: Running
) -> None:
    before = house.rows("select unit_code, unit_name from core.administrative_unit order by 1")
    order = {"match": OPERATION, "kind": kind, "times": 0, **more}
    answer = sandbox.order("units", "faults", order)
    assert answer.status_code == 200, answer.text
    report = house.sync("units")
    [error] = report.errors
    assert error.exit_code == 3
    assert says in str(error), str(error)
    assert "provinces" in error.where
    assert "root:" not in str(error)
    assert "0905123456" not in str(error)
    assert house.rows("select unit_code, unit_name from core.administrative_unit order by 1") == before
    newest = "select state from ops.batch where stream = 'provinces' order by batch_id desc limit 1"
    assert house.value(newest) == "failed"
    sandbox.http.delete(f"{sandbox.addresses['units']}/_sandbox/faults", timeout=30)
    again = house.sync("units")
    assert again.verdict() is None
    assert (again.counts.new, again.counts.changed) == (0, 0)


def test_an_encoding_that_the_bytes_themselves_tell_is_read_right(house: House, sandbox: Running) -> None:
    """XML says what it is written in: UTF-16 with its mark is no guess."""
    before = house.rows("select unit_code, unit_name from core.administrative_unit order by 1")
    order = {"match": OPERATION, "kind": "wrong_charset", "charset": "utf-16", "times": 0}
    assert sandbox.order("units", "faults", order).status_code == 200
    assert house.sync("units").verdict() is None
    assert house.rows("select unit_code, unit_name from core.administrative_unit order by 1") == before


def test_a_record_that_lacks_its_key_waits_and_the_others_pass(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--dossiers", "0", "--only", "units") as sandbox:
        house.connect_to(sandbox)
        rewrite = {"match": OPERATION, "kind": "rewrite", "times": 0, "remove": {"0": ["TenTinh"]}}
        assert sandbox.order("units", "faults", rewrite).status_code == 200
        report = house.sync("units", only="provinces")
    assert report.counts.quarantined == 1
    assert house.rows("select reason, path from ops.quarantine") == [("required, but absent or empty", "TenTinh")]
    assert house.value("select count(*) from core.administrative_unit") == report.counts.new


def test_records_that_are_not_what_the_wsdl_declares_are_told_and_judged_by_the_mapping(new_house: NewHouse) -> None:
    """The XSD is the portal's word, the mapping is ours: what the mapping can take is taken, and the difference is told."""
    house = new_house()
    with running_sandbox("--dossiers", "0", "--only", "xroad") as sandbox:
        house.connect_to(sandbox)
        assert house.sync("xroad", only="agencies").counts.new > 0
        before = house.rows("select agency_code, agency_name from core.agency order by 1")
        rewrite = {"match": "listAgencies", "kind": "rewrite", "times": 0, "records": {"1": {"active": "sometimes"}}}
        assert sandbox.order("xroad", "faults", rewrite).status_code == 200
        report = house.sync("xroad", only="agencies")
    assert report.errors == ()
    newest = house.value("select warning from ops.batch order by batch_id desc limit 1")
    assert newest.startswith("1 records are not what the WSDL declares; the first: record 2: ")
    assert "sometimes" not in newest
    assert house.rows("select agency_code, agency_name from core.agency order by 1") == before
