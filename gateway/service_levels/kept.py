"""What the shared set `service_level` shows: every rule counted again, month by month, and kept in `ops.service_level`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, delete, insert, text

from gateway.calendar.days import load_calendar
from gateway.calendar.offices import load_office
from gateway.config import Settings
from gateway.service_levels.cases import reading
from gateway.service_levels.report import Kept, report
from gateway.service_levels.rules import load_rules
from gateway.store.service_level import service_level


def keep(engine: Engine, settings: Settings) -> int:
    """Count all cases by now, in place of what was counted before; returns how many rows that makes.

    Raises ConfigError for what is wrong with rules or calendar; then the last count stays.
    """
    rules = load_rules(settings.mappings, settings.schemas)
    calendar, office = load_calendar(settings.mappings), load_office(settings.mappings, settings.schemas)
    wanted = reading(settings.mappings, None, None)
    with engine.connect() as connection:
        found = report(connection, rules, wanted, calendar, office)
    rows = [{**row, "calendar_version": calendar.version} for kept in found for row in _rows(kept)]
    with engine.begin() as connection:
        connection.execute(text("lock table ops.service_level in exclusive mode"))  # two publishings may meet here
        connection.execute(delete(service_level))
        if rows:
            connection.execute(insert(service_level), rows)
    return len(rows)


def _rows(kept: Kept) -> Iterator[dict[str, Any]]:
    rule = kept.rule
    about = {
        "rule": rule.name,
        "rule_name": rule.title["vi"],
        "rule_name_en": rule.title["en"],
        "limit_amount": rule.amount,
        "limit_unit": rule.unit,
        "legal_basis": [str(source) for source in rule.sources],
    }
    for row in kept.by_month():
        yield {**about, **row}
