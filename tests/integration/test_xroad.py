"""One provider behind an X-Road exchange: REST and SOAP, and errors that are the exchange's or the provider's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.connection import MissingConnection
from connectors.errors import ExplainedError, RetriablePortalError
from connectors.soap.fault import CallRefused
from connectors.xroad import AnswerOfAnother, ExchangeFailed, ExchangeRefused
from gateway.errors import NeedsPerson
from sandbox.testing import Running, running_sandbox
from tests.helpers.catalogue import batch
from tests.helpers.dossiers import moved
from tests.helpers.house import House, ledger, replace_in
from tests.helpers.soap_calls import content, enveloped, post

PORTAL = "xroad"
CLIENT, PROVIDER = "VN/GOV/H15/data-gateway", "VN/GOV/H15/one-stop"
XROAD, IDENTIFIERS = "http://x-road.eu/xsd/xroad.xsd", "http://x-road.eu/xsd/identifiers"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
DOSSIERS = 700
STATUS = {
    "MOI_NOP": "1",
    "DANG_XU_LY": "4",
    "YEU_CAU_BO_SUNG": "5",
    "CHO_NGHIA_VU_TAI_CHINH": "6",
    "DA_CO_KET_QUA": "9",
    "DA_TRA_KET_QUA": "10",
    "TU_CHOI": "3",
}
Json = Any


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", PORTAL, "--dossiers", str(DOSSIERS)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    running.http.delete(f"{running.addresses[PORTAL]}/_sandbox/faults", timeout=10)
    _order(running, "good")
    house.connect_to(running)
    return running


def _order(sandbox: Running, answer: str) -> None:
    assert sandbox.order(PORTAL, "exchange", {"answer": answer, "times": 0}).status_code == 200


def _dossiers(sandbox: Running) -> dict[str, Json]:
    found: dict[str, Json] = {}
    total = 1
    while len(found) < total:
        answer = sandbox.http.get(
            f"{sandbox.addresses[PORTAL]}/r1/{PROVIDER}/dossiers/v1/dossiers",
            params={"offset": len(found), "limit": 300},
            headers={"X-Road-Client": CLIENT},
            timeout=30,
        ).json()
        total = answer["total"]
        found |= {record["code"]: record for record in answer["data"]}
    return found


def _identifier(name: str, kind: str, *parts: str) -> str:
    names = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode", "serviceCode")
    inner = "".join(f"<i:{tag}>{text}</i:{tag}>" for tag, text in zip(names, parts, strict=False))
    return f'<x:{name} xmlns:x="{XROAD}" xmlns:i="{IDENTIFIERS}" i:objectType="{kind}">{inner}</x:{name}>'


def _agencies(sandbox: Running) -> list[Any]:
    header = _identifier("client", "SUBSYSTEM", *CLIENT.split("/"))
    header += _identifier("service", "SERVICE", *PROVIDER.split("/"), "listAgencies")
    for name, text in (("id", "test-1"), ("protocolVersion", "4.0")):
        header += f'<x:{name} xmlns:x="{XROAD}">{text}</x:{name}>'
    asked = '<listAgencies xmlns="http://one-stop.example/xroad/agencies/1.0"/>'
    return list(content(post(sandbox, PORTAL, "/", enveloped(asked, header))))


def _agency(element: Any) -> tuple[Any, ...]:
    parent = element.find("{*}parentCode")
    return (
        element.findtext("{*}code"),
        element.findtext("{*}name"),
        None if parent.get(NIL) == "true" else parent.text,
        element.findtext("{*}level"),
        element.findtext("{*}active") == "true",
    )


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if written else None


def _row(record: Json) -> tuple[Any, ...]:
    return (
        record["code"],
        STATUS[record["status"]],
        record["status"],
        record["statusName"],
        record["procedureCode"],
        record["agency"]["code"],
        record["agency"]["name"],
        "2" if record["isOnline"] else "1",
        *(_instant(record[name]) for name in ("updatedAt", "filedAt", "acceptedAt")),
    )


def _same(house: House, dossiers: dict[str, Json]) -> None:
    held = house.rows(
        """select dossier_code, status_code, source_status_code, source_status_name, procedure_code, agency_code,
            agency_name, channel_code, status_at, filed_at, received_at from core.dossier where issuer = 'xroad'"""
    )
    assert sorted(held, key=repr) == sorted(map(_row, dossiers.values()), key=repr)


def _failure(house: House, stream: str) -> ExplainedError | None:
    return house.sync(PORTAL, only=stream).verdict()


def _wrote_nothing(house: House) -> None:
    assert house.value("select (select count(*) from core.dossier) + (select count(*) from core.agency)") == 0
    assert house.value("select count(*) from ops.cursor") == 0
    assert set(house.column("select state from ops.batch")) == {"failed"}


def test_nights_over_rest_hold_what_the_provider_shows(house: House, sandbox: Running) -> None:
    first = _dossiers(sandbox)
    assert house.sync(PORTAL, only="dossiers").verdict() is None
    assert batch(house, "dossiers") == (len(first), len(first), 0, 0, 0)
    _same(house, first)
    house.sync(PORTAL, only="dossiers")
    assert batch(house, "dossiers")[1:3] == (0, 0)
    sandbox.order(PORTAL, "days", {"days": 2})
    second = _dossiers(sandbox)
    new, changed = moved(first, second)
    house.sync(PORTAL, only="dossiers")
    read, *written = batch(house, "dossiers")
    assert written[:2] == [len(new), len(changed)]
    assert read < len(second)
    _same(house, second)


def test_agencies_over_soap_keep_their_tree_and_those_without_a_code_wait_for_a_person(
    house: House, sandbox: Running
) -> None:
    theirs = [_agency(element) for element in _agencies(sandbox)]
    coded = [agency for agency in theirs if agency[0]]
    report = house.sync(PORTAL, only="agencies")
    assert isinstance(report.verdict(), NeedsPerson)
    held = house.rows(
        "select agency_code, agency_name, parent_code, level_code, is_active from core.agency where issuer = 'xroad'"
    )
    # An empty parentCode is no parent.
    assert sorted(held, key=repr) == sorted(((*each[:2], each[2] or None, *each[3:]) for each in coded), key=repr)
    assert batch(house, "agencies") == (len(theirs), len(coded), 0, 0, len(theirs) - len(coded))
    assert set(house.rows("select reason, path from ops.quarantine")) == {("required, but absent or empty", "code")}
    house.sync(PORTAL, only="agencies")
    assert batch(house, "agencies")[1:4] == (0, 0, len(coded))


@pytest.mark.parametrize("stream", ["dossiers", "agencies"])
@pytest.mark.parametrize(
    ("misdeed", "kind"),
    [
        ("network_error", ExchangeFailed),
        ("client_network_error", ExchangeFailed),
        ("access_denied", ExchangeRefused),
        ("provider_error", RetriablePortalError),
        ("wrong_hash", AnswerOfAnother),
        ("wrong_id", AnswerOfAnother),
    ],
)
def test_whose_failure_it_is_decides_what_becomes_of_it(
    house: House, sandbox: Running, stream: str, misdeed: str, kind: type[ExplainedError]
) -> None:
    _order(sandbox, misdeed)
    error = _failure(house, stream)
    assert type(error) is kind, error
    assert str(error).startswith(f"xroad/{stream}: ")
    _wrote_nothing(house)
    _order(sandbox, "good")
    assert not house.sync(PORTAL, only=stream).errors
    assert house.value(f"select count(*) > 0 from core.{'dossier' if stream == 'dossiers' else 'agency'}")


def test_an_answer_of_another_protocol_version_is_refused(house: House, sandbox: Running) -> None:
    _order(sandbox, "other_version")
    error = _failure(house, "agencies")
    assert type(error) is ExchangeRefused
    assert "protocolVersion" in str(error)
    _wrote_nothing(house)


def test_a_hash_that_is_wrong_on_a_later_page_lets_nothing_of_the_stream_through(
    house: House, sandbox: Running
) -> None:
    house.own_mappings()
    replace_in(house.mappings / PORTAL / "dossiers.yaml", "page_size: 500", "page_size: 200")
    order = {"kind": "status", "match": "dossiers", "status": 500, "after": 2, "times": 0}
    assert sandbox.order(PORTAL, "faults", order).status_code == 200
    # What answers without any of X-Road's headers did not come through it.
    error = _failure(house, "dossiers")
    assert type(error) is AnswerOfAnother
    assert re.search("from [24]00", str(error)), "pages are asked for side by side: either may be the third call"
    _wrote_nothing(house)


def test_another_subsystem_may_not_ask(house: House, sandbox: Running) -> None:
    house.connect_to(sandbox, extra={"client": "VN/GOV/H99/nobody", "service": PROVIDER})  # type: ignore[arg-type]
    for stream in ("dossiers", "agencies"):
        error = _failure(house, stream)
        assert type(error) is ExchangeRefused
        assert "UnknownMember" in str(error)
    _wrote_nothing(house)


def test_a_connection_that_does_not_say_who_we_are_asks_nothing(house: House, sandbox: Running) -> None:
    house.connect_to(sandbox, extra={"service": PROVIDER})  # type: ignore[arg-type]
    before = ledger(sandbox.addresses[PORTAL])["calls"]
    with pytest.raises(MissingConnection, match="client"):
        house.sync(PORTAL)
    assert ledger(sandbox.addresses[PORTAL])["calls"] == before


def test_a_fault_of_the_callers_own_is_final(house: House, sandbox: Running) -> None:
    house.own_mappings()
    replace_in(
        house.mappings / PORTAL / "agencies.yaml",
        "operation: listAgencies}",
        "operation: listAgencies, body: {level: unit}}",
    )
    house.sync(PORTAL, only="agencies")
    assert set(house.column("select level_code from core.agency")) <= {"unit"}
    replace_in(house.mappings / PORTAL / "agencies.yaml", "level: unit", "level: planet")
    error = _failure(house, "agencies")
    assert type(error) is CallRefused, error
