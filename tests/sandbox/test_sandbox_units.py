"""The list of administrative units, called over real HTTP."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from lxml import etree

from sandbox.testing import Running, running_sandbox
from tests.helpers.soap_calls import assert_valid, content, enveloped, fault, post, schema

pytestmark = pytest.mark.filterwarnings("error")
PATH = "/DMDVHC.asmx"
TODAY, BEFORE = "20/11/2026", "30/06/2025"


@pytest.fixture(scope="module")
def units() -> Iterator[Running]:
    """A sandbox with this portal alone."""
    with running_sandbox("--only", "units", "--dossiers", "0") as running:
        yield running


def ask(running: Running, operation: str, day: str) -> requests.Response:
    """One of the three lists as of a day."""
    message = f'<{operation} xmlns="http://tempuri.org/"><DenNgay>{day}</DenNgay></{operation}>'
    return post(running, "units", PATH, enveloped(message))


def rows(answer: requests.Response) -> list[dict[str, str]]:
    """The rows of the DataSet in an answer."""
    tables: list[Any] = content(answer).findall(".//{*}diffgram/NewDataSet/TABLE")
    return [{cell.tag: cell.text for cell in table} for table in tables]


@pytest.mark.parametrize("operation", ["DanhMucTinh", "DanhMucQuanHuyen", "DanhMucPhuongXa"])
def test_every_answer_is_what_the_vendored_contract_says(units: Running, operation: str) -> None:
    judge = schema("units/DMDVHC.wsdl")
    for day in (TODAY, BEFORE):
        answer = ask(units, operation, day)
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert_valid(judge, content(answer))


def test_63_provinces_became_34_and_one_of_them_a_city_later(units: Running) -> None:
    before, after, now = (rows(ask(units, "DanhMucTinh", day)) for day in (BEFORE, "01/07/2025", TODAY))
    assert (len(before), len(after), len(now)) == (63, 34, 34)
    assert all(set(row) == {"MaTinh", "TenTinh", "LoaiHinh"} for row in now)
    kinds = [{row["MaTinh"]: row["LoaiHinh"] for row in day}["75"] for day in (after, now)]
    assert kinds == ["Tỉnh", "Thành phố Trung ương"]


def test_districts_ended_and_an_empty_list_has_an_empty_diffgram(units: Running) -> None:
    assert len(rows(ask(units, "DanhMucQuanHuyen", BEFORE))) == 24
    answer = ask(units, "DanhMucQuanHuyen", TODAY)
    assert rows(answer) == []
    [diffgram] = content(answer).iter("{urn:schemas-microsoft-com:xml-diffgram-v1}diffgram")
    assert len(diffgram) == 0


def test_a_code_may_keep_its_number_and_change_its_territory(units: Running) -> None:
    before, now = (rows(ask(units, "DanhMucPhuongXa", day)) for day in (BEFORE, TODAY))
    names = [{row["MaPhuongXa"]: row["TenPhuongXa"] for row in day}["24133"] for day in (before, now)]
    plain = [" ".join(unicodedata.normalize("NFC", name).split()) for name in names]
    assert plain == ["Phường Thành Công", "Phường Buôn Ma Thuột"]
    assert all("MaQuanHuyen" in row for row in before)
    assert not any("MaQuanHuyen" in row for row in now)


def test_some_names_are_decomposed_and_some_have_a_line_break(units: Running) -> None:
    names = [row["TenPhuongXa"] for row in rows(ask(units, "DanhMucPhuongXa", TODAY))]
    composed = [name == unicodedata.normalize("NFC", name) for name in names]
    broken = ["\n" in name for name in names]
    assert 0 < composed.count(False) < len(names) / 2
    assert 0 < broken.count(True) < len(names) / 2


@pytest.mark.parametrize("size", [0, 3, 12_345])
def test_the_list_of_communes_is_as_long_as_ordered(units: Running, size: int) -> None:
    usual = ask(units, "DanhMucPhuongXa", TODAY).content
    assert units.order("units", "size", {"rows": size}).json() == {"rows": size}
    answer = ask(units, "DanhMucPhuongXa", TODAY)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    codes = [row["MaPhuongXa"] for row in rows(answer)]
    assert len(codes) == len(set(codes)) == size
    units.order("units", "size", {"rows": None})
    assert ask(units, "DanhMucPhuongXa", TODAY).content == usual


@pytest.mark.parametrize("order", [{"rows": -1}, {"rows": "many"}, {}, {"rows": 5, "more": 1}])
def test_a_bad_size_is_refused(units: Running, order: dict[str, object]) -> None:
    assert units.order("units", "size", order).status_code == 422


@pytest.mark.parametrize("day", ["2026-11-20", "", "31/02/2026"])
def test_a_bad_day_is_the_fault_of_an_exception(units: Running, day: str) -> None:
    answer = ask(units, "DanhMucTinh", day)
    assert answer.status_code == 500
    assert fault(answer)[0] == "soap:Server"
    assert "DateTime" in fault(answer)[1]


@pytest.mark.parametrize(
    "message",
    [
        enveloped('<DanhMucThon xmlns="http://tempuri.org/"/>'),
        enveloped('<DanhMucTinh xmlns="http://elsewhere.example/"/>'),
        b"<DanhMucTinh/>",
        b"not XML",
        b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + enveloped("<a/>"),
    ],
)
def test_what_is_no_call_is_a_clients_fault(units: Running, message: bytes) -> None:
    answer = post(units, "units", PATH, message)
    assert (answer.status_code, fault(answer)[0]) == (500, "soap:Client")


def test_another_media_type_is_415(units: Running) -> None:
    message = enveloped('<DanhMucTinh xmlns="http://tempuri.org/"><DenNgay>20/11/2026</DenNgay></DanhMucTinh>')
    assert post(units, "units", PATH, message, **{"Content-Type": "application/json"}).status_code == 415


def test_calls_are_counted_and_faults_hit_them(units: Running) -> None:
    ask(units, "DanhMucTinh", TODAY)
    units.order("units", "faults", {"match": "DanhMucTinh", "kind": "status", "status": 503})
    assert ask(units, "DanhMucTinh", TODAY).status_code == 503
    ledger = units.http.get(units.addresses["units"] + "/_sandbox/ledger", timeout=10).json()
    assert ledger["spoiled"]["DanhMucTinh"] == 1
    assert ledger["calls"]["DanhMucTinh"] >= 2


def test_a_streamed_answer_can_be_cut(units: Running) -> None:
    units.order("units", "faults", {"match": "DanhMucPhuongXa", "kind": "truncated"})
    with pytest.raises(requests.exceptions.RequestException):
        ask(units, "DanhMucPhuongXa", TODAY)


def test_the_contract_served_is_the_vendored_one_at_this_address(units: Running) -> None:
    address = units.addresses["units"] + PATH
    served = etree.fromstring(units.http.get(f"{address}?wsdl", timeout=10).content)
    [location] = served.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    assert location.get("location") == address
