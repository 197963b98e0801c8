"""`gateway reconcile`: what two sides hold, compared; what differs and why; a person's word on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from gateway.cli import show

if TYPE_CHECKING:
    from gateway.reconcile.run import Report
    from gateway.workshop import Workshop

RUN = "run"


class _RunsByItself(TyperGroup):
    """`gateway reconcile national/dossiers` is `gateway reconcile run national/dossiers`. unsaid: the verb that is meant."""

    unsaid = RUN

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the verb that a person need not write."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [self.unsaid, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RunsByItself,
    help="Compare what two sides hold (đối soát): differences with their causes, sent again, explained, counted.",
)

PAIR = "portal/what it holds of ours, as national/dossiers"
Pair = Annotated[str, typer.Argument(help=f"{PAIR}; all pairs when none is named.")]
Json = Annotated[bool, show.AsJson]
FIGURES = ("pair", "ours", "theirs", "equal", "only_ours", "only_theirs", "differing", "refused", "moving")
CHANGES = ("opened", "again", "closed", "repaired", "needing")
LISTED = (
    "pair",
    "key",
    "day",
    "cause",
    "reason",
    "ours",
    "theirs",
    "state",
    "seen_count",
    "opened_at",
    "repair_count",
    "note",
)
TREND = ("day", "pair", "ours_count", "theirs_count", "cause", "differences")


@app.command(RUN)
def run(
    pair: Pair = "",
    first: Annotated[
        str, typer.Option("--from", help="First day of receipt, 2026-11-01; the pair's own when not said.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="Last day of receipt; today when not said.")] = "",
    repair: Annotated[
        bool, typer.Option("--repair", help="Send again what is safe, as far as its target is open.")
    ] = False,
    landed: Annotated[bool, typer.Option("--landed", help="The list landed last, without asking the portal.")] = False,
    as_json: Json = False,
) -> int:
    """Compare. Example: gateway reconcile national/dossiers --from 2026-11-01 --repair"""
    from gateway.cli.bars import progress_bars
    from gateway.reconcile import pairs
    from gateway.reconcile.period import period
    from gateway.reconcile.run import reconcile
    from gateway.workshop import open_workshop

    with progress_bars() as progress:
        shop = open_workshop(progress=progress)
        chosen = [pairs.pair(shop, pair)] if pair else list(pairs.pairs(shop))
        reports = [
            reconcile(shop, each, period(each, first, last), mend=repair, landed=landed)
            for each in chosen
            if each.kind == "dossier" or not (first or last)
        ]
    _show(reports, as_json)
    codes = [_said(verdict) for report in reports if (verdict := report.verdict())]
    codes += [_send(shop, report) for report in reports if repair]
    return max(codes, default=0)


@app.command("list")
def list_differences(
    pair: Pair = "",
    state: Annotated[str, typer.Option(help="Only this state: open, explained, repairing, resolved, repaired.")] = "",
    cause: Annotated[str, typer.Option(help="Only this cause, as 'sent and not there'.")] = "",
    most: Annotated[int, typer.Option(min=1, help="So many.")] = 100,
    as_json: Json = False,
) -> int:
    """What differs and why. Example: gateway reconcile list national/dossiers --cause duplicate"""
    from gateway.reconcile import person
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        rows = [row._asdict() for row in person.listed(connection, pair, state, cause, most)]
    show.table("Differences", LISTED, rows, as_json)
    return 0


@app.command("explain")
def explain(
    pair: Annotated[str, typer.Argument(help=PAIR)],
    codes: Annotated[list[str] | None, typer.Argument(help="These codes.")] = None,
    cause: Annotated[str, typer.Option(help="All that are open of this cause.")] = "",
    note: Annotated[str, typer.Option("--note", help="Why it is right as it is.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who says so; the user of this machine when not said.")] = "",
) -> int:
    """Say why a difference is right as it is. Example: gateway reconcile explain national/dossiers H15-1 --note 'sent by hand'"""
    from gateway import who
    from gateway.reconcile import person
    from gateway.workshop import open_database

    count = person.explain(open_database(), pair, codes or (), cause, by or who.user(), note)
    typer.echo(f"{count} explained")
    return 0


@app.command("trend")
def trend(
    pair: Pair = "", days: Annotated[int, typer.Option(min=1, help="So many days back.")] = 30, as_json: Json = False
) -> int:
    """Differences by day and cause. Example: gateway reconcile trend national/dossiers --days 90"""
    from gateway.reconcile import person
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        rows = [row._asdict() for row in person.trend(connection, pair, days)]
    show.table("Differences by day", TREND, rows, as_json)
    return 0


def _show(reports: list[Report], as_json: bool) -> None:
    rows = []
    for report in reports:
        figures = {**vars(report.figures), "equal": report.figures.equal, **report.lives._asdict()}
        rows.append({**figures, **{name: value for name, value in vars(report).items() if name != "figures"}})
    if as_json:
        show.document([{name: row[name] for name in (*FIGURES, *CHANGES, "causes")} for row in rows])
        return
    show.table("Compared", (*FIGURES, *CHANGES), rows)
    causes = [
        {"pair": report.pair, "cause": cause, "differences": count}
        for report in reports
        for cause, count in report.causes.items()
    ]
    show.table("Causes", ("pair", "cause", "differences"), causes)


def _send(shop: Workshop, report: Report) -> int:
    """What was put into the outbox goes at once, unless the brakes are on."""
    from gateway.delivery import run as delivery
    from gateway.reconcile import pairs

    found = pairs.pair(shop, report.pair)
    if not isinstance(found, pairs.DossierPair):
        return 0
    verdict = delivery.deliver(shop, found.delivery).verdict()
    return _said(verdict) if verdict else 0


def _said(verdict: Any) -> int:
    typer.echo(f"gateway: {verdict}", err=True)
    return int(verdict.exit_code)
