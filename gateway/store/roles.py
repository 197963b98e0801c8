"""Database roles: who owns, who runs, who only reads what is shared.

The owner is whoever runs `gateway db upgrade`. `gateway_runner` may move data, but neither change tables nor what people
decided, except that it makes the tables of sets it publishes in `share`; `gateway_reader` sees the schema `share` and nothing else. Both are groups without login: a site grants them to its
own users.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from gateway.errors import ConfigError

RUNNER = "gateway_runner"
READER = "gateway_reader"
ONLY_GROWS = ("xref.match_decision", "core.dossier_version", "ops.audit")
"""Tables to which the runner may only add rows."""

MEASURED = ("ops.snapshot_ours", "ops.snapshot_theirs")
"""Tables that are filled and read at once: the runner may let the server count them."""


def grant(connection: Connection) -> None:
    """Make the groups where they are missing and give them their rights; safe to repeat."""
    for role in (RUNNER, READER):
        _ensure(connection, role)
    for schema in ("landing", "core", "xref", "ops", "share"):
        for statement in _runner(schema):
            connection.execute(text(statement))
    for statement in (*_reader(), f"grant create on schema share to {RUNNER}"):
        connection.execute(text(statement))
    of_tables = {each: f"revoke update, delete on {each} from {RUNNER}" for each in ONLY_GROWS}
    of_tables |= {each: f"grant maintain on {each} to {RUNNER}" for each in MEASURED}
    for table, statement in of_tables.items():
        if connection.scalar(text("select to_regclass(:name)"), {"name": table}):  # absent before its migration
            connection.execute(text(statement))


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


def _runner(schema: str) -> list[str]:
    rights = "select, insert, update, delete"
    return [
        f"grant usage on schema {schema} to {RUNNER}",
        f"grant {rights} on all tables in schema {schema} to {RUNNER}",
        f"grant usage on all sequences in schema {schema} to {RUNNER}",
        f"alter default privileges in schema {schema} grant {rights} on tables to {RUNNER}",
        f"alter default privileges in schema {schema} grant usage on sequences to {RUNNER}",
    ]


def _reader() -> list[str]:
    return [
        f"grant usage on schema share to {READER}",
        f"grant select on all tables in schema share to {READER}",
        f"alter default privileges in schema share grant select on tables to {READER}",
    ]


def of_shared_table(connection: Connection, table: str) -> list[str]:
    """Statements for a new table of a shared set: readers may read it, and whoever publishes next may make it anew."""
    grants = [f"grant select on {table} to {READER}"]
    may_give = connection.scalar(text("select pg_has_role(current_user, :runner, 'set')"), {"runner": RUNNER})
    return [*grants, f"alter table {table} owner to {RUNNER}"] if may_give else grants
