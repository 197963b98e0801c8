"""The SQL that brings a set's table to the staged rows of a new version, and writes down what that changed."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.publish.contract import Contract
from gateway.publish.query import rows_sql
from gateway.publish.shelves import BEFORE, LOG, WAS

STAGE = "shared_stage"


def create_stage(contract: Contract) -> str:
    """A temporary table like the set's own."""
    return f"create temp table {STAGE} (like {rows_name(contract)}) on commit drop"


def copy_into(table: str, contract: Contract) -> str:
    """COPY of whole rows, in the order of the contract's columns."""
    return f"copy {table} ({_listed(_names(contract))}) from stdin"


def select_into(table: str, contract: Contract) -> str:
    """The rows of the set's query, by the server alone."""
    return f"insert into {table} ({_listed(_names(contract))}) {rows_sql(contract)}"


def bring_up(contract: Contract) -> str:
    """Insert, update and delete what differs, nothing else; each change goes into the log, numbered in the order of the key.

    Bind: publication_id.
    """
    names, key = _names(contract), contract.key
    others = [name for name in names if name not in key]
    differs = f"({_of('held', others)}) is distinct from ({_of('staged', others)})" if others else "false"
    changed = f"when matched and {differs} then update set {_set(others)}" if others else ""
    kept = [f'old."{name}" as "old_{name}"' for name in key] + [f'new."{name}" as "new_{name}"' for name in names]
    scope = [f'"{WAS}{name}"' for name in names if name in contract.scope.columns]
    kept += [f'old."{name}" as "{WAS}{name}"' for name in names if name in contract.scope.columns]
    into = [f'"{BEFORE}{name}"' for name in names] + scope
    told = [f'coalesce("new_{name}", "old_{name}")' if name in key else f'"new_{name}"' for name in names]
    order = ", ".join(told[names.index(name)] for name in key)
    return f"""
        with touched as (
            merge into {rows_name(contract)} as held using {STAGE} as staged
            on {" and ".join(f'held."{name}" = staged."{name}"' for name in key)}
            {changed}
            when not matched then insert ({_listed(names)}) values ({_of("staged", names)})
            when not matched by source then delete
            returning merge_action() as action, {", ".join(kept)}
        )
        insert into {log_name(contract)} (publication_id, position, change, {", ".join(into)})
        select %(publication_id)s, row_number() over (order by {order}),
            case action when 'INSERT' then 'added' when 'UPDATE' then 'changed' else 'removed' end, {", ".join([*told, *scope])}
        from touched"""


def rows_name(contract: Contract) -> str:
    """The set's table."""
    return f'share."{contract.name}"'


def log_name(contract: Contract) -> str:
    """The table of its changes."""
    return f'share."{contract.name}{LOG}"'


def _names(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _of(table: str, names: Iterable[str]) -> str:
    return ", ".join(f'{table}."{name}"' for name in names)


def _set(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}" = staged."{name}"' for name in names)
