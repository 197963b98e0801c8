"""A service that signs: calls are signed, answers believed only where the ministry signed what is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from connectors.errors import FatalPortalError, RetriablePortalError
from connectors.soap.fault import CallRefused
from connectors.soap.wsse import SignatureRefused
from gateway.run import Report
from sandbox.testing import Running, running_sandbox
from tests.helpers import dump
from tests.helpers.catalogue import batch
from tests.helpers.dossiers import moved
from tests.helpers.house import House, ledger
from tests.helpers.signed_calls import NAMESPACE, call
from tests.helpers.soap_calls import content, enveloped

PORTAL = "secure-soap"
STATUS = {"1": "2", "2": "4", "3": "5", "4": "9", "5": "8"}
FORGED = "GIA-MAO-000000-0001"
Json = Any


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", PORTAL, "--dossiers", "300") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    running.http.delete(f"{running.addresses[PORTAL]}/_sandbox/faults", timeout=10)
    _order(running, "good")
    house.connect_to(running)
    return running


def _order(sandbox: Running, answer: str) -> None:
    assert sandbox.order(PORTAL, "signature", {"answer": answer}).status_code == 200


def _page(sandbox: Running, number: int) -> list[Any]:
    asked = f"<tuNgay>2026-01-01</tuNgay><denNgay>2027-12-31</denNgay><trang>{number}</trang>"
    answer = content(call(sandbox, f'<DanhSachHoSo xmlns="{NAMESPACE}">{asked}</DanhSachHoSo>'))
    found: list[Any] = answer.findall(f"{{{NAMESPACE}}}hoSo")
    return found


def _dossiers(sandbox: Running) -> dict[str, Json]:
    """Everything the ministry shows, as the row it is for us, by code."""
    found: dict[str, Json] = {}
    number = 1
    while shown := _page(sandbox, number):
        found |= {row[0]: row for row in map(_row, shown)}
        number += 1
    return found


def _row(record: Any) -> tuple[Any, ...]:
    def text(name: str) -> str:
        return str(record.findtext(f".//{{{NAMESPACE}}}{name}") or "")

    instants = (text(name) for name in ("ngayCapNhat", "ngayNop", "ngayKetThuc"))
    return (
        text("maHoSo"),
        STATUS[text("trangThai")],
        text("trangThai"),
        text("tenTrangThai"),
        text("maThuTuc"),
        text("hoTen"),
        *(datetime.fromisoformat(each).astimezone(UTC) if each else None for each in instants),
    )


def _same(house: House, dossiers: dict[str, Json]) -> None:
    held = house.rows(
        """select dossier_code, status_code, source_status_code, source_status_name, procedure_code, applicant_name,
            status_at, filed_at, finished_at from core.dossier where issuer = 'secure-soap'"""
    )
    assert sorted(held, key=repr) == sorted(dossiers.values(), key=repr)


def _counts(report: Report) -> tuple[int, int]:
    return report.counts.new, report.counts.changed


def test_nights_hold_what_the_ministry_signs(house: House, sandbox: Running) -> None:
    first = _dossiers(sandbox)
    report = house.sync(PORTAL)
    assert (report.verdict(), report.counts.read, report.counts.new) == (None, len(first), len(first))
    assert house.value("select declared_total from ops.batch") == len(first) > 100
    _same(house, first)
    assert _counts(house.sync(PORTAL)) == (0, 0)
    sandbox.order(PORTAL, "days", {"days": 2})
    second = _dossiers(sandbox)
    new, changed = moved(first, second)
    report = house.sync(PORTAL)
    assert (report.verdict(), _counts(report)) == (None, (len(new), len(changed)))
    assert batch(house, "dossiers")[0] < len(second)
    assert changed
    _same(house, second)
    assert not house.rows("select path, kind from ops.drift")


@pytest.mark.parametrize(
    ("misdeed", "words"),
    [
        ("unsigned", "the answer has no Header"),
        ("other_certificate", "another certificate than the configured one"),
        ("stale", "the answer was signed 3"),
        ("wrapped", "a rearranged answer"),
        ("tampered", "the signature does not hold"),
    ],
)
def test_an_answer_that_is_not_to_be_believed_is_refused_by_name_and_leaves_nothing(
    house: House, sandbox: Running, misdeed: str, words: str
) -> None:
    _order(sandbox, misdeed)
    error = house.sync(PORTAL).verdict()
    assert type(error) is SignatureRefused, error
    assert words in str(error)
    assert FORGED not in str(error)
    assert house.value("select count(*) from core.dossier") == 0
    assert house.column("select state from ops.batch") == ["failed"]
    _order(sandbox, "good")
    assert house.sync(PORTAL).verdict() is None
    _same(house, _dossiers(sandbox))
    assert FORGED not in house.column("select dossier_code from core.dossier")


def test_what_was_believed_before_a_forgery_stays_as_it_was(house: House, sandbox: Running) -> None:
    house.sync(PORTAL)
    with house.engine() as engine:
        before = dump.everything(engine)
        _order(sandbox, "wrapped")
        assert type(house.sync(PORTAL).verdict()) is SignatureRefused
        assert dump.differences(before, dump.everything(engine)) == {}


def test_an_unsigned_answer_does_not_pass_as_a_servers_fault(house: House, sandbox: Running) -> None:
    """Faults come unsigned and with HTTP 500; an answer with 500 must not slip through for that."""
    forged = enveloped(etree.tostring(content(call(sandbox))).decode()).decode()
    order = {"kind": "body", "match": "DanhSachHoSo", "status": 500, "media": "text/xml", "body": forged, "times": 1}
    assert sandbox.order(PORTAL, "faults", order).status_code == 200
    error = house.sync(PORTAL).verdict()
    assert isinstance(error, RetriablePortalError)
    assert "HTTP 500" in str(error)
    assert house.value("select count(*) from core.dossier") == 0


def test_a_call_cut_after_it_was_heard_is_repeated_with_a_nonce_of_its_own(house: House, sandbox: Running) -> None:
    """The first try used up its nonce: the very same call again would be refused as a replay."""
    before = sum(ledger(sandbox.addresses[PORTAL])["spoiled"].values())
    order = {"kind": "reset", "match": "DanhSachHoSo", "times": 1, "after": 1, "done": True}
    assert sandbox.order(PORTAL, "faults", order).status_code == 200
    assert house.sync(PORTAL).verdict() is None
    assert sum(ledger(sandbox.addresses[PORTAL])["spoiled"].values()) == before + 1
    _same(house, _dossiers(sandbox))


def test_a_wrong_password_is_refused_and_stays_out_of_the_message(house: House, sandbox: Running) -> None:
    house.connect_to(sandbox, password="not-the-password")
    error = house.sync(PORTAL).verdict()
    assert type(error) is CallRefused
    assert "FailedAuthentication" in str(error)
    assert "not-the-password" not in str(error)
    assert house.value("select count(*) from core.dossier") == 0


def test_a_portal_certificate_of_somebody_else_believes_nothing(house: House, sandbox: Running) -> None:
    extra = {**sandbox.connections[PORTAL]["extra"]}
    extra["portal_certificate"] = extra["signing_certificate"]
    house.connect_to(sandbox, extra=extra)
    error = house.sync(PORTAL).verdict()
    assert type(error) is SignatureRefused
    assert "another certificate" in str(error)
    assert house.value("select count(*) from core.dossier") == 0


def test_a_missing_key_file_is_named(house: House, sandbox: Running) -> None:
    house.connect_to(sandbox, extra={**sandbox.connections[PORTAL]["extra"], "signing_key": "/nowhere/key.pem"})
    with pytest.raises(FatalPortalError, match=r"/nowhere/key\.pem"):
        house.sync(PORTAL)
