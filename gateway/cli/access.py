"""`gateway access`: which consumer may read which set, and on what legal basis. Each act is in the audit log."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show
from gateway.cli.written import written

if TYPE_CHECKING:
    from sqlalchemy import Row

    from gateway.config import Settings
    from gateway.publish.contract import Contract

app = typer.Typer(help="Rights to read shared data sets (quyền khai thác).", no_args_is_help=True)

COLUMNS = (
    *("consumer_code", "dataset", "role", "agency_code", "period_from", "period_until", "basis"),
    *("granted_by", "granted_at", "revoked_at", "lacks"),
)
Consumer = Annotated[str, typer.Argument(help="The consumer's code, of: gateway keys list.")]
Dataset = Annotated[str, typer.Argument(metavar="SET", help="The data set.")]


@app.command("grant")
def grant(
    consumer: Consumer,
    dataset: Dataset,
    role: Annotated[str, typer.Option(help="A role of the set's contract: which columns, in which form.")],
    basis: Annotated[str, typer.Option(help="Number of the agreement, or the law that obliges (Law 91/2025, art. 17).")],
    agency: Annotated[str, typer.Option(help="Only rows of this agency and those below it.")] = "",
    first: Annotated[datetime | None, typer.Option("--from", help="Only rows of this day (Vietnam) and later.", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--until", help="Only rows of this day and earlier.", formats=["%Y-%m-%d"])] = None,
) -> int:  # fmt: skip
    """Give a right. Example: gateway access grant justice-department dossier_status --role agency_reader --basis '12/TT-CSDL' --agency H33.17

    A consumer has one right to a set at most. It holds from the next call on.
    """
    from gateway.access import grants

    wanted = grants.Wanted(role, basis, agency or None, _day(first), _day(last))
    with written("right granted", f"{consumer} {dataset}") as (connection, settings, detail):
        grants.give(connection, settings.secret_keys, consumer, _contract(settings, dataset, role), wanted)
        detail |= {name: value for name, value in vars(wanted).items() if value is not None}
    return 0


@app.command("revoke")
def revoke(consumer: Consumer, dataset: Dataset) -> int:
    """Take a right back at once. Example: gateway access revoke justice-department dossier_status"""
    from gateway.access import grants

    with written("right revoked", f"{consumer} {dataset}") as (connection, _, detail):
        detail["grant"] = grants.take(connection, consumer, dataset)
    return 0


@app.command("list")
def list_rights(as_json: Annotated[bool, show.AsJson] = False) -> int:
    """Every right that was given, also those that were taken back. Example: gateway access list --json

    lacks: columns that the published contract gives the role by now, and the right does not, since they were not agreed on; everything,
    where its role or what limits it is gone. Who is to read them needs the right anew: gateway access revoke, then gateway access grant.
    """
    from gateway.access import grants
    from gateway.config import load_settings
    from gateway.workshop import open_database

    settings = load_settings()
    with open_database(settings).connect() as connection:
        rows = [{**row._asdict(), "lacks": _lacks(settings, row)} for row in grants.listed(connection)]
    show.table("Rights", COLUMNS, rows, as_json)
    return 0


def _lacks(settings: Settings, row: Row[Any]) -> str:
    from gateway.access.grants import of_row
    from gateway.access.view import lacking

    contract = None if row.revoked_at else _published(settings, row.dataset)
    return "" if contract is None else ", ".join(lacking(contract, of_row(row)))


def _published(settings: Settings, dataset: str) -> Contract | None:
    from gateway.publish.breaks import published_contract

    return published_contract(settings.datasets / dataset / "latest", dataset)


def _day(said: datetime | None) -> date | None:
    return None if said is None else said.date()


def _contract(settings: Settings, dataset: str, role: str) -> Contract:
    """The set's contract. Raises ConfigError where the published one, by which rights are read, says otherwise of the role."""
    from gateway.access.agreed import offer
    from gateway.errors import ConfigError
    from gateway.publish.contract import load_contracts

    found = {each.name: each for each in load_contracts(settings.schemas)}
    if dataset not in found:
        raise ConfigError(f"no data set {dataset}", do=f"name one of {', '.join(found)}")
    published = _published(settings, dataset)
    if published is not None and offer(published, role) != offer(found[dataset], role):
        raise ConfigError(
            f"the published contract ({published.version}) gives role {role} other columns or limits than the one in schemas/",
            where=f"data set {dataset}",
            do=f"publish first: gateway publish {dataset}",
        )
    return found[dataset]
