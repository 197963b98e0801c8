"""Verbs that move data: fetch, load, sync, replay, publish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show
from gateway.cli.bars import progress_bars

if TYPE_CHECKING:
    from sqlalchemy import Engine

Portal = Annotated[str, typer.Argument(help="A portal: the name of its folder in mappings/.")]
Stream = Annotated[str, typer.Option("--stream", help="Only this stream.")]
Full = Annotated[bool, typer.Option("--full", help="Read everything, not only what changed since the cursor.")]
AcceptShrunk = Annotated[
    bool, typer.Option("--accept-shrunk", help="A list that became much shorter is right: take it in.")
]
Json = Annotated[bool, show.AsJson]

COLUMNS = ("portal", "run", "read", "new", "changed", "unchanged", "quarantined")


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    for verb in (sync, fetch, load, replay, publish):
        app.command()(verb)


def sync(
    portals: Annotated[list[str] | None, typer.Argument(help="Portals; all of them when none is named.")] = None,
    full: Full = False,
    stream: Stream = "",
    accept_shrunk: AcceptShrunk = False,
    as_json: Json = False,
) -> int:
    """Fetch and load portals. Example: gateway sync province --full"""
    from gateway import run
    from gateway.workshop import open_workshop

    with progress_bars() as progress:
        shop = open_workshop(progress=progress)
        names = portals or shop.portals()
        reports = [run.sync(shop, name, full=full, only=stream, accept_shrunk=accept_shrunk) for name in names]
    return _tell(reports, as_json)


def fetch(portal: Portal, full: Full = False, stream: Stream = "", as_json: Json = False) -> int:
    """Fetch and land a portal's streams; `load` then takes them in. Example: gateway fetch national"""
    from gateway import run
    from gateway.workshop import open_workshop

    with progress_bars() as progress:
        report = run.fetch(open_workshop(progress=progress), portal, full=full, only=stream)
    return _tell([report], as_json)


def load(portal: Portal, as_json: Json = False) -> int:
    """Take in what a portal has landed, and go on where a killed load stopped. Example: gateway load national"""
    from gateway import run
    from gateway.workshop import open_workshop

    with progress_bars() as progress:
        report = run.load(open_workshop(progress=progress), portal)
    return _tell([report], as_json)


def replay(
    portal: Portal,
    stream: Stream = "",
    since: Annotated[int | None, typer.Option(help="From this batch on, instead of the last full one.")] = None,
    as_json: Json = False,
) -> int:
    """Map landed bytes again, without asking the portal. Example: gateway replay national --stream procedures"""
    from gateway.replay import replay as again
    from gateway.workshop import open_workshop

    with progress_bars() as progress:
        report = again(open_workshop(progress=progress), portal, stream, since)
    return _tell([report], as_json)


def publish(
    datasets: Annotated[list[str] | None, typer.Argument(help="Data sets; all when none is named.")] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Give nothing of these sets over HTTP until they are published again.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Write the shared data sets and switch `latest` to them. Example: gateway publish procedure_catalogue"""
    from gateway.config import load_settings
    from gateway.errors import ConfigError
    from gateway.linked.write import refresh
    from gateway.publish.all_sets import publish_all
    from gateway.publish.contract import load_contracts
    from gateway.workshop import open_database

    settings = load_settings()
    if withdraw:
        return _withdraw(open_database(settings), datasets or ())
    contracts = {contract.name: contract for contract in load_contracts(settings.schemas)}
    unknown = set(datasets or ()) - set(contracts)
    if unknown:
        raise ConfigError(f"no data set {', '.join(sorted(unknown))}", do=f"name one of {', '.join(contracts)}")
    engine = open_database(settings)
    done, wrong = publish_all(engine, [contracts[name] for name in datasets or contracts], settings)
    columns = ("dataset", "rows", "is_new", "version", "folder", "waits_for")
    rows = [{**vars(each), "folder": str(each.folder), "waits_for": ", ".join(each.waits_for)} for each in done]
    show.table("Data sets", columns, rows, as_json)
    for each in wrong:
        typer.echo(f"gateway: {each}", err=True)
    refresh(settings.public_url, list(contracts.values()), settings.datasets)
    return max((each.exit_code for each in wrong), default=0)


def _withdraw(engine: Engine, datasets: Sequence[str]) -> int:
    from gateway.errors import ConfigError
    from gateway.publish import share

    if not datasets:
        raise ConfigError("name the sets that are to be withdrawn", do="see: gateway publish --help")
    for name in datasets:
        if not share.withdraw(engine, name):
            raise ConfigError("nothing of it is served", where=name, do="see which sets are: GET /v1/sets")
    return 0


def _tell(reports: list[Any], as_json: bool) -> int:
    """Print the counts, then every error and verdict as a line; the highest exit code is the command's."""
    rows = [
        {
            "portal": report.portal,
            "run": report.run_id,
            "read": report.counts.read,
            "new": report.counts.new,
            "changed": report.counts.changed,
            "unchanged": report.counts.unchanged,
            "quarantined": report.counts.quarantined,
        }
        for report in reports
    ]
    show.table("Runs", COLUMNS, rows, as_json)
    verdicts = [verdict for report in reports if (verdict := report.verdict())]
    for line in (line for report in reports for line in report.drift):
        typer.echo(f"gateway: {line}", err=True)
    said = {str(error) for report in reports for error in report.errors} | {str(verdict) for verdict in verdicts}
    for line in sorted(said):
        typer.echo(f"gateway: {line}", err=True)
    return max((verdict.exit_code for verdict in verdicts), default=0)
