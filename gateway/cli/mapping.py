"""`gateway mapping`: the work bench on which a person comes to trust a mapping file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show

if TYPE_CHECKING:
    from gateway.mapping.members import Members
    from gateway.portals import StreamSpec

Json = Annotated[bool, show.AsJson]

app = typer.Typer(help="Mapping files, for people.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Mapping files, for people."""


@app.command("show")
def show_mapping(
    portal: Annotated[str, typer.Argument(help="The portal.")],
    stream: Annotated[str, typer.Argument(help="The stream; all of them when none is named.")] = "",
) -> int:
    """What a mapping does, in words a person can check. Example: gateway mapping show national procedures"""
    from gateway.mapping.compile import compile_mapping
    from gateway.mapping.describe import describe

    for each in _streams(portal, stream):
        for line in describe(compile_mapping(each)):
            typer.echo(line)
    return 0


@app.command("check")
def check_files(
    portal: Annotated[str, typer.Argument(help="A portal; all of them when none is named.")] = "",
    as_json: Json = False,
) -> int:
    """Find what is wrong in mapping files, and what is odd, with file and line. Example: gateway mapping check national"""
    from gateway.config import load_settings
    from gateway.errors import ConfigError
    from gateway.mapping.bench.check import check
    from gateway.mapping.bench.findings import ERROR, Finding
    from gateway.portals import load_portal, portal_names

    folders = load_settings().mappings
    if portal and portal not in portal_names(folders):
        load_portal(folders, portal)  # says which portals there are
    findings = check(folders, portal)
    errors = [each for each in findings if each.level == ERROR]
    if as_json:
        show.table("Findings", Finding._fields, [each._asdict() for each in findings], as_json)
    else:
        for each in findings:
            typer.echo(f"{'gateway' if each.level == ERROR else each.level}: {each}", err=each.level == ERROR)
        typer.echo(f"{len(errors)} errors, {len(findings) - len(errors)} notes")
    return ConfigError.exit_code if errors else 0


@app.command("test")
def judge_samples(
    portal: Annotated[str, typer.Argument(help="A portal; all of them when none is named.")] = "",
    stream: Annotated[str, typer.Argument(help="A stream; all of them when none is named.")] = "",
    update: Annotated[
        bool,
        typer.Option("--update", help="Write what the samples become now as what is expected; read the change in Git."),
    ] = False,
    as_json: Json = False,
) -> int:
    """Map the golden samples and compare with what they must become. Example: gateway mapping test national procedures"""
    from gateway.mapping.bench import golden, samples

    streams = _streams(portal, stream)
    if update:
        for each in streams:
            if samples.body_file(each).is_file():
                typer.echo(f"written: {golden.write(each)}", err=True)
    judged = [golden.judge(each) for each in streams]
    rows = [
        {**each._asdict(), **apart._asdict()}
        for each in judged
        for apart in each.differences or [golden.Difference("", None, None)]
    ]
    show.table("Golden samples", TESTED, rows, as_json)
    if not as_json:
        counts = Counter(each.state for each in judged)
        typer.echo(", ".join(f"{count} {state}" for state, count in counts.items()), err=True)
    return int(any(each.state in {golden.DIFFERS, golden.NOTHING_EXPECTED} for each in judged))


TESTED = ("portal", "stream", "state", "path", "expected", "found")


def _streams(portal: str, stream: str = "") -> list[StreamSpec]:
    """The streams that a command is about: one, those of a portal, or all."""
    from gateway.config import load_settings
    from gateway.portals import load_portal, portal_names

    folders = load_settings().mappings
    specs = [load_portal(folders, name) for name in ([portal] if portal else portal_names(folders))]
    return [specs[0].stream(stream)] if stream else [each for spec in specs for each in spec.streams]


