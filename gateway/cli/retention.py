"""`gateway retention`: what has been kept long enough goes."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import show


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command()(retention)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """Erase what was kept longer than mappings/personal/register.yaml says. Example: gateway retention --dry-run"""
    from gateway.personal.retention import retain
    from gateway.workshop import open_workshop

    done = retain(open_workshop(), dry_run=dry_run)
    rows = [
        {"class": class_, "place": place, "count": count}
        for class_, counts in done.counts.items()
        for place, count in counts.items()
    ]
    show.table("Would be erased" if dry_run else "Erased", ("class", "place", "count"), rows, as_json)
    if error := done.verdict():
        raise error
    return 0
