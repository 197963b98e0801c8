"""Everything that is held of one person, as one document (Law 91/2025/QH15, art. 4: access to one's own data)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select, text

from connectors import decode
from connectors.errors import ExplainedError
from gateway.delivery.sealed import opened
from gateway.personal import shared_rows
from gateway.personal.erase import find, require_seen
from gateway.personal.landed_records import Found, records_at
from gateway.personal.subject import Subject, ids
from gateway.publish.contract import load_contracts
from gateway.store.access import audit
from gateway.store.delivery import outbox
from gateway.workshop import Workshop

Rows = list[dict[str, Any]]


def export(shop: Workshop, subject: Subject) -> dict[str, Any]:
    """What is held, by the place where it is held; lists are empty where nothing is."""
    whole, found = find(shop, subject)
    binds: dict[str, Any] = {**whole.columns(), **_spots(found), "nationals": list(whole.nationals)}
    with shop.engine.connect() as connection:
        dossiers = ids(connection, whole.keys)
        document = {name: _rows(connection, sql, {"ids": dossiers, **binds}) for name, sql in _HELD.items()}
        document["deliveries"] = list(_told(shop, connection, dossiers))
        contracts = {each.name: each for each in load_contracts(shop.settings.schemas)}
        tables = list(shared_rows.tables(connection, contracts))
        document["shared_sets"] = [
            {"table": each.name, "rows": rows}
            for each in tables
            if (rows := shared_rows.rows(connection, each, whole.keys))
        ]
        document["readers"] = _readers(connection, sorted({each.dataset for each in tables}))
    document["landed_pages"] = list(_landed(shop, found))
    document["landed_pages_unreadable"] = [{"page_id": each} for each in found.unreadable]
    if not holds_any(document):
        require_seen(found)
    return document


def counts(document: dict[str, Any]) -> dict[str, int]:
    """How much of each there is: what may be said aloud of an export."""
    return {name: len(rows) for name, rows in document.items()}


def _spots(found: Found) -> dict[str, list[int]]:
    """Where the person's records stand; not pages that cannot be told apart into records, in which others stand, too."""
    places = [(page, at) for page, numbers in found.pages.items() for at in numbers if at >= 0]
    return {"pages": [page for page, _ in places], "numbers": [at for _, at in places]}


def holds_any(document: dict[str, Any]) -> bool:
    """Whether it tells of the person; who read the sets, and pages that nobody can read, may be anybody's."""
    return any(rows for name, rows in document.items() if name not in ("readers", "landed_pages_unreadable"))


def _rows(connection: Connection, sql: str, binds: Mapping[str, Any]) -> Rows:
    return [dict(row) for row in connection.execute(text(sql), binds).mappings()]


def _told(shop: Workshop, connection: Connection, dossiers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Rows of the outbox with what was sent, opened."""
    wanted = select(outbox).where(outbox.c.dossier_id.in_(dossiers)).order_by(outbox.c.outbox_id)
    for row in connection.execute(wanted).all():
        said = {"target": row.target, "dossier_code": row.dossier_code, "kind": row.kind, "state": row.state}
        try:
            payload: Any = msgspec.json.decode(opened(shop.landing.vault, row))
        except ExplainedError as error:
            payload = f"not readable: {error.what}"
        yield {
            **said,
            "status_at": row.status_at,
            "made_at": row.made_at,
            "settled_at": row.settled_at,
            "sent": payload,
        }


def _landed(shop: Workshop, found: Found) -> Iterator[dict[str, Any]]:
    """Of each landed page where it is, and the person's own records: nobody else's."""
    for page, raws in records_at(shop, found):
        place = {"page_id": page.page_id, "portal": page.portal, "stream": page.stream, "received_at": page.received_at}
        yield {**place, "address": page.address, "records": [decode.plain(raw) for raw in raws]}


def _readers(connection: Connection, datasets: Sequence[str]) -> Rows:
    """Who read the sets that tell of dossiers: each reading, though not of which rows."""
    wanted = select(audit.c.at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
    read = audit.c.subject.in_(datasets) & audit.c.action.like("%read")
    return [dict(row) for row in connection.execute(wanted.where(read).order_by(audit.c.entry_id)).mappings()]


_KEYS = "(select * from unnest(cast(:issuers as text[]), cast(:keys as text[])))"

_HELD = {
    "dossiers": "select * from core.dossier where dossier_id = any(:ids) order by dossier_id",
    "versions": "select * from core.dossier_version where dossier_id = any(:ids) order by dossier_id, version_number",
    "events": "select * from core.dossier_event where dossier_id = any(:ids) order by dossier_id, status_at, status_code",
    "quarantine": f"""
        select quarantine_id, portal, stream, record_key, reason, path, value, page_id, record_number, state from ops.quarantine
        where (portal, record_key) in {_KEYS}
            or (page_id, record_number) in (select * from unnest(cast(:pages as bigint[]), cast(:numbers as int[])))
        order by quarantine_id""",
    "acknowledged": "select * from ops.ledger where dossier_id = any(:ids) order by target, dossier_id",
    "attempts": """
        select a.* from ops.attempt as a join ops.outbox using (outbox_id) where dossier_id = any(:ids) order by attempt_id""",
    "conflicts": f"""
        select * from ops.conflict
        where entity = 'dossier' and (code = any(:nationals) or (portal, portal_code) in {_KEYS}) order by conflict_id""",
    "discrepancies": "select * from ops.discrepancy where dossier_id = any(:ids) order by discrepancy_id",
    "erasures": f"select * from ops.erased_dossier where (issuer, dossier_code) in {_KEYS}",
}
