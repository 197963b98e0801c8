"""`gateway deliver`: telling portals what they must hear of, what waits and why, and the brakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show

if TYPE_CHECKING:
    from gateway.delivery.spec import Delivery
    from gateway.workshop import Workshop

app = typer.Typer(help="Tell portals what they must hear of (chuyển trạng thái đi): send, look, resend, stop.")

Target = Annotated[str, typer.Argument(help="portal/delivery, as national/dossiers; `*` is all of them.")]
By = Annotated[str, typer.Option("--by", help="Who decides; the user of this machine when not said.")]
Note = Annotated[str, typer.Option("--note", help="Why.")]
Json = Annotated[bool, show.AsJson]
SUMMARY = ("target", "mode", "state", "cause", "rows", "dossiers", "oldest")
ROWS = (
    *("outbox_id", "dossier_code", "kind", "status_code", "status_at", "state", "cause", "reason"),
    *("attempt_count", "next_at", "made_at"),
)
ATTEMPTS = ("request_id", "operation", "payload_hash", "outcome", "answer", "begun_at", "ended_at")
PREVIEW = ("target", "row", "dossier", "operation", "state", "since", "payload")
SENT = ("target", "accepted", "rejected", "unknown", "still")


@app.callback(invoke_without_command=True)
def deliver(
    context: typer.Context,
    target: Annotated[str, typer.Option("--target", help="Only this one; all that are open when not said.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go where, masked; send nothing.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="So many rows of a dry run.")] = 50,
    as_json: Json = False,
) -> int:
    """Send what waits. Example: gateway deliver --dry-run --target national/dossiers"""
    if context.invoked_subcommand:
        return 0
    shop, chosen = _chosen(target)
    return _preview(shop, chosen, most, as_json) if dry_run else _send(shop, chosen, bool(target), as_json)


@app.command("status")
def status(as_json: Json = False) -> int:
    """What waits at every target, and which are open. Example: gateway deliver status"""
    from gateway.delivery import brakes, person

    shop, chosen = _chosen("")
    with shop.engine.connect() as connection:
        modes, waiting = brakes.modes(connection), person.summary(connection)
    rows: list[dict[str, Any]] = []
    for name in [*([brakes.EVERYTHING] if brakes.EVERYTHING in modes else []), *(each.target for each in chosen)]:
        mode = modes[name].mode if name in modes else "shadow"
        found = [row._asdict() for row in waiting if row.target == name]
        rows += [{**row, "mode": mode} for row in found or [{**dict.fromkeys(SUMMARY), "target": name, "rows": 0}]]
    show.table("Targets", SUMMARY, rows, as_json)
    return 0


@app.command("list")
def list_rows(
    target: Target,
    state: Annotated[str, typer.Option(help="Only this state: waiting, held, unknown, rejected, dead.")] = "",
    cause: Annotated[str, typer.Option(help="Only this cause.")] = "",
    most: Annotated[int, typer.Option(min=1, help="So many rows.")] = 100,
    as_json: Json = False,
) -> int:
    """What is in line, and what each row waits for. Example: gateway deliver list national/dossiers --state held"""
    from gateway.delivery import person
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        rows = [row._asdict() for row in person.listed(connection, target, state, cause, most)]
    show.table(target, ROWS, rows, as_json)
    return 0


@app.command("show")
def show_row(row: Annotated[int, typer.Argument(help="A row's number.")], as_json: Json = False) -> int:
    """Every attempt of a row: call, payload hash, answer, time. Example: gateway deliver show 42"""
    from gateway.delivery import person
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        rows = [found._asdict() for found in person.attempts(connection, row)]
    show.table(f"Row {row}", ATTEMPTS, rows, as_json)
    return 0


@app.command("resend")
def resend(
    target: Target,
    rows: Annotated[list[int] | None, typer.Argument(help="These rows.")] = None,
    state: Annotated[str, typer.Option(help="All of this state: rejected, dead or unknown.")] = "",
    cause: Annotated[str, typer.Option(help="All of this cause.")] = "",
) -> int:
    """Put parked rows back in line. Example: gateway deliver resend national/dossiers --cause refused"""
    from gateway.delivery import person
    from gateway.errors import ConfigError
    from gateway.workshop import open_database

    if not (rows or state or cause):
        raise ConfigError("say which rows: their numbers, --state or --cause", where=target)
    typer.echo(f"{person.resend(open_database(), target, rows or (), state, cause)} rows are back in line")
    return 0


@app.command("dismiss")
def dismiss(
    target: Target, rows: Annotated[list[int], typer.Argument(help="These rows.")], note: Note = "", by: By = ""
) -> int:
    """Let rows go unsent, by a person's word. Example: gateway deliver dismiss national/dossiers 42 --note 'sent by hand'"""
    from gateway.delivery import person
    from gateway.workshop import open_database

    typer.echo(f"{person.dismiss(open_database(), target, rows, _who(by), note)} rows dismissed")
    return 0


@app.command("open")
def open_target(target: Target, by: By = "", note: Note = "") -> int:
    """Let a target's rows go, or go on after a stop. Example: gateway deliver open national/dossiers"""
    return _decide(target, "open", by, note)


@app.command("stop")
def stop(target: Target = "*", by: By = "", note: Note = "") -> int:
    """Stop all delivery at once, or one target's. Example: gateway deliver stop"""
    return _decide(target, "stopped", by, note)


@app.command("approve")
def approve(target: Target, by: By = "") -> int:
    """Let what waits now go although it is far more than usual. Example: gateway deliver approve national/dossiers"""
    from gateway.delivery import brakes

    shop, [chosen] = _chosen(target)
    typer.echo(f"{brakes.approve(shop.engine, chosen, _who(by))} rows may go")
    return 0


def _decide(target: str, mode: str, by: str, note: str) -> int:
    from gateway.delivery import brakes
    from gateway.workshop import open_database

    if target != brakes.EVERYTHING:
        _chosen(target)
    brakes.decide(open_database(), target, mode, _who(by), note)
    typer.echo(f"{target}\t{mode}")
    return 0


def _chosen(target: str) -> tuple[Workshop, list[Delivery]]:
    from gateway.delivery import spec
    from gateway.workshop import open_workshop

    shop = open_workshop()
    return shop, [spec.delivery(shop, target)] if target else list(spec.deliveries(shop))


def _preview(shop: Workshop, chosen: list[Delivery], most: int, as_json: bool) -> int:
    import json

    from gateway.delivery.preview import preview

    rows = [row for each in chosen for row in preview(shop, each, most)]
    if not as_json:
        rows = [{**row, "payload": json.dumps(row["payload"], ensure_ascii=False)} for row in rows]
    show.table("Would be sent", PREVIEW, rows, as_json)
    return 0


def _send(shop: Workshop, chosen: list[Delivery], is_named: bool, as_json: bool) -> int:
    """Of all targets only the open ones; one that was named says why it may not go."""
    from gateway.delivery import brakes, run

    with shop.engine.connect() as connection:
        modes = brakes.modes(connection)
    reports = [
        run.deliver(shop, each)
        for each in chosen
        if is_named or (each.target in modes and modes[each.target].mode != "shadow")
    ]
    rows = [{**vars(report), "still": sum(report.waiting.values())} for report in reports]
    show.table("Delivered", SENT, rows, as_json)
    verdicts = [verdict for report in reports if (verdict := report.verdict())]
    for verdict in verdicts:
        typer.echo(f"gateway: {verdict}", err=True)
    return max((verdict.exit_code for verdict in verdicts), default=0)


def _who(by: str) -> str:
    from gateway import who

    return by or who.user()
