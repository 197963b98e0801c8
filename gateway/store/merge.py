"""The SQL that moves staged rows into an entity's tables. Built from the canonical model, so every entity has the same."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import LargeBinary, Select, Table, Text, any_, exists, literal, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.canonical import Entity, observed_columns, part_columns

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

STAGE = "stage"
OUTCOME = "outcome"


BY_INDEX = "set local enable_hashjoin = off; set local enable_mergejoin = off"
"""For this transaction: no plan that reads a whole entity to find the rows of one chunk. See also `_held`."""


def create_stage(entity: Entity, columns: Sequence[str]) -> str:
    """Two temporary tables: the staged rows, and what became of them. A commit empties them."""
    typed = [f"{name} {sql_type(entity.table, name)}" for name in columns]
    were = [f", was_{name} {sql_type(entity.table, name)}" for name in _kept(entity)]
    return f"""
        create temp table {STAGE} (number int primary key, {", ".join(typed)},
            source_hash bytea, content_hash bytea, content text) on commit delete rows;
        create temp table {OUTCOME} (number int, id bigint, is_new bool, differs bool, moved bool, placed bool, dated bool
            {"".join(were)}) on commit delete rows"""


def copy_stage(columns: Sequence[str]) -> str:
    """COPY into the stage; binary, which costs the client a third of text."""
    return f"copy {STAGE} (number, {', '.join(columns)}, source_hash, content_hash, content) from stdin (format binary)"


def copy_types(entity: Entity, columns: Sequence[str]) -> list[str]:
    """The types of `copy_stage`'s columns, which binary COPY must be told."""
    return ["integer", *(sql_type(entity.table, name).lower() for name in columns), "bytea", "bytea", "text"]


def merge(entity: Entity, columns: Sequence[str], is_exact: bool = True) -> str:
    """Insert what is new and update what has other bytes; the outcome table says which, for everything that follows.

    A row of an entity with a history is never overwritten by an older one. Two streams may tell different columns of the same
    row: a row differs when one of the columns told now does, so that they do not take turns in changing it. is_exact: whether
    the times of states are their own; see `place`.
    """
    fresh, moved, placed = "", "false", "false"
    if entity.history is not None:
        fresh = f"and {place('staged', is_exact)} >= {place('held', is_exact)}"
        moved = "old.status_code is distinct from new.status_code"
        placed = f"{moved} or old.status_at is distinct from new.status_at"
    seen = observed_columns(entity)
    dated = (
        f"merge_action() = 'UPDATE' and {_row('old', seen)} is distinct from {_row('new', seen)}" if seen else "false"
    )
    were = "".join(f", old.{name} as was_{name}" for name in _kept(entity))
    filled = [*columns, "source_hash", "content_hash"]
    # The parts of a record stand in its hash only.
    told = ["content_hash"] if entity.parts else columns
    return f"""
        with merged as (
            merge into {entity.table.fullname} as held
            using (select * from {STAGE} as s {_held(entity, f"{entity.code} = s.{entity.code}")}) as staged
            on held.{entity.id_column} = staged.held_id
            when matched and held.source_hash <> staged.source_hash {fresh} then update set
                {", ".join(f"{name} = staged.{name}" for name in filled)},
                batch_id = case when {_row("held", told)} is not distinct from {_row("staged", told)}
                    then held.batch_id else %(batch_id)s end
            when not matched then insert (issuer, valid_from, batch_id, {", ".join(filled)})
                values (%(issuer)s, %(beginning)s, %(batch_id)s, {", ".join(f"staged.{name}" for name in filled)})
            returning staged.number, new.{entity.id_column} as id, merge_action() = 'INSERT' as is_new,
                {_row("old", told)} is distinct from {_row("new", told)} as differs, {moved} as moved, {placed} as placed,
                {dated} as dated{were}
        )
        insert into {OUTCOME} select * from merged"""


EMPTY = f"delete from {STAGE}; delete from {OUTCOME}"
"""Between two rounds of one transaction."""

COUNT = f"""
    select count(*), count(*) filter (where is_new), count(*) filter (where differs and not is_new),
        count(*) filter (where dated) from {OUTCOME}"""
"""(inserted or updated, new, changed, of other dates); the rest of what was staged is unchanged."""


CHANGED = f"select id from {OUTCOME} where is_new or differs order by id"
"""The ids of what is new or says something else now."""


def touched(entity: Entity) -> str:
    """The ids of what this batch has a new event of: what moved to another state, and what is older than what we hold."""
    assert entity.history is not None
    return f"""
        select id from {OUTCOME} where moved
        union
        select held_id from {STAGE} as staged {_held(entity, f"{entity.code} = staged.{entity.code}")}
        join {entity.history.fullname} as e on e.{entity.id_column} = held_id and e.batch_id = %(batch_id)s
            and e.status_at = staged.status_at
        where staged.number not in (select number from {OUTCOME})
        order by 1"""


def append_history(entity: Entity) -> str:
    """An event for each record that is new, or tells another state or another time of the same one.

    The same state at a later time is kept too: a state between the two may still come, and then it was entered twice.
    """
    return f"""
        {_event(entity, "outcome.id")} from {OUTCOME} as outcome join {STAGE} as staged using (number)
        where outcome.placed
        on conflict do nothing"""


def append_late_history(entity: Entity, is_exact: bool = True) -> str:
    """An event for each record that is older than what we hold: placed by its own time."""
    return f"""
        {_event(entity, f"held.{entity.id_column}")} from {STAGE} as staged
        {_held(entity, f"{entity.code} = staged.{entity.code}")}
        join {entity.table.fullname} as held on held.{entity.id_column} = held_id
        where {place("staged", is_exact)} < {place("held", is_exact)}
        on conflict do nothing"""


