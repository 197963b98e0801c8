"""The quality rules of a set, asked of the rows that are about to be published: only what keeps all of them replaces anything."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from gateway.config import HOME
from gateway.crosswalks import codelists
from gateway.errors import ConfigError, StoreError
from gateway.publish.contract import Column, Contract, Rule
from gateway.publish.query import counts_sql, repeated_sql, wrong_sql

SAMPLE = 5
"""Keys of bad rows that are told of each rule."""


@dataclass(frozen=True)
class Broken:
    """A rule that rows break. keys: of some of them."""

    rule: str
    column: str
    count: int
    keys: tuple[str, ...]

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"rule {self.rule}{column}: {self.count} rows, such as {'; '.join(self.keys)}"


def require_quality(connection: Connection, contract: Contract) -> None:
    """Raises StoreError with every broken rule, its column, count and sample keys."""
    found = broken(connection, contract)
    if found:
        raise StoreError(
            f"{' · '.join(map(str, found))}; the last good version stays",
            where=f"data set {contract.name}",
            do=f"see the query and the rules in {contract.path}",
        )


def broken(connection: Connection, contract: Contract) -> list[Broken]:
    """The rules that rows break, in the order of the columns; the rules of whole rows and of the key come last."""
    rules = all_rules(contract)
    counts = connection.execute(text(counts_sql(contract, rules))).one()
    found = [
        Broken(rule.name, rule.column, count, _keys(connection, wrong_sql(contract, rule)))
        for rule, count in zip(rules, counts, strict=True)
        if count
    ]
    repeated = connection.scalar(text(f"select count(*) from ({repeated_sql(contract)}) as repeated"))
    if repeated:
        found.append(Broken("unique_key", ", ".join(contract.key), repeated, _keys(connection, repeated_sql(contract))))
    return found


def all_rules(contract: Contract) -> list[Rule]:
    """What the columns say by themselves (filled, exact, of their code list), then the rules written out."""
    filled = [Rule("filled", each.name, _not_filled(each)) for each in contract.columns if each.required]
    exact = [Rule("exact", each.name, _not_exact(each.name)) for each in contract.columns if each.type == "number"]
    listed = [Rule("of_code_list", each.name, _not_listed(each)) for each in contract.columns if each.code_list]
    return [*filled, *exact, *listed, *contract.rules]


def _not_filled(column: Column) -> str:
    return f"nullif({column.name}, '') is null" if column.type == "string" else f"{column.name} is null"


def _not_exact(name: str) -> str:
    """A number that Parquet's decimal(38, 6) would have to round, or cannot hold. NaN and the infinities are such, too."""
    return f"not (scale(trim_scale({name})) <= 6 and abs({name}) < 1e32)"


def _not_listed(column: Column) -> str:
    found = codelists.find((HOME / "mappings",), column.code_list)
    if found is None:
        raise ConfigError(
            f"no code list {column.code_list}", where=f"column {column.name}", do="see: gateway contract check"
        )
    codes = ", ".join("'" + code.replace("'", "''") + "'" for code in found.codes)
    return f"{column.name} not in ({codes})"


def _keys(connection: Connection, statement: str) -> tuple[str, ...]:
    rows = connection.execute(text(f"{statement} limit {SAMPLE}"))
    return tuple(", ".join("(empty)" if value in {None, ""} else str(value) for value in row) for row in rows)
