"""`gateway service-levels`: how the clocks from the law were kept."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show
from gateway.errors import ConfigError

if TYPE_CHECKING:
    from gateway.service_levels.report import Kept

COUNTS = ("rule", "place", "agency", "met", "missed", "running", "unknown")
WORST = ("rule", "code", "place", "agency", "begun_at", "until", "happened_at", "late")


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("service-levels")(service_levels)


def service_levels(
    since: Annotated[str, typer.Option("--from", help="Cases that began on this day or later, as 2026-03-01.")] = "",
    through: Annotated[str, typer.Option("--to", help="Cases that began on this day or before.")] = "",
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """Clocks from the law (10 minutes, 2 and 8 working hours, 5 working days) and how they were kept. Example: gateway service-levels --from 2026-03-01"""
    from gateway.calendar.days import load_calendar
    from gateway.calendar.offices import load_office
    from gateway.config import load_settings
    from gateway.service_levels import report
    from gateway.service_levels.cases import reading
    from gateway.service_levels.rules import load_rules
    from gateway.workshop import open_database

    settings = load_settings()
    rules = load_rules(settings.mappings, settings.schemas)
    calendar, office = load_calendar(settings.mappings), load_office(settings.mappings, settings.schemas)
    wanted = reading(settings.mappings, _midnight(since, 0), _midnight(through, 1))
    with open_database(settings).connect() as connection:
        found = report.report(connection, rules, wanted, calendar, office)
    if as_json:
        show.document({"calendar": calendar.version, "rules": [_document(kept) for kept in found]})
        return 0
    show.table("Service levels (mức đáp ứng)", COUNTS, [row for kept in found for row in kept.rows()])
    show.table("Missed by most (trễ nhiều nhất)", WORST, [row for kept in found for row in _worst(kept)])
    return 0


def _document(kept: Kept) -> dict[str, Any]:
    from gateway.service_levels.verdict import Verdict

    rule = kept.rule
    return {
        "rule": rule.name,
        "name": rule.title,
        "within": f"{rule.amount} {rule.unit}",
        "sources": [str(source) for source in rule.sources],
        **{each.value: kept.total(each) for each in Verdict},
        "by_agency": list(kept.rows()),
        "worst": [{name: show.plain(value) for name, value in row.items()} for row in _worst(kept)],
    }


def _worst(kept: Kept) -> list[dict[str, Any]]:
    return [
        {
            "rule": kept.rule.name,
            **{name: getattr(missed.case, name) for name in ("code", "place", "agency", "begun_at")},
            "until": missed.until,
            "happened_at": missed.case.latest_at,
            "late": str(timedelta(seconds=int(missed.late.total_seconds()))),
        }
        for missed in kept.worst
    ]


def _midnight(day: str, later: int) -> datetime | None:
    """The begin of a Vietnamese day, or of the day after it."""
    from connectors.dates import VIETNAM

    try:
        return datetime.combine(date.fromisoformat(day), time(), VIETNAM) + timedelta(later) if day else None
    except ValueError:
        raise ConfigError(f"{day!r} is no day", do="write it as 2026-03-01") from None
