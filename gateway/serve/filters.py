"""Which rows a reader wants: a parameter for each column of the contract, never more, and values always bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.publish.contract import Column, Contract
from gateway.serve.problems import bad_value
from gateway.serve.values import FORMS, value

OWN = ("limit", "after", "columns")
"""Parameters of the address itself; a column of that name has no filter."""

BOUNDS = {"_from": ">=", "_to": "<="}
"""Both ends belong to what is asked for."""

ORDERED = frozenset({"integer", "number", "date", "timestamp"})


class Filter(NamedTuple):
    """What a parameter asks of a column. sign: `=`, `>=`, `<=`, or `has` for one text of a list."""

    column: Column
    sign: str


def offered(contract: Contract) -> dict[str, Filter]:
    """The filters of a set by the names of their parameters. A column's own name goes before a bound of another column."""
    found = {each.name: Filter(each, "has" if each.type == "array" else "=") for each in contract.columns}
    for column in contract.columns:
        if column.type in ORDERED:
            for end, sign in BOUNDS.items():
                found.setdefault(f"{column.name}{end}", Filter(column, sign))
    return {name: each for name, each in found.items() if name not in OWN}


def conditions(contract: Contract, said: Mapping[str, str]) -> tuple[list[str], dict[str, Any]]:
    """SQL conditions, and the values they bind. said: parameters that `offered` has. Raises Refusal."""
    known = offered(contract)
    wanted, binds = [], {}
    for number, (name, text) in enumerate(said.items()):
        column, sign = known[name]
        bind = f"filter_{number}"
        wanted.append(f'%({bind})s = any("{column.name}")' if sign == "has" else f'"{column.name}" {sign} %({bind})s')
        binds[bind] = _value(name, column, text)
    return wanted, binds


def _value(parameter: str, column: Column, text: str) -> Any:
    try:
        return value(column.type, text)
    except ValueError:
        raise bad_value(parameter, FORMS[column.type]) from None
