"""`gateway codes load`: a list as of a day goes into the history, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select, text

from gateway.codes.held import Holding, Version
from gateway.codes.plan import OUTCOMES, Plan, make_plan, refuse_shrunk
from gateway.codes.snapshot import Snapshot
from gateway.errors import ConfigError
from gateway.store import codes
from gateway.store.database import copying

_IDS = "select nextval(pg_get_serial_sequence('xref.code_entity', 'entity_id')) from generate_series(1, :count)"


@dataclass(frozen=True)
class Loaded:
    """What a load did. counts: of rows by outcome, and `ended` bodies, `links` and `questions`; all 0 when nothing was new."""

    snapshot: Snapshot
    counts: dict[str, int]
    is_repeated: bool


def load(engine: Engine, snapshot: Snapshot, accept_shrunk: bool = False) -> Loaded:
    """Take a list in. The same list again writes nothing.

    Raises ConfigError when a later list of this kind and issuer is in already, when another one of the same day is, or when it
    would end more than half of the codes in force without a word.
    """
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended('gateway codes load', 0))"))
        if _is_loaded(connection, snapshot):
            return _repeated(snapshot)
        holding, past = held(connection, snapshot.kind, snapshot.issuer)
        with_ids = connection.scalars(text(_IDS), {"count": len(snapshot.rows)})
        plan = make_plan(snapshot, holding, past, iter(with_ids.all()))
        if not _may_follow(connection, snapshot, plan):
            return _repeated(snapshot)
        if not accept_shrunk:
            refuse_shrunk(plan, len(holding.versions))
        _write(connection, plan)
    counts = {name: plan.counts[name] for name in (*OUTCOMES, "ended")}
    return Loaded(snapshot, {**counts, "links": len(plan.links), "questions": len(plan.questions)}, is_repeated=False)


def held(connection: Connection, kind: str, issuer: str) -> tuple[Holding, Holding]:
    """What is in force, and the last version of every body that ended."""
    version, entity = codes.version.c, codes.entity.c
    names = [each for each in Version.__slots__ if each != "formed_from"]
    wanted = (
        select(*(version[name] for name in names), entity.formed_from)
        .join(codes.entity, entity.entity_id == version.entity_id)
        .where(version.kind == kind, version.issuer == issuer)
        .order_by(version.valid_from, version.version_id)
    )
    found = [Version(*row) for row in connection.execute(wanted)]
    in_force = Holding(each for each in found if each.valid_to is None)
    return in_force, Holding(each for each in found if each.entity_id not in in_force.by_entity)


def _is_loaded(connection: Connection, snapshot: Snapshot) -> bool:
    known = codes.snapshot.c
    same = select(known.snapshot_id).where(
        known.kind == snapshot.kind,
        known.issuer == snapshot.issuer,
        known.as_of == snapshot.as_of,
        known.file_sha256 == snapshot.sha256,
    )
    return connection.scalar(same) is not None


def _may_follow(connection: Connection, snapshot: Snapshot, plan: Plan) -> bool:
    """Whether there is something to write; lists of one issuer must come in the order of their days."""
    known = codes.snapshot.c
    mine = select(known.as_of).where(known.kind == snapshot.kind, known.issuer == snapshot.issuer)
    latest: date | None = connection.scalar(mine.order_by(known.as_of.desc()).limit(1))
    if latest is None or snapshot.as_of > latest:
        return True
    if snapshot.as_of == latest and plan.is_empty:
        return False
    raise ConfigError(
        f"a list of {snapshot.kind} codes by {snapshot.issuer} as of {latest} is in already",
        where=str(snapshot.file),
        do="load lists in the order of their days, and one for each day",
    )


def _repeated(snapshot: Snapshot) -> Loaded:
    counts = dict.fromkeys((*OUTCOMES, "ended", "links", "questions"), 0)
    return Loaded(snapshot, {**counts, "unchanged": len(snapshot.rows)}, is_repeated=True)


def _write(connection: Connection, plan: Plan) -> None:
    source = plan.snapshot
    of_list = {"kind": source.kind, "issuer": source.issuer}
    told = {"as_of": source.as_of, "file_name": source.file.name, "file_sha256": source.sha256}
    counts = {"row_count": len(source.rows), "uncoded_count": source.uncoded}
    stored = insert(codes.snapshot).values(**of_list, **told, **counts).returning(codes.snapshot.c.snapshot_id)
    snapshot_id = connection.scalar(stored)
    _end(connection, plan)
    every = {**of_list, "snapshot_id": snapshot_id}
    _copy(
        connection,
        codes.entity,
        ({**every, "entity_id": key, "formed_from": said} for key, said in plan.entities.items()),
    )
    _copy(connection, codes.version, ({**every, **_fields(each)} for each in plan.versions))
    _copy(connection, codes.succession, ({**every, **_fields(each), "since": source.as_of} for each in plan.links))
    _copy(connection, codes.question, ({**every, **_fields(each)} for each in plan.questions))


def _end(connection: Connection, plan: Plan) -> None:
    """Close versions. Before new ones come: a code is in force once."""
    ending = """
        update xref.code_version as held set valid_to = :day, ended_by = told.why
        from unnest(cast(:ids as bigint[]), cast(:whys as text[])) as told (id, why) where held.version_id = told.id"""
    binds = {"day": plan.snapshot.as_of, "ids": list(plan.ended), "whys": list(plan.ended.values())}
    connection.execute(text(ending), binds)


def _copy(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """COPY rows into those of the table's columns they have; what the database fills in itself is left out."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    own = {key.name for key in table.primary_key} if table is not codes.entity else set()
    columns = [column.name for column in table.columns if column.name in first and column.name not in own]
    with copying(connection, f"copy {table.fullname} ({', '.join(columns)}) from stdin") as copy:
        for row in _chained(first, rows):
            copy.write_row([row[name] for name in columns])


def _chained(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _fields(value: Any) -> dict[str, Any]:
    """A dataclass's members; lists as JSON."""
    names: Sequence[str] = getattr(value, "__slots__", None) or list(value.__dataclass_fields__)
    members = {name: getattr(value, name) for name in names}
    if "candidates" in members:
        from psycopg.types.json import Jsonb

        members["candidates"] = Jsonb(list(members["candidates"]))
    return members
