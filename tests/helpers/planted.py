"""A province's dossiers, a portal that was told of them, and differences planted between the two: what reconciliation must find.

The list goes the ordinary way: its pages are landed, decoded and mapped. Planted are all causes, and what must not be taken for one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from connectors.pages import Page
from gateway.reconcile.pairs import DossierPair, pair
from gateway.reconcile.run import Report, reconcile
from gateway.runs import mark_batch, open_batch, open_run
from gateway.workshop import Workshop
from tests.helpers.house import House, replace_in

PAIR = "national/dossiers"
FIRST, LAST = "2026-01-01", "2026-11-20"
PAGE = 1000

WAYS = {
    "never sent": "not sent",
    "in line": "not sent",
    "dismissed": "not sent",
    "held": "held",
    "rejected": "rejected",
    "dead": "rejected",
    "unknown": "unknown outcome",
    "dead unknown": "unknown outcome",
    "lost": "sent and not there",
    "lost step": "sent and not there",
    "theirs alone": "only there",
    "state": "different state",
    "appointment": "different date",
    "finished": "different date",
    "procedure": "different procedure",
    "agency": "different agency",
    "listed twice": "duplicate",
    "told twice": "duplicate",
    "step twice": "duplicate",
    "other month": "other period",
    "before the first day": "other period",
    "deleted here": "retired here",
    "deleted there": "retired there",
}
"""Ways in which two sides come to differ, and the cause each must be found with."""

DECOYS = ("answer lost once", "deleted on both sides", "sent just now", "in line and equal", "unreadable")
"""What is no difference."""

_ROW_OF = {
    "in line": ("waiting", None),
    "dismissed": ("dismissed", "dismissed"),
    "held": ("held", "MaTTHC is missing"),
    "rejected": ("rejected", "refused"),
    "dead": ("dead", "tried too often"),
    "unknown": ("unknown", "outcome unknown"),
    "dead unknown": ("dead", "outcome unknown"),
}
_ABSENT = {"never sent", "lost", "deleted on both sides", "sent just now", *_ROW_OF}


@dataclass
class Planted:
    """What was planted: code → way, for each dossier that is not as usual."""

    ways: dict[str, str] = field(default_factory=dict)

    @property
    def expected(self) -> set[tuple[str, str]]:
        """(code, cause) of every difference there is."""
        return {(key_of(code, way), WAYS[way]) for code, way in self.ways.items() if way in WAYS}


def key_of(code: str, way: str) -> str:
    """The code of a planted difference: what only the portal has is beside a dossier of ours."""
    return f"X{code}" if way == "theirs alone" else code


def plant(house: House, count: int, each: int, seed: int = 7) -> Planted:
    """Fill an empty house with `count` dossiers, of which `each` differ in every way, and land the portal's list of them."""
    chooser = random.Random(seed)
    numbers = iter(chooser.sample(range(1, count + 1), each * (len(WAYS) + len(DECOYS))))
    ways = {next(numbers): way for way in (*WAYS, *DECOYS) for _ in range(each)}
    _with_deleted(house)
    house.execute(_procedures())
    house.execute(_DOSSIERS.replace("COUNT", str(count)))
    house.execute(_OUTBOX)
    house.execute("analyze core.dossier; analyze ops.outbox; analyze ops.attempt; analyze ops.ledger")
    for number, way in ways.items():
        for statement in _change(number, way):
            house.execute(statement)
    with house.shop() as shop:
        land(shop, house, ways)
    return Planted({_code(number): way for number, way in ways.items()})


def compared(house: House, **options: Any) -> Report:
    """Compare the list that was landed."""
    with house.shop() as shop:
        return reconcile(shop, pair(shop, PAIR), landed=True, **options)


def found(house: House) -> set[tuple[str, str]]:
    """(code, cause) of every difference that is not over."""
    rows = house.rows("select key, cause from ops.discrepancy where closed_at is null and kind = 'dossier'")
    return {(key, cause) for key, cause in rows}


