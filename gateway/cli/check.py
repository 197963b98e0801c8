"""`gateway check`: are a portal's files well written, and with --live: does the portal give what they expect?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show

if TYPE_CHECKING:
    from connectors.errors import ExplainedError
    from gateway.portals import PortalSpec, StreamSpec

COLUMNS = ("portal", "stream", "member", "kind", "records", "use")


def check(
    portal: Annotated[str | None, typer.Argument(help="A portal; all of them when none is named.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Also ask the portal once, and show what comes.")] = False,
    stream: Annotated[str, typer.Option("--stream", help="With --live: only this stream.")] = "",
    keep: Annotated[
        bool, typer.Option("--keep", help="With --live: keep a redacted sample beside the stream's file.")
    ] = False,
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """Check mapping files, and with --live the portal. Example: gateway check national --live --stream agencies"""
    from gateway.config import load_settings
    from gateway.portals import load_portal, portal_names

    if (stream or keep) and not live:
        raise typer.BadParameter("--stream and --keep speak of what comes: they need --live")
    folders = load_settings().mappings
    specs = [load_portal(folders, name) for name in ([portal] if portal else portal_names(folders))]
    for spec in specs:
        _check_files(spec, as_json)
    if not live:
        return 0
    rows: list[dict[str, Any]] = []
    errors = [error for spec in specs for error in _ask(spec, stream, keep, rows)]
    show.table("As the portals answer", COLUMNS, rows, as_json)
    for error in errors:
        typer.echo(f"gateway: {error}", err=True)
    return max((error.exit_code for error in errors), default=0)


def _check_files(spec: PortalSpec, as_json: bool) -> None:
    """Every file of a portal's folder: streams, deliveries, and the lists that are compared."""
    from gateway.delivery.spec import deliveries_of
    from gateway.mapping.compile import compile_mapping
    from gateway.reconcile.pairs import DossierPair, pairs_of

    deliveries, pairs = list(deliveries_of(spec)), list(pairs_of(spec))
    for each in (*spec.streams, *(pair.listing for pair in pairs if isinstance(pair, DossierPair))):
        compile_mapping(each)
    if not as_json:
        told = (
            f", {len(deliveries)} deliveries and {len(pairs)} comparisons well written" if deliveries or pairs else ""
        )
        typer.echo(f"{spec.portal}: {len(spec.streams)} streams are well mapped{told}")


def _ask(spec: PortalSpec, stream: str, keep: bool, rows: list[dict[str, Any]]) -> list[ExplainedError]:
    """One call per stream (two where values of another stream are needed): adds a row for every member that came.

    Returns what failed; a portal that is away or refuses us is not asked for its other streams.
    """
    from connectors.connection import MissingConnection
    from connectors.errors import ExplainedError, PortalAway, SignInRefused
    from gateway.sign_on import sign_on

    wanted: Sequence[StreamSpec] = [spec.stream(stream)] if stream else spec.streams
    errors: list[ExplainedError] = []
    try:
        caller = sign_on(spec)
    except ExplainedError as error:
        return [error.located(spec.portal)]
    for each in wanted:
        try:
            _ask_one(spec, each, caller, keep, rows)
        except ExplainedError as error:
            errors.append(error.located(each.name))
            if isinstance(error, PortalAway | SignInRefused | MissingConnection):
                break
    return errors


def _ask_one(spec: PortalSpec, stream: StreamSpec, caller: Any, keep: bool, rows: list[dict[str, Any]]) -> None:
    from connectors.errors import NothingThere
    from gateway import samples
    from gateway.probe import nothing, probe

    named = {"portal": spec.portal, "stream": stream.stream}
    try:
        found = probe(spec, stream, caller)
    except NothingThere as reason:
        rows.append({**named, **nothing(reason.what)})
        return
    rows += [{**named, **row} for row in found.rows()]
    if keep and found.records:
        typer.echo(f"kept: {samples.keep(found)}", err=True)
