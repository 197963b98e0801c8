"""The maritime single window: documents inside strings, spelled by kind, with errors inside the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from connectors.errors import FatalPortalError, RetriablePortalError
from gateway.run import Report
from gateway.store.ops import page
from sandbox.testing import Running, running_sandbox
from tests.helpers.catalogue import batch
from tests.helpers.dossiers import instant, moved
from tests.helpers.house import House, counted, ledger
from tests.helpers.soap_calls import content, enveloped, post, texts

PORTAL = "maritime"
PATH, NAMESPACE = "/nswm/services/SendMessage", "http://facade.dk.gt.dtt.vn"
FORMS = {"10": "%d/%m/%Y %H:%M:%S", "58": "%Y-%m-%d %H:%M:%S"}
STATES = {
    "10": {"1": "2", "10": "4", "12": "5", "13": "9", "14": "3"},
    "58": {"1": "1", "11": "4", "12": "9", "13": "5", "15": "3"},
}
Json = Any


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with running_sandbox("--only", PORTAL, "--dossiers", "300") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running, house: House) -> Running:
    """The file's sandbox, behaving well, and the house connected to it."""
    running.http.delete(f"{running.addresses[PORTAL]}/_sandbox/faults", timeout=10)
    house.connect_to(running)
    return running


def _page(sandbox: Running, kind: str, number: int) -> list[Json]:
    inner = (
        "<Envelope><Header><Reference><version>1.0</version><messageId>t</messageId></Reference>"
        f"<From><name>T</name><identity>{sandbox.connections[PORTAL]['login']}</identity></From><To><name>N</name></To>"
        f"<Subject><documentType>{kind}</documentType><type>{kind}</type><function>11</function></Subject></Header>"
        f"<Body><Content><page>{number}</page></Content></Body></Envelope>"
    )
    asked = (
        f'<sendAndGetMessage xmlns="{NAMESPACE}"><requestMessage>{escape(inner)}</requestMessage></sendAndGetMessage>'
    )
    text = content(post(sandbox, PORTAL, PATH, enveloped(asked))).findtext("{*}sendAndGetMessageReturn")
    answer = etree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))
    found = [each for each in answer.find("Body/Content")[1] if each.tag.lower() == "dossier"]
    return [{name.lower(): value for each in (one, one[-1]) for name, value in texts(each).items()} for one in found]


def _dossiers(sandbox: Running) -> dict[str, Json]:
    """Everything the window shows, with the kind it belongs to, by code."""
    found: dict[str, Json] = {}
    for kind in FORMS:
        number = 1
        while shown := _page(sandbox, kind, number):
            found |= {one["dossiercode"]: {**one, "kind": kind} for one in shown}
            number += 1
    return found


def _row(record: Json) -> tuple[Any, ...]:
    kind = record["kind"]
    return (
        record["dossiercode"],
        STATES[kind][record["statuscode"]],
        record["statuscode"],
        record["statusname"],
        record["procedurecode"],
        record["documentname"],
        record["requestername"],
        *(instant(record[name], FORMS[kind]) for name in ("updateddate", "createddate", "appointmentdate")),
    )


def _same(house: House, dossiers: dict[str, Json]) -> None:
    held = house.rows(
        """select dossier_code, status_code, source_status_code, source_status_name, procedure_code, procedure_name,
            applicant_name, status_at, filed_at, appointment_at from core.dossier where issuer = 'maritime'"""
    )
    assert sorted(held) == sorted(map(_row, dossiers.values()))


def _counts(report: Report) -> tuple[int, int]:
    return report.counts.new, report.counts.changed


def test_nights_hold_what_the_window_shows_and_only_what_moved_is_written(house: House, sandbox: Running) -> None:
    first = _dossiers(sandbox)
    report = house.sync(PORTAL)
    assert (report.verdict(), report.counts.read, report.counts.new) == (None, len(first), len(first))
    _same(house, first)
    assert _counts(house.sync(PORTAL)) == (0, 0)
    sandbox.order(PORTAL, "days", {"days": 2})
    second = _dossiers(sandbox)
    new, changed = moved(first, second)
    report = house.sync(PORTAL)
    assert (report.verdict(), _counts(report)) == (None, (len(new), len(changed)))
    assert changed
    _same(house, second)
    batches = "select read_count, new_count, changed_count, unchanged_count, quarantined_count from ops.batch"
    assert counted(house.rows(batches))
    assert set(house.column("select declared_total = read_count from ops.batch where mode = 'full'")) == {True}


