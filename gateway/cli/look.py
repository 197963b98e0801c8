"""Verbs that only look: portals, status, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import check, drift, show

if TYPE_CHECKING:
    from gateway.explain import Explanation

Json = Annotated[bool, show.AsJson]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    for verb in (portals, check.check, status, drift.drift):
        app.command()(verb)
    explaining = typer.Typer(help="Why is it so: landed page → record → rule → outbox → receipt.", no_args_is_help=True)
    explaining.command("dossier")(explain_dossier)
    explaining.command("procedure")(explain_procedure)
    explaining.command("set")(explain_set)
    app.add_typer(explaining, name="explain")


def portals(
    how: Annotated[
        bool, typer.Option("--how", help="How each is spoken to: sign-in, paging, changes, formats.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="With --how: as the table of the reference.")] = False,
    as_json: Json = False,
) -> int:
    """List the portals and their streams. Example: gateway portals --how"""
    from gateway import portal_table
    from gateway.config import load_settings
    from gateway.portals import load_portal, portal_names

    folders = load_settings().mappings
    specs = [load_portal(folders, name) for name in portal_names(folders)]
    if how and markdown:
        typer.echo(portal_table.markdown(specs), nl=False)
        return 0
    if how:
        show.table("Portals", portal_table.COLUMNS, portal_table.rows(specs), as_json)
        return 0
    rows = [
        {
            "portal": spec.portal,
            "name": spec.title["vi"],
            "stream": stream.stream,
            "into": stream.into,
            "at": spec.schedule,
        }
        for spec in specs
        for stream in spec.streams
    ]
    show.table("Portals", ("portal", "name", "stream", "into", "at"), rows, as_json)
    return 0


def status(as_json: Json = False) -> int:
    """Where every stream stands after its last batch, and what waits. Example: gateway status"""
    from sqlalchemy import text

    from gateway.workshop import open_database

    with open_database().connect() as connection:
        rows = [row._asdict() for row in connection.execute(text(_STATUS))]
    show.table("Streams", tuple(rows[0]) if rows else ("portal", "stream"), rows, as_json)
    return 0


def explain_dossier(
    code: Annotated[str, typer.Argument(help="Local or national dossier code.")], as_json: Json = False
) -> int:
    """Why a dossier stands as it does. Example: gateway explain dossier H15.12-261120-0012"""
    from gateway import explain
    from gateway.config import load_settings
    from gateway.states import load_steps
    from gateway.workshop import open_database

    settings = load_settings()
    explained = explain.explain_dossier(open_database(settings), load_steps(settings.mappings), code)
    if as_json:
        show.document([_document(each) for each in explained])
        return 0
    for found in explained:
        said = _document(found)
        for key, value in said["dossier"].items():
            typer.echo(f"{key}\t{value}")
        show.table("Events", tuple(found.events[0]), found.events)
        if said["told"]:
            show.table("Told to other portals", tuple(said["told"][0]), said["told"])
    return 0


def _document(found: Explanation) -> dict[str, Any]:
    dossier = {key: show.plain(value) for key, value in found.dossier._asdict().items() if key != "dossier_id"}
    return {"dossier": dossier, "events": found.events, "told": [row._asdict() for row in found.told]}


def explain_procedure(
    code: Annotated[str, typer.Argument(help="Local or national procedure code.")], as_json: Json = False
) -> int:
    """A procedure's versions by decision, and when it was missing, retired, restored. Example: gateway explain procedure 1.000105"""
    from gateway import story
    from gateway.workshop import open_database

    columns = tuple(story.Event.__dataclass_fields__)
    for found in story.explain_procedure(open_database(), code):
        if not as_json:
            for key, value in found.procedure._asdict().items():
                typer.echo(f"{key}\t{show.plain(value)}")
        show.table(
            "Events", columns, [{"issuer": found.procedure.issuer, **vars(each)} for each in found.events], as_json
        )
    return 0


def explain_set(
    name: Annotated[str, typer.Argument(help="A shared data set.")],
    version: Annotated[str, typer.Argument(help="One of its versions.")] = "latest",
    as_json: Json = False,
) -> int:
    """What a version of a shared set was made from; --json prints its lineage.jsonld. Example: gateway explain set dossier_status"""
    from gateway.config import load_settings
    from gateway.publish.lineage import read_lineage

    found = read_lineage(load_settings().datasets, name, version)
    if as_json:
        show.document(found)
        return 0
    made, *others = found["@graph"]
    nodes = {node["@id"]: node for node in others}
    typer.echo(f"version\t{made['dcterms:identifier']}\nrevises\t{made.get('prov:wasRevisionOf', '')}")
    sources = [{"source": each, **{_word(key): said for key, said in nodes[each].items()}} for each in made[_FROM]]
    show.table("Made from", _MADE_FROM, [{**dict.fromkeys(_MADE_FROM), **source} for source in sources])
    return 0


def _word(name: str) -> str:
    return name.rpartition(":")[2]


_FROM = "prov:wasDerivedFrom"
_MADE_FROM = (
    *("source", "portal", "stream", "mode", "started_at", "page_count", "read_count", "new_count", "changed_count"),
    *("batch_count", "mapping_sha256", "file_sha256"),
)

_STATUS = """
    select distinct on (b.portal, b.stream) b.portal, b.stream, b.batch_id as batch, b.mode, b.state,
        b.read_count as read, b.new_count as new, b.changed_count as changed, b.unchanged_count as unchanged,
        b.quarantined_count as quarantined, b.declared_total as declared, b.finished_at, c.value as cursor,
        (select count(*) from ops.quarantine q where q.portal = b.portal and q.stream = b.stream and q.state = 'open')
            as waiting, b.error
    from ops.batch b left join ops.cursor c using (portal, stream)
    where b.state <> 'abandoned'
    order by b.portal, b.stream, b.batch_id desc"""
