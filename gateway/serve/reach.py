"""The rows that a view reaches, in SQL. Columns are the contract's own, values are bound."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from connectors.dates import VIETNAM
from gateway.access.view import View


def within(view: View, before: str = "") -> list[str]:
    """Conditions that are true of a row in reach. before: what stands before the names of columns."""
    agency, period = (f'"{before}{name}"' for name in (view.contract.scope.agency, view.contract.scope.period))
    reach = view.reach
    wanted = {
        f"{agency} = any(%(reach_agencies)s)": reach.agencies,
        f"{period} >= %(reach_first)s": reach.first,
        f"{period} < %(reach_end)s": _end(reach.last),
    }
    return [condition for condition, limit in wanted.items() if limit is not None]


def bound(view: View) -> dict[str, Any]:
    """The values of these conditions."""
    reach, scope = view.reach, view.contract.scope
    is_instant = any(each.name == scope.period and each.type == "timestamp" for each in view.contract.columns)
    days = {"reach_first": reach.first, "reach_end": _end(reach.last)}
    found = {name: _begin(day) if is_instant else day for name, day in days.items() if day is not None}
    return found if reach.agencies is None else {**found, "reach_agencies": sorted(reach.agencies)}


def _end(last: date | None) -> date | None:
    """The day after the last one; none after the last day there is."""
    return None if last is None or last == date.max else last + timedelta(1)


def _begin(day: date) -> datetime:
    """When a day begins, in Vietnam."""
    return datetime.combine(day, time(), VIETNAM)