def append_observed(entity: Entity, is_replay: bool = False) -> list[str]:
    """What the dates of each record were, where that is not kept yet, and what they are now.

    A replay goes through the past once more: what was observed then is kept already.
    """
    assert entity.observed is not None
    kept, key, columns = entity.observed.fullname, entity.id_column, _kept(entity)
    into = f"insert into {kept} ({key}, version_number, {', '.join(columns)})"
    before = f"""
        {into} select id, 1, {", ".join(f"was_{name}" for name in columns)} from {OUTCOME} as outcome
        where dated and not exists (select from {kept} as v where v.{key} = outcome.id)"""
    now = f"""
        {into} select id, 1 + (select max(version_number) from {kept} as v where v.{key} = outcome.id),
            {", ".join(f"held.{name}" for name in columns)}
        from {OUTCOME} as outcome join {entity.table.fullname} as held on held.{key} = outcome.id where dated"""
    if is_replay:
        same = " and ".join(f"v.{name} is not distinct from held.{name}" for name in observed_columns(entity))
        now += f" and not exists (select from {kept} as v where v.{key} = outcome.id and {same})"
    return [before, now]


def _kept(entity: Entity) -> list[str]:
    """What a row of observed dates is made from, all of it columns of the entity."""
    return [*columns, "source_hash", "batch_id"] if (columns := observed_columns(entity)) else []


def place(side: str, is_exact: bool) -> str:
    """Where a state stands in time: of two of one instant, the one that is later in the national list stands later.

    Where a portal tells no time of the state, only one since when it may hold, its place within that says nothing: what was
    read later counts.
    """
    rank = f", length({side}.status_code), {side}.status_code" if is_exact else ""
    return f"({side}.status_at{rank})"


def _event(entity: Entity, key: str) -> str:
    assert entity.history is not None
    return f"""insert into {entity.history.fullname}
            ({entity.id_column}, status_at, status_code, source_status_code, batch_id)
        select {key}, staged.status_at, staged.status_code, staged.source_status_code, %(batch_id)s"""


def replace_part(name: str, table: Table) -> list[str]:
    """The rows of one repeated part, of the records whose content differs."""
    columns = part_columns(table)
    typed = ", ".join(f"{column} {sql_type(table, column)}" for column in columns)
    listed = ", ".join(columns)
    read = ", ".join(f"part.{column}" for column in columns)
    clear = f"""
        delete from {table.fullname} using {OUTCOME} as outcome
        where procedure_id = outcome.id and outcome.differs and not outcome.is_new"""
    fill = f"""
        insert into {table.fullname} (procedure_id, ordinal, {listed})
        select outcome.id, part.ordinal, {read} from {OUTCOME} as outcome join {STAGE} as staged using (number)
        cross join lateral jsonb_to_recordset(staged.content::jsonb -> 'parts' -> '{name}') as part (ordinal int, {typed})
        where outcome.differs"""
    return [clear, fill]


def append_version(entity: Entity, is_replay: bool = False) -> str:
    """The whole content of each record that differs, as the next version. A replay adds only what was never kept."""
    assert entity.versions is not None
    versions, key = entity.versions.fullname, entity.id_column
    same = f"v.{key} = outcome.id and v.content_hash = staged.content_hash"
    unseen = f" and not exists (select from {versions} as v where {same})" if is_replay else ""
    return f"""
        insert into {versions} ({key}, version_number, decision_code, content_hash, content, batch_id)
        select outcome.id,
            1 + coalesce((select max(version_number) from {versions} as v where v.{key} = outcome.id), 0),
            staged.decision_code, staged.content_hash, staged.content::jsonb, %(batch_id)s
        from {OUTCOME} as outcome join {STAGE} as staged using (number)
        where outcome.differs{unseen}"""


def unknown_hashes(entity: Entity) -> str:
    """The positions (from 0) of those source hashes, given end to end as one value, that no row in force has."""
    one = "substring(%(hashes)b::bytea from position * %(size)s + 1 for %(size)s)"
    return f"""
        select position from generate_series(0, %(count)s - 1) as position
        {_held(entity, f"source_hash = {one}")} where held_id is null"""


def holds_anything(entity: Entity, issuer: str) -> Select[tuple[bool]]:
    """Whether the entity has any row of an issuer."""
    return select(exists().where(entity.table.c.issuer == issuer))


def held_by(entity: Entity, issuer: str, keys: list[str], hashes: list[bytes]) -> Select[tuple[str]]:
    """Which of these keys are held as records with one of these source hashes."""
    held = entity.table.c
    same_hash = held.source_hash == any_(literal(hashes, ARRAY(LargeBinary)))
    same_key = held[entity.code] == any_(literal(keys, ARRAY(Text)))
    return select(held[entity.code]).where(held.issuer == issuer, held.valid_to.is_(None), same_hash, same_key)


def _row(side: str, columns: Sequence[str]) -> str:
    return f"({', '.join(f'{side}.{name}' for name in columns)})"


def _held(entity: Entity, condition: str) -> str:
    """The id of the row in force that meets a condition, looked up by index, row by row.

    A plain join is at the planner's mercy: before a table, or an issuer new in it, has statistics, it expects one row of
    that issuer, compares every staged row with all of them, and a first load takes quadratic time. `limit` forbids the join,
    and the empty text after `issuer` keeps an index from being read for the issuer alone.
    """
    return f"""left join lateral (
                select {entity.id_column} as held_id from {entity.table.fullname}
                where {condition} and issuer || '' = %(issuer)s and valid_to is null limit 1
            ) as found on true"""


def sql_type(table: Table, column: str) -> str:
    """A column's type as PostgreSQL writes it."""
    return str(table.c[column].type.compile(dialect=_DIALECT))