@app.command("coverage")
def cover(
    portal: Annotated[str, typer.Argument(help="The portal.")],
    stream: Annotated[str, typer.Argument(help="The stream; all of them when none is named.")] = "",
    sample: Annotated[
        bool, typer.Option("--sample", help="Of the golden sample; so it is too where no database is configured.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Show members used, ignored, unknown; and columns by share filled. Example: gateway mapping coverage province dossiers"""
    from gateway.mapping.bench.coverage import COLUMNS, Coverage
    from gateway.mapping.compile import compile_mapping

    rows = []
    for each in _streams(portal, stream):
        covered = Coverage(compile_mapping(each))
        for members in _records(each, sample):
            covered.add(members)
        rows += list(covered.rows())
        typer.echo(f"{each.name}: {covered.read} records, {covered.refused} of them refused", err=True)
    show.table("Coverage", COLUMNS, rows, as_json)
    return 0


@app.command("draft")
def propose(
    portal: Annotated[str, typer.Argument(help="The portal; its folder need not exist yet.")],
    stream: Annotated[str, typer.Argument(help="The stream; its file need not exist yet.")],
    source: Annotated[Path | None, typer.Option("--from", help="A file with an answer; else what was landed.")] = None,
    into: Annotated[str, typer.Option(help="The entity to fill; the likeliest when not said.")] = "",
) -> int:
    """Propose a mapping file to edit. Example: gateway mapping draft myportal dossiers --from answer.json --into dossier"""
    from gateway.cli.drafting import drafted

    typer.echo(drafted(portal, stream, source, into), nl=False)
    return 0


@app.command("diff")
def compare(
    portal: Annotated[str, typer.Argument(help="The portal.")],
    stream: Annotated[str, typer.Argument(help="The stream.")],
    against: Annotated[Path | None, typer.Option(help="The changed stream file; crosswalks are those in use.")] = None,
    mappings: Annotated[Path | None, typer.Option(help="A changed mapping folder, its crosswalks too.")] = None,
    as_json: Json = False,
) -> int:
    """What a changed mapping would change. Example: gateway mapping diff national procedures --against procedures.yaml"""
    from gateway.landed import landed_members
    from gateway.mapping.bench.changed import changed
    from gateway.mapping.bench.differences import differences
    from gateway.mapping.compile import compile_mapping
    from gateway.workshop import open_workshop

    if (against is None) == (mappings is None):
        raise typer.BadParameter("say what to compare with: --against FILE or --mappings FOLDER")
    [old] = _streams(portal, stream)
    new = changed(old, against, mappings)
    found = differences(compile_mapping(old), compile_mapping(new), landed_members(open_workshop(), old))
    if as_json:
        show.document(found.as_json())
        return 0
    rows = [{**row, "examples": _told(row["examples"])} for row in found.as_json()["columns"]]
    show.table("Values that differ", ("column", "new", "changed", "removed", "examples"), rows)
    for word, listed in (("quarantined", found.quarantined), ("passing", found.passing)):
        for each in listed[:EXAMPLES_SHOWN]:
            typer.echo(f"newly {word}: {each.record}: {each.path}: {each.reason}: {each.value}")
    counts = f"{len(found.quarantined)} newly quarantined, {len(found.passing)} newly passing"
    typer.echo(f"{found.records} landed records: {len(rows)} columns differ, {counts}; nothing was written", err=True)
    return 0


EXAMPLES_SHOWN = 3


def _told(examples: list[dict[str, Any]]) -> str:
    return "; ".join(f"{each['record']}: {each['old']!r} → {each['new']!r}" for each in examples)


@app.command("conflicts")
def list_conflicts(
    entity: Annotated[str, typer.Argument(help="An entity of ours; all of them when none is named.")] = "",
    as_json: Json = False,
) -> int:
    """Where a portal contradicts the one that owns the column. Example: gateway mapping conflicts procedure"""
    from gateway.canonical import ENTITIES
    from gateway.conflicts import COLUMNS, conflicts
    from gateway.mapping.bench.owners import owners
    from gateway.workshop import open_database

    if entity and entity not in ENTITIES:
        raise typer.BadParameter(f"no entity {entity!r}; name one of {', '.join(ENTITIES)}")
    owned = dict.fromkeys(each[:3] for each in owners(_streams("")) if entity in ("", each.entity))
    with open_database().connect() as connection:
        rows = [row for each in owned for row in conflicts(connection, *each)]
    show.table("Conflicts", COLUMNS, rows, as_json)
    return 0


def _records(stream: StreamSpec, sample: bool) -> Iterable[Members]:
    """What was landed of a stream; its golden sample when asked for, or when there is no database."""
    from gateway.config import load_settings
    from gateway.mapping.bench import samples

    if sample or not load_settings().database_url:
        return samples.members(stream)
    from gateway.landed import landed_members
    from gateway.workshop import open_workshop

    return landed_members(open_workshop(), stream)