def land(shop: Workshop, house: House, ways: dict[int, str]) -> int:
    """The portal's list as our dossiers and the planted differences make it, landed as its pages; returns the batch."""
    found_pair = pair(shop, PAIR)
    assert isinstance(found_pair, DossierPair)
    run_id = open_run(shop.engine, "national", "reconcile", "planted")
    stream = found_pair.listing.stream
    batch_id = open_batch(shop.engine, run_id, "national", stream, mode="period", cursor_from=FIRST, cursor_to=LAST)
    items = _items(house, ways)
    count = 0
    for page in shop.landing.land(batch_id, "national", _pages(items)):
        count += page.records
    mark_batch(shop.engine, batch_id, state="loaded", record_count=count)
    house.execute("update ops.ledger set acknowledged_at = now() + interval '1 minute' where outbox_id = -1")
    return batch_id


def _pages(items: Iterator[dict[str, Any]]) -> Iterator[Page]:
    request: dict[str, Any] = {"method": "POST", "path": "/", "query": {}, "body": None}
    while page := list(islice(items, PAGE)):
        body = json.dumps({"error_code": 0, "result": page}, ensure_ascii=False).encode()
        yield Page("planted", request, body, datetime.now(UTC), len(page))


def _items(house: House, ways: dict[int, str]) -> Iterator[dict[str, Any]]:
    for number, item in house.rows(_LISTED):
        yield from _bent(item, ways.get(number, ""))


def _bent(item: dict[str, Any], way: str) -> Iterator[dict[str, Any]]:
    if way in _ABSENT:
        return
    changes: dict[str, dict[str, Any]] = {
        "lost step": {"soTienTrinh": 0},
        "theirs alone": {"MaHoSo": key_of(item["MaHoSo"], way)},
        "state": {"MaTrangThai": "2" if item["MaTrangThai"] != "2" else "4"},
        "appointment": {"NgayHenTra": "20261231170000"},
        "finished": {"NgayKetThucXuLy": "20261112000001"},
        "procedure": {"MaTTHC": "9.999999"},
        "agency": {"DonViXuLy": "Sở khác"},
        "told twice": {"soLanCapNhat": 2},
        "step twice": {"soTienTrinh": 2},
        "answer lost once": {"soLanCapNhat": 2},
        "other month": {
            "NgayTiepNhan": "20261101080000" if not item["NgayTiepNhan"].startswith("202611") else "20260115080000"
        },
        "deleted there": {"NgayXoa": "20261111000000"},
        "unreadable": {"NgayTiepNhan": "hôm qua"},
    }
    bent = item | changes.get(way, {})
    yield bent
    if way in {"theirs alone", "listed twice"}:
        yield item if way == "theirs alone" else bent


def _change(number: int, way: str) -> Iterator[str]:
    """What the way changes on our side."""
    of = f"dossier_id = {number}"
    if way in _ROW_OF:
        state, cause = _ROW_OF[way]
        said = f"'{cause}'" if cause else "null"
        yield f"delete from ops.attempt where outbox_id in (select outbox_id from ops.outbox where {of})"
        yield f"update ops.outbox set state = '{state}', cause = {said}, settled_at = null where {of}"
        yield f"delete from ops.ledger where {of}"
    if way == "never sent":
        yield f"delete from ops.attempt where outbox_id in (select outbox_id from ops.outbox where {of})"
        yield f"delete from ops.outbox where {of}; delete from ops.ledger where {of}"
    if way == "before the first day":
        yield f"update core.dossier set received_at = '2025-06-01 08:00+07' where {of}"
    if way in {"deleted here", "deleted on both sides"}:
        yield f"update core.dossier set deleted_at = '2026-11-01 08:00+07' where {of}"
    if way == "answer lost once":
        yield f"""
            insert into ops.attempt (outbox_id, request_id, operation, payload_hash, outcome, begun_at)
            select outbox_id, 'again', 'create', payload_hash, 'unknown', made_at from ops.outbox where {of} and kind = 'record'"""
    if way == "in line and equal":
        columns = "target, dossier_id, dossier_code, kind, status_code, status_at, payload, payload_hash, batch_id"
        yield f"insert into ops.outbox ({columns}) select {columns} from ops.outbox where {of} and kind = 'record'"
    if way == "sent just now":
        yield f"update ops.ledger set outbox_id = -1 where {of}"


def _code(number: int) -> str:
    return f"H15.50.05-26{number % 11 + 1:02}{number % 28 + 1:02}-{number:07}"


def _with_deleted(house: House) -> None:
    """The list of a portal that goes on showing what it deleted, and says so."""
    path = house.own_mappings() / "national" / "reconcile" / "dossiers.yaml"
    old = "  told_count:     {from: soLanCapNhat, type: int}\n"
    replace_in(path, old, f"{old}  deleted_at:     {{from: NgayXoa, type: instant, format: yyyyMMddHHmmss}}\n")


