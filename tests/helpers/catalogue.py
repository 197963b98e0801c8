"""The national catalogue in any wrapping: what a portal tells, read by code of our own, and what we hold of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from gateway import run
from gateway.run import Report
from tests.helpers import reading
from tests.helpers.house import House

Json = Any
Ask = Callable[..., list[Json]]
"""Asks a service for its records: `ask("LayThuTuc", maTTHC="1.001193")`."""
Rows = list[tuple[Any, ...]]

_PARTS = {
    "step": ("TRINHTUTHUCHIEN", "TRINHTU"),
    "channel": ("CACHTHUCTHUCHIEN",),
    "time": ("CACHTHUCTHUCHIEN", "THOIGIAN"),
    "fee": ("CACHTHUCTHUCHIEN", "THOIGIAN", "PHILEPHI"),
    "component": ("THANHPHANHOSO", "GIAYTO"),
    "result": ("KETQUATHUCHIEN",),
    "legal_basis": ("CANCUPHAPLY",),
    "field": ("LINHVUCTHUCHIEN",),
    "level": ("CAPTHUCHIEN",),
    "applicant": ("DOITUONGTHUCHIEN",),
}


@dataclass(frozen=True)
class Catalogue:
    """The same facts from either side, sorted. parts: (procedure, part, how many)."""

    listing: Rows
    fields: Rows
    decisions: Rows
    procedures: Rows
    parts: Rows
    steps: Rows


def details(ask: Ask) -> dict[str, Json]:
    """Every listed procedure in detail, by its code."""
    codes = [row["MATTHC"] for row in ask("LayDanhSachTTHC")]
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda code: ask("LayThuTuc", maTTHC=code), codes)
        return {detail["MATTHC"]: detail for records in found for detail in records}


def told(ask: Ask) -> Catalogue:
    """What the portal tells."""
    procedures = details(ask)
    return Catalogue(
        listing=_sorted((row["MATTHC"], reading.one_line(row["TENTTHC"])) for row in ask("LayDanhSachTTHC")),
        fields=_sorted((row["MALINHVUC"], row["TENLINHVUC"], row["MANGANH"]) for row in ask("LayDanhMucLinhVuc")),
        decisions=_sorted(
            _decision(ask, code) for code in {str(each["IDQUYETDINHCONGBO"]) for each in procedures.values()}
        ),
        procedures=_sorted(map(_procedure, procedures.values())),
        parts=_sorted(
            (code, part, count)
            for code, detail in procedures.items()
            for part, names in _PARTS.items()
            if (count := len(reading.nested([detail], *names)))
        ),
        steps=_sorted(
            (code, step["TENTRINHTU"].replace("<br>", "\n"))
            for code, detail in procedures.items()
            for step in reading.nested([detail], "TRINHTUTHUCHIEN", "TRINHTU")
        ),
    )


def held(house: House, issuer: str) -> Catalogue:
    """What we hold of a portal; the procedures it has in detail."""

    def rows(query: str) -> Rows:
        return _sorted(house.rows(query, issuer=issuer))

    counts = " union all ".join(
        f"select procedure_code, '{part}', count(*) from core.procedure_{part} join core.procedure using (procedure_id)"
        " where issuer = :issuer group by 1"
        for part in _PARTS
    )
    return Catalogue(
        listing=rows("select procedure_code, procedure_name from core.procedure_listing where issuer = :issuer"),
        fields=rows("select field_code, field_name, agency_code from core.field where issuer = :issuer"),
        decisions=rows(
            "select decision_code, decision_number, decision_date::text from core.decision where issuer = :issuer"
        ),
        procedures=rows(
            """select procedure_code, procedure_code_national, procedure_name, procedure_type_code, state_code,
                announcing_agency_code, decision_code, source_id from core.procedure where issuer = :issuer"""
        ),
        parts=rows(counts),
        steps=rows(
            """select procedure_code, step_text from core.procedure_step join core.procedure using (procedure_id)
            where issuer = :issuer"""
        ),
    )


def sync_and(house: House, portal: str, pages: int, act: Callable[[], object]) -> Report:
    """Synchronise a portal, and do something once so many pages are landed."""
    landed = 0

    def _watch(_stream: str, step: str, _records: int) -> None:
        nonlocal landed
        landed += step == "fetch"
        if step == "fetch" and landed == pages:
            act()

    with house.shop() as shop, patch.dict(os.environ, house.connections):
        return run.sync(replace(shop, progress=_watch), portal)


def batch(house: House, stream: str) -> tuple[Any, ...]:
    """(read, new, changed, unchanged, quarantined) of a stream's newest batch."""
    [row] = house.rows(
        """select read_count, new_count, changed_count, unchanged_count, quarantined_count from ops.batch
        where stream = :stream order by batch_id desc limit 1""",
        stream=stream,
    )
    return row


def _decision(ask: Ask, code: str) -> tuple[str, str, str | None]:
    [found] = ask("LayQDCB", idQDCB=code)
    return code, found["SOQUYETDINH"], "-".join(reversed(found["NGAYQUYETDINH"].split("/"))) or None


def _procedure(detail: Json) -> tuple[Any, ...]:
    code = detail["MATTHC"]
    others = ("LOAITTHC", "TRANGTHAI", "MACOQUANCONGBO", "IDQUYETDINHCONGBO", "ID")
    return (code, code, reading.one_line(detail["TENTTHC"]), *(reading.code(detail[name]) for name in others))


def _sorted(rows: Any) -> Rows:
    return sorted((tuple(row) for row in rows), key=repr)
