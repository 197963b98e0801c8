"""Drift (thay đổi cấu trúc nguồn) in the database: what is usual of each member, what was seen otherwise, and when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, Row, Text, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from connectors.errors import FatalPortalError
from gateway.errors import ConfigError
from gateway.mapping.compile import Mapping
from gateway.mapping.drift import Found, Habit, Usual, Watch, read_members, told
from gateway.portals import StreamSpec
from gateway.redaction import Redaction
from gateway.store.ops import batch, drift, usual_member


def watch(engine: Engine, mapping: Mapping, work: Row[Any], *, learn: bool = True) -> Watch:
    """The watch over a batch's records. In a full batch members learn what is usual, if no full batch before has taught it."""
    wanted = select(usual_member).filter_by(portal=work.portal, stream=work.stream)
    with engine.connect() as connection:
        rows = list(connection.execute(wanted))
    settled = {row.path for row in rows if row.kinds and row.batch_id != work.batch_id}
    learning = read_members(mapping) - settled if learn and work.mode == "full" else frozenset[str]()
    usual = {row.path: Habit(frozenset(row.kinds), row.is_always) for row in rows}
    return Watch(mapping, usual, learning, Redaction(mapping).sample)


def begin(connection: Connection, work: Row[Any]) -> None:
    """The batch is loaded from its first record: what an earlier try counted is void."""
    connection.execute(update(batch).where(batch.c.batch_id == work.batch_id).values(mapped_count=0))
    connection.execute(update(drift).where(_of_this(work)).values(record_count=0))


def note(connection: Connection, work: Row[Any], found: Found, looked: int = 0) -> None:
    """Add what was found in `looked` more records of the batch."""
    if looked:
        more = {"mapped_count": batch.c.mapped_count + looked}
        connection.execute(update(batch).where(batch.c.batch_id == work.batch_id).values(more))
    if not found:
        return
    statement = insert(drift)
    new = statement.excluded
    is_same = drift.c.last_batch_id == new.last_batch_id
    values = {
        "record_count": case((is_same, drift.c.record_count), else_=0) + new.record_count,
        "last_batch_id": new.last_batch_id,
        "last_seen_at": func.now(),
        "sample": func.coalesce(new.sample, drift.c.sample),
    }
    statement = statement.on_conflict_do_update(index_elements=drift.primary_key.columns, set_=values)
    connection.execute(statement, [_row(work, *each) for each in sorted(found.items())])


def remember(connection: Connection, work: Row[Any], usual: Usual) -> None:
    """Keep what is usual, as far as this batch has taught it."""
    of = {"portal": work.portal, "stream": work.stream, "batch_id": work.batch_id}
    rows = [
        {**of, "path": name, "kinds": sorted(each.kinds), "is_always": each.is_always} for name, each in usual.items()
    ]
    statement = insert(usual_member)
    values = {name: statement.excluded[name] for name in ("kinds", "is_always", "batch_id")}
    key = usual_member.primary_key.columns
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=values), rows)


def stopped(engine: Engine, stream: StreamSpec, work: Row[Any], found: Found, looked: int) -> FatalPortalError:
    """Note what was found in a batch of which nothing is taken in; the error that says so."""
    with engine.begin() as connection:
        begin(connection, work)
        note(connection, work, found, looked)
        lines = [_said(row) for row in _seen(connection, work.batch_id)]
    return FatalPortalError(
        f"records are not as usual, so nothing of batch {work.batch_id} was taken in: {'; '.join(lines)}",
        where=stream.document.where(["drift"]),
        do=f"read the member or name it under `ignored`, or accept it: gateway drift {stream.portal}"
        f" --accept {stream.stream}/MEMBER; then gateway load {stream.portal}",
    )


def told_of(engine: Engine, batch_id: int) -> list[str]:
    """A line for each drift that a batch showed."""
    with engine.connect() as connection:
        return [_said(row) for row in _seen(connection, batch_id)]


def entries(connection: Connection, portal: str = "") -> list[Row[Any]]:
    """Every drift of a portal, or of all: first and last seen, share of the last batch's mapped records, a sample."""
    wanted = _wanted().order_by(drift.c.portal, drift.c.stream, drift.c.path, drift.c.kind)
    return list(connection.execute(wanted.where(drift.c.portal == portal) if portal else wanted))


def share(row: Row[Any]) -> str:
    """Of the records of the last batch that were looked at, how many show it."""
    return f"{row.record_count / row.mapped_count:.1%}" if row.mapped_count else ""


def accept(connection: Connection, portal: str, stream: str, path: str) -> int:
    """From now on what the member became is usual too, and that it may be missing; returns how many drifts that settles.

    Raises ConfigError for a member without drift, and for one that appeared: that is for the mapping to say.
    """
    of = {"portal": portal, "stream": stream, "path": path}
    kinds = set(connection.scalars(select(drift.c.kind).filter_by(**of)))
    where = f"{portal}/{stream}"
    if not kinds:
        raise ConfigError(f"nothing is noted of member {path!r}", where=where, do=f"see: gateway drift {portal}")
    if kinds == {"appeared"}:
        raise ConfigError(f"member {path!r} is unknown", where=where, do="read it, or name it under `ignored`")
    connection.execute(update(usual_member).filter_by(**of).values(_accepted(kinds)))
    return connection.execute(delete(drift).filter_by(**of).where(drift.c.kind != "appeared")).rowcount


def _accepted(kinds: set[str]) -> dict[str, Any]:
    more = sorted(kind.removeprefix("became ") for kind in kinds if kind.startswith("became "))
    values: dict[str, Any] = {"kinds": func.array_cat(usual_member.c.kinds, literal(more, ARRAY(Text)))} if more else {}
    return {**values, "is_always": False} if "vanished" in kinds else values


def _of_this(work: Row[Any]) -> Any:
    here = (drift.c.portal == work.portal) & (drift.c.stream == work.stream)
    return here & (drift.c.last_batch_id == work.batch_id)


def _row(work: Row[Any], each: Any, seen: Any) -> dict[str, Any]:
    return {
        "portal": work.portal,
        "stream": work.stream,
        "path": each.path,
        "kind": each.kind,
        "batch_id": work.batch_id,
        "last_batch_id": work.batch_id,
        "record_count": seen.records,
        "sample": seen.sample,
    }


def _wanted() -> Any:
    usual = func.array_to_string(usual_member.c.kinds, " or ").label("usual")
    of = (usual_member.c.portal == drift.c.portal) & (usual_member.c.stream == drift.c.stream)
    of &= usual_member.c.path == drift.c.path
    found = select(drift, usual, batch.c.mapped_count)
    return found.join(batch, batch.c.batch_id == drift.c.last_batch_id).outerjoin(usual_member, of)


def _seen(connection: Connection, batch_id: int) -> list[Row[Any]]:
    here = (drift.c.last_batch_id == batch_id) & (drift.c.record_count > 0)
    return list(connection.execute(_wanted().where(here).order_by(drift.c.stream, drift.c.path, drift.c.kind)))


def _said(row: Row[Any]) -> str:
    words = told(row.kind, row.usual or "")
    return f"{row.path} {row.kind}: {words} ({row.record_count} of {row.mapped_count} records, {share(row)})"
