"""Our side of a snapshot, made in the database: the dossiers the target must hear of, in the words it was told them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from gateway.delivery.story import JOIN_THEIRS
from gateway.reconcile.compare import count_rows
from gateway.reconcile.pairs import DossierPair
from gateway.reconcile.period import WITHIN, Period
from gateway.reconcile.theirs import fingerprint
from gateway.store import merge
from gateway.store.reconcile import COUNTS, VALUES, snapshot_ours


def day_column(pair: DossierPair, side: str) -> str:
    """The day by which our dossiers are counted: of receipt, else of filing; of filing, where they were filed on the other side."""
    columns = ["received_at", "filed_at", "status_at"][1 if pair.delivery.whose.filed_there else 0 :]
    said = ", ".join(f"{side}.{column}" for column in columns)
    return f"(coalesce({said}) at time zone 'Asia/Ho_Chi_Minh')::date"


def stage_ours(connection: Connection, pair: DossierPair, period: Period) -> int:
    """Fill ops.snapshot_ours; returns how many dossiers that is."""
    connection.execute(text("delete from ops.snapshot_ours where pair = :pair"), {"pair": pair.name})
    binds: dict[str, Any] = {"pair": pair.name, "target": pair.delivery.target, "portal": pair.portal.portal}
    binds |= {
        "issuers": list(pair.delivery.whose.issuers),
        "filed_there": pair.delivery.whose.filed_there,
        **period.binds,
    }
    staged = connection.execute(text(_fill(pair)), binds).rowcount
    connection.execute(text(count_rows("ours")))
    return staged


def _fill(pair: DossierPair) -> str:
    """Only what the other side's list tells is compared: the rest stays empty on both sides."""
    filled, code, day = set(pair.mapping.columns), pair.delivery.whose.code_column, day_column(pair, "d")
    values = {name: f"null::{merge.sql_type(snapshot_ours, name)}" for name in (*COUNTS, *VALUES)}
    values |= {name: f"coalesce(told.{name}, 0)" for name in filled & set(COUNTS)}
    values |= {name: _value(pair, name) for name in VALUES if name in filled and name != "deleted_at"}
    names = ", ".join(values)
    listed = ", ".join(f"{value} as {name}" for name, value in values.items())
    counted = f"left join ({_TOLD}) as told using (dossier_id)" if filled & set(COUNTS) else ""
    return f"""
        with used as materialized (
            select distinct issuer, procedure_code from core.dossier
            where issuer = any(:issuers) and valid_to is null and procedure_code is not null
        ), code as materialized (
            select d.issuer, d.procedure_code, theirs.procedure_code as their_code from used as d {JOIN_THEIRS}
        )
        insert into ops.snapshot_ours (pair, dossier_code, dossier_id, day, copies, fingerprint, {names})
        select :pair, key, dossier_id, day, copies, {fingerprint()}, {names} from (
            select distinct on (d.{code}) d.{code} as key, d.dossier_id, {day} as day,
                count(*) over (partition by d.{code}) as copies, {listed}
            from core.dossier as d left join code using (issuer, procedure_code) {counted}
            where d.issuer = any(:issuers) and d.valid_to is null and d.deleted_at is null {_filed(pair)}
                and {WITHIN.format(day=day)}
            order by d.{code}, d.dossier_id
        ) as held"""


def _value(pair: DossierPair, name: str) -> str:
    """A value as it was told: the first that there is of the columns which the delivery takes it from."""
    if name == "procedure_code":
        return "code.their_code"
    fields = pair.delivery.record_payload.fields if pair.delivery.record_payload else ()
    columns = next((each.columns for each in fields if each.columns[:1] == (name,)), (name,))
    first = f"coalesce({', '.join(f'd.{column}' for column in columns)})"
    return f"date_trunc('second', {first})" if name.endswith("_at") else first


def _filed(pair: DossierPair) -> str:
    if pair.delivery.whose.filed_there is None:
        return ""
    is_there = "starts_with(d.dossier_code_national, :filed_there)"
    return f"and {is_there if pair.delivery.whose.filed_there else 'd.dossier_code_national is null'}"


# Steps are owed whether they were taken or not; a record that was not taken was followed by one that told all of it.
_TOLD = """
    select dossier_id, count(*) filter (where kind = 'record' and state = 'accepted') as told_count,
        count(*) filter (where kind = 'event' and state <> 'dismissed') as step_count
    from ops.outbox where target = :target group by dossier_id"""