def test_an_incremental_run_asks_from_the_day_of_the_cursor_on(house: House, sandbox: Running) -> None:
    house.sync(PORTAL)
    house.sync(PORTAL)
    asked = "select request->'body'->'Body'->'Content'->>'fromDate' from landing.page join ops.batch using (batch_id)"
    assert set(house.column(f"{asked} where mode = 'full'")) == {"01/01/2026"}
    assert "01/01/2026" not in house.column(f"{asked} where mode = 'incremental'")


def test_the_same_number_is_another_state_in_another_kind_of_document(house: House, sandbox: Running) -> None:
    house.sync(PORTAL)
    states = house.rows("select distinct left(dossier_code, 6), source_status_code, status_code from core.dossier")
    assert {("BXD.10", "12", "5"), ("BXD.10", "13", "9"), ("BXD.58", "12", "9"), ("BXD.58", "13", "5")} <= set(states)
    assert not house.rows("select path, kind from ops.drift")


def test_every_message_has_an_id_of_its_own_and_none_is_kept_with_our_identity(house: House, sandbox: Running) -> None:
    house.sync(PORTAL, only="inland_vessels")
    with house.shop() as shop, shop.engine.connect() as connection:
        pages = list(connection.execute(select(page)))
        answers = [shop.landing.read(each).decode() for each in pages]
    # The window says which message it answers.
    asked = [re.findall(r"&lt;reference&gt;(.+?)&lt;/reference&gt;", text) for text in answers]
    assert len({one for [one] in asked}) == len(answers) > 1
    assert all(each.request["body"]["Header"]["From"]["identity"] is None for each in pages)


def test_a_refusal_inside_the_answer_ends_the_stream_in_the_portals_own_words(house: House, sandbox: Running) -> None:
    house.connect_to(sandbox, login="4711001")
    error = house.sync(PORTAL).verdict()
    assert isinstance(error, FatalPortalError)
    assert not isinstance(error, RetriablePortalError)
    assert "issuccess='0': Đơn vị gửi chưa được đăng ký" in str(error)
    assert "4711001" not in str(error)
    assert house.value("select count(*) from core.dossier") == 0


def _spoil(sandbox: Running, kind: str, **more: Any) -> None:
    answer = sandbox.order(PORTAL, "faults", {"kind": kind, "match": "sendAndGetMessage", **more})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("kind", ["hang_up", "reset"])
def test_a_cut_answer_is_asked_for_again(house: House, sandbox: Running, kind: str) -> None:
    before = sum(ledger(sandbox.addresses[PORTAL])["spoiled"].values())
    _spoil(sandbox, kind, times=1, after=1)
    assert house.sync(PORTAL).verdict() is None
    assert sum(ledger(sandbox.addresses[PORTAL])["spoiled"].values()) == before + 1
    _same(house, _dossiers(sandbox))


@pytest.mark.parametrize(
    ("kind", "fatal"),
    [("doctype", True), ("external_entity", True), ("xml_bomb", True), ("html_login", False), ("status", False)],
)
def test_a_hostile_or_strange_answer_ends_the_stream_and_leaves_nothing(
    house: House, sandbox: Running, kind: str, fatal: bool
) -> None:
    _spoil(sandbox, kind, times=0)
    error = house.sync(PORTAL).verdict()
    assert isinstance(error, FatalPortalError if fatal else RetriablePortalError), error
    assert house.value("select count(*) from core.dossier") == 0
    assert set(house.column("select state from ops.batch")) == {"failed"}


def test_nothing_new_is_an_empty_list_and_no_error(house: House, sandbox: Running) -> None:
    house.sync(PORTAL)
    house.execute("update ops.cursor set value = '2027-06-01T00:00:00+00:00'")
    report = house.sync(PORTAL)
    assert (report.verdict(), report.counts.read) == (None, 0)
    assert batch(house, "ship_arrivals") == (0, 0, 0, 0, 0)