def _procedures() -> str:
    """Twenty procedures: the national one, and the province's copy under its own code."""
    columns = "procedure_code, issuer, valid_from, source_hash, content_hash, batch_id, procedure_name, procedure_code_national"
    rows = [
        f"('{code}', '{issuer}', '0001-01-01', '', '', 1, 'Thủ tục {number}', '1.{number:06}')"
        for number in range(20)
        for code, issuer in ((f"1.{number:06}", "national"), (f"1.{number:06}.H15", "province"))
    ]
    fields = """
        insert into core.procedure_field (procedure_id, ordinal, field_code, field_name)
        select procedure_id, 0, 'G15-LV01', 'Hộ tịch' from core.procedure where issuer = 'national'"""
    return f"insert into core.procedure ({columns}) values {', '.join(rows)}; {fields}"


_DOSSIERS = """
    insert into core.dossier (dossier_id, dossier_code, issuer, valid_from, source_hash, content_hash, batch_id, status_code,
        status_at, procedure_code, procedure_name, agency_name, applicant_kind, channel_code, filed_at, received_at, appointment_at,
        finished_at)
    overriding system value
    select n, format('H15.50.05-26%s%s-%s', lpad((n % 11 + 1)::text, 2, '0'), lpad((n % 28 + 1)::text, 2, '0'), lpad(n::text, 7, '0')),
        'province', '0001-01-01', '', '', 1, (array['2', '4', '9', '10'])[n % 4 + 1],
        at + interval '2 days', '1.' || lpad((n % 20)::text, 6, '0') || '.H15', 'Thủ tục', 'Ủy ban nhân dân phường ' || n % 50, '1', '2',
        at - interval '1 hour', at + interval '123 ms', at + interval '10 days', case when n % 4 > 1 then at + interval '2 days' end
    from (select n, make_timestamptz(2026, n % 11 + 1, n % 28 + 1 - case when n % 11 = 10 then n % 28 - n % 19 else 0 end,
        8 + n % 9, n % 60, 0, 'Asia/Ho_Chi_Minh') as at from generate_series(1, COUNT) as n) as dossiers;
    insert into core.dossier_event (dossier_id, status_at, status_code, batch_id)
    select dossier_id, status_at, status_code, 1 from core.dossier"""

_OUTBOX = """
    insert into ops.outbox (target, dossier_id, dossier_code, kind, status_code, status_at, payload, payload_hash, state, attempt_count,
        batch_id, made_at, settled_at)
    select 'national/dossiers', dossier_id, dossier_code, kind, status_code, status_at, '{}', '', 'accepted', 1, 1,
        now() - interval '2 days', now() - interval '1 day'
    from core.dossier cross join (values (1, 'record'), (2, 'event')) as each (place, kind) order by dossier_id, place;
    insert into ops.attempt (outbox_id, request_id, operation, payload_hash, outcome, begun_at, ended_at)
    select outbox_id, 'planted', case kind when 'record' then 'create' else 'event' end, '', 'accepted', now() - interval '1 day',
        now() - interval '1 day' from ops.outbox;
    insert into ops.ledger (target, dossier_id, dossier_code, is_created, status_code, status_at, payload_hash, outbox_id, acknowledged_at)
    select target, dossier_id, dossier_code, true, status_code, status_at, '', outbox_id, now() - interval '1 day'
    from ops.outbox where kind = 'record'"""

# What the portal would show if all had gone well.
_LISTED = """
    select d.dossier_id, json_build_object(
        'MaHoSo', d.dossier_code, 'MaTTHC', p.procedure_code_national, 'MaTrangThai', d.status_code,
        'NgayTiepNhan', to_char(
            case when d.received_at < '2026-01-01' then timestamptz '2026-02-02 08:00+07' else d.received_at end
                at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDDHH24MISS'),
        'NgayHenTra', to_char(d.appointment_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDDHH24MISS'),
        'NgayKetThucXuLy', coalesce(to_char(d.finished_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDDHH24MISS'), ''),
        'DonViXuLy', d.agency_name, 'soLanCapNhat', 1, 'soTienTrinh', 1)
    from core.dossier as d join core.procedure as p on p.issuer = d.issuer and p.procedure_code = d.procedure_code
    order by d.received_at, d.dossier_code"""
