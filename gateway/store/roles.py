"""Database roles: who owns, who runs, who serves what is shared, who only reads what is shared with all agencies.

The owner is whoever runs `gateway db upgrade`. `gateway_runner` may move data, rights and keys among them, but neither change tables,
except that it makes those of the sets it publishes in `share`, nor what only grows: decisions on matches, versions, the audit log; `gateway_server` reads the schema `share`, and who may read which of it, and adds to the audit log; `gateway_reader` sees the
tables of `share` without a restricted or personal column, and nothing else. All are groups without login: a site grants them to its
own users.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from gateway.errors import ConfigError

RUNNER = "gateway_runner"
SERVER = "gateway_server"
READER = "gateway_reader"
MOVES = "select, insert, update, delete"
"""What the runner may do with rows."""

ONLY_GROWS = ("xref.match_decision", "core.dossier_version", "ops.audit")
"""Tables to which the runner may only add rows."""

SERVED = {
    "ops.consumer": "select",
    "ops.consumer_key": "select",
    "ops.access_grant": "select",
    "ops.pseudonym_key": "select",
    "ops.consumer_day": "select, insert, update",
    "ops.audit": "select, insert",
    "core.agency": "select",
}
"""What the server needs beside `share`, and what of it."""

MEASURED = ("ops.snapshot_ours", "ops.snapshot_theirs")
"""Tables that are filled and read at once: the runner may let the server count them."""


def grant(connection: Connection) -> None:
    """Make the groups where they are missing and give them their rights; safe to repeat."""
    for role in (RUNNER, SERVER, READER):
        _ensure(connection, role)
    for statement in _of_schemas(connection):
        connection.execute(text(statement))
    for table, statement in _of_tables():
        if connection.scalar(text("select to_regclass(:name)"), {"name": table}):  # absent before its migration
            connection.execute(text(statement))


def _of_schemas(connection: Connection) -> Iterator[str]:
    for schema in ("landing", "core", "xref", "ops", "share"):
        yield from _runner(schema)
        yield from (f"grant {MOVES} on {table} to {RUNNER}" for table in _own(connection, schema))
    yield from (*_server(), *_reader(), f"grant create on schema share to {RUNNER}")
    yield from (f"grant select on {table} to {SERVER}" for table in _own(connection, "share"))


def _of_tables() -> Iterator[tuple[str, str]]:
    yield from ((each, f"revoke update, delete on {each} from {RUNNER}") for each in ONLY_GROWS)
    yield (
        "core.dossier_version",
        f"grant update (source_hash) on core.dossier_version to {RUNNER}",
    )  # erased with the person
    yield from ((each, f"grant maintain on {each} to {RUNNER}") for each in MEASURED)
    yield from ((each, f"grant {rights} on {each} to {SERVER}") for each, rights in SERVED.items())
    yield "share.publication", f"grant select on share.publication to {READER}"


def _ensure(connection: Connection, role: str) -> None:
    if connection.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": role}):
        return
    if not connection.scalar(text("select rolcreaterole or rolsuper from pg_roles where rolname = current_user")):
        raise ConfigError(
            f"role {role} does not exist and this user may not make roles",
            where="GATEWAY_DATABASE_URL",
            do=f"let an administrator run: create role {role} nologin",
        )
    # Two upgrades of two databases on one server may meet here; roles belong to the server.
    connection.execute(
        text(f"do $$ begin create role {role} nologin; exception when duplicate_object then null; end $$")
    )


def _own(connection: Connection, schema: str) -> Sequence[str]:
    """The tables of a schema that this user may give rights to: those of published sets are the runner's, who gives them himself."""
    owned = "relkind = 'r' and pg_has_role(current_user, relowner, 'usage')"
    asked = f"select oid::regclass::text from pg_class where relnamespace = to_regnamespace(:schema) and {owned}"
    return connection.scalars(text(asked), {"schema": schema}).all()


def _runner(schema: str) -> list[str]:
    return [
        f"grant usage on schema {schema} to {RUNNER}",
        f"grant usage on all sequences in schema {schema} to {RUNNER}",
        f"alter default privileges in schema {schema} grant {MOVES} on tables to {RUNNER}",
        f"alter default privileges in schema {schema} grant usage on sequences to {RUNNER}",
    ]


def _server() -> list[str]:
    return [
        *(f"grant usage on schema {schema} to {SERVER}" for schema in ("share", "ops", "core")),
        f"alter default privileges in schema share grant select on tables to {SERVER}",
    ]


def _reader() -> list[str]:
    """No right to tables that come: each is given by itself, unless it has a column that is not for every agency."""
    return [
        f"grant usage on schema share to {READER}",
        f"alter default privileges in schema share revoke select on tables from {READER}",
    ]


def of_shared_table(connection: Connection, table: str, *, is_guarded: bool) -> list[str]:
    """Statements for a new table of a shared set: who may read it, and that whoever publishes next may make it anew.

    is_guarded: it has a restricted or personal column, which the server alone may read.
    """
    grants = [f"grant select on {table} to {SERVER}"]
    grants.append(f"revoke all on {table} from {READER}" if is_guarded else f"grant select on {table} to {READER}")
    may_give = connection.scalar(text("select pg_has_role(current_user, :runner, 'set')"), {"runner": RUNNER})
    return [*grants, f"alter table {table} owner to {RUNNER}"] if may_give else grants
