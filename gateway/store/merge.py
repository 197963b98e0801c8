"""The SQL that moves staged rows into an entity's tables. Built from the canonical model, so every entity has the same."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from gateway.canonical import Entity, part_columns

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

STAGE = "stage"
OUTCOME = "outcome"


def create_stage(entity: Entity, columns: Sequence[str]) -> str:
    """Two temporary tables: the staged rows, and what became of them. A commit empties them."""
    typed = [f"{name} {sql_type(entity.table, name)}" for name in columns]
    return (
        f"create temp table {STAGE} (number int, {', '.join(typed)},"
        " source_hash bytea, content_hash bytea, content jsonb) on commit delete rows;"
        f" create temp table {OUTCOME} (number int, id bigint, is_new bool, differs bool, moved bool) on commit delete rows"
    )


def copy_stage(columns: Sequence[str]) -> str:
    """COPY into the stage."""
    return f"copy {STAGE} (number, {', '.join(columns)}, source_hash, content_hash, content) from stdin"


def merge(entity: Entity, columns: Sequence[str]) -> str:
    """Insert what is new and update what has other bytes; the outcome table says which, for everything that follows.

    A row of an entity with a history is never overwritten by an older one.
    """
    table, code = entity.table.fullname, entity.code
    fresh = "and staged.status_at >= held.status_at" if entity.history is not None else ""
    moved = "old.status_code is distinct from new.status_code" if entity.history is not None else "false"
    filled = [*columns, "source_hash", "content_hash"]
    return f"""
        with merged as (
            merge into {table} as held using {STAGE} as staged
            on held.issuer = %(issuer)s and held.{code} = staged.{code} and held.valid_to is null
            when matched and held.source_hash <> staged.source_hash {fresh} then update set
                {", ".join(f"{name} = staged.{name}" for name in filled)},
                batch_id = case when held.content_hash = staged.content_hash then held.batch_id else %(batch_id)s end
            when not matched then insert (issuer, valid_from, batch_id, {", ".join(filled)})
                values (%(issuer)s, %(beginning)s, %(batch_id)s, {", ".join(f"staged.{name}" for name in filled)})
            returning staged.number, new.{entity.id_column} as id, merge_action() = 'INSERT' as is_new,
                old.content_hash is distinct from new.content_hash as differs, {moved} as moved
        )
        insert into {OUTCOME} select number, id, is_new, differs, moved from merged"""


EMPTY = f"delete from {STAGE}; delete from {OUTCOME}"
"""Between two rounds of one transaction."""

COUNT = f"""
    select count(*) filter (where is_new), count(*) filter (where differs and not is_new) from {OUTCOME}"""
"""(new, changed); the rest of what was staged is unchanged."""


def append_history(entity: Entity) -> str:
    """An event for each dossier that is new or moved, and for each late record that tells of an older time."""
    assert entity.history is not None
    table, history, key = entity.table.fullname, entity.history.fullname, entity.id_column
    return f"""
        insert into {history} ({key}, status_at, status_code, source_status_code, batch_id)
        select held.{key}, staged.status_at, staged.status_code, staged.source_status_code, %(batch_id)s
        from {STAGE} as staged
        join {table} as held
            on held.issuer = %(issuer)s and held.{entity.code} = staged.{entity.code} and held.valid_to is null
        left join {OUTCOME} as outcome on outcome.number = staged.number
        where outcome.moved or staged.status_at < held.status_at
        on conflict do nothing"""


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
        cross join lateral jsonb_to_recordset(staged.content -> 'parts' -> '{name}') as part (ordinal int, {typed})
        where outcome.differs"""
    return [clear, fill]


def append_version(entity: Entity) -> str:
    """The whole content of each record that differs, as the next version."""
    assert entity.versions is not None
    versions, key = entity.versions.fullname, entity.id_column
    return f"""
        insert into {versions} ({key}, version_number, decision_code, content_hash, content, batch_id)
        select outcome.id,
            1 + coalesce((select max(version_number) from {versions} as v where v.{key} = outcome.id), 0),
            staged.decision_code, staged.content_hash, staged.content, %(batch_id)s
        from {OUTCOME} as outcome join {STAGE} as staged using (number)
        where outcome.differs"""


def known_hashes(entity: Entity) -> str:
    """Which of these source hashes are those of current rows."""
    return f"select source_hash from {entity.table.fullname} where source_hash = any(%b) and issuer = %s and valid_to is null"


def sql_type(table: Table, column: str) -> str:
    """A column's type as PostgreSQL writes it."""
    return str(table.c[column].type.compile(dialect=_DIALECT))
