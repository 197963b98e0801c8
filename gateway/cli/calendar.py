"""`gateway calendar`: the working days of a year, and due dates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gateway.calendar.due import Unit
from gateway.cli import show
from gateway.errors import ConfigError

Json = Annotated[bool, show.AsJson]
KnownOn = Annotated[str, typer.Option("--known-on", help="With what was known on this day, such as 2025-12-20.")]


class YearOrVerb(TyperGroup):
    """`gateway calendar 2026` is short for `gateway calendar year 2026`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb the words name; a number names `year`."""
        return super().resolve_command(ctx, ["year", *args] if args and args[0].isdecimal() else args)


app = typer.Typer(
    cls=YearOrVerb, help="Working days of public offices. Example: gateway calendar year 2026", no_args_is_help=True
)


@app.command("year")
def show_year(
    number: Annotated[int, typer.Argument(metavar="YEAR", min=1990, max=2100, help="The year.")],
    known_on: KnownOn = "",
    as_json: Json = False,
) -> int:
    """Days off and make-up days of a year, and how many are worked. Example: gateway calendar year 2026"""
    calendar = _calendar(known_on)
    rows = [vars(each) | {"weekday": f"{each.day:%a}"} for each in calendar.special(number)]
    columns = ("day", "weekday", "kind", "name_vi", "name_en", "published", "source")
    if as_json:
        days = [{name: show.plain(row[name]) for name in columns} for row in rows]
        show.document(
            {"year": number, "working_days": calendar.working_days(number), "version": calendar.version, "days": days}
        )
        return 0
    show.table(f"Calendar {number} (lịch làm việc)", columns, rows)
    typer.echo(f"{number}: {calendar.working_days(number)} working days (ngày làm việc); calendar {calendar.version}")
    return 0


@app.command("due")
def show_due(
    received: Annotated[str, typer.Argument(help="Day or instant in Vietnamese time: 2025-12-31, 2025-12-31T15:30.")],
    amount: Annotated[int, typer.Argument(help="The limit.")],
    unit: Annotated[Unit, typer.Option(help="What the limit is counted in.")] = Unit.WORKING_DAY,
    known_on: KnownOn = "",
    office: Annotated[str, typer.Option(help="An office of calendar/offices.yaml.")] = "default",
    as_json: Json = False,
) -> int:
    """When something received must be answered. Example: gateway calendar due 2025-12-31 3 --known-on 2025-12-20"""
    from gateway.calendar.due import due
    from gateway.calendar.offices import load_office
    from gateway.config import load_settings

    settings = load_settings()
    at = load_office(settings.mappings, settings.schemas, office)
    found = due(_instant(received), amount, unit, _calendar(known_on), at)
    show.table("Due (ngày hẹn trả)", ("at", "counted_from", "calendar"), [vars(found)], as_json)
    return 0


def _calendar(known_on: str) -> Any:
    from gateway.calendar.days import load_calendar
    from gateway.config import load_settings

    return load_calendar(load_settings().mappings, _instant(known_on).date() if known_on else None)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no day", do="write it as 2025-12-31 or 2025-12-31T15:30") from None
    if found.tzinfo is not None:
        raise ConfigError(f"{text!r} has a time zone", do="give Vietnamese time without one")
    return found
