"""`gateway subject`: what is held of one person, given to that person or erased. Numbers come from a file or standard input,
never from the command line, which everybody on a machine can read.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import show

if TYPE_CHECKING:
    from gateway.personal.proofs import Proof
    from gateway.personal.subject import Subject

app = typer.Typer(help="Requests of persons about their own data (yêu cầu của chủ thể dữ liệu).", no_args_is_help=True)

Identities = Annotated[
    str, typer.Option("--identity-from", metavar="FILE|-", help="Identity numbers, one a line; - is standard input.")
]
Dossiers = Annotated[
    str,
    typer.Option(
        "--dossiers-from",
        metavar="FILE|-",
        help="Or dossier codes, each with its portal and a tab before it: portals may tell no number.",
    ),
]


@app.command("export")
def export(
    to: Annotated[Path, typer.Option("--to", help="A new file, which only its owner may read.")],
    identity_from: Identities = "",
    dossiers_from: Dossiers = "",
) -> int:
    """Everything held of a person, as JSON in a file. Example: gateway subject export --identity-from - --to request-12.json"""
    from gateway import who
    from gateway.access import chain
    from gateway.personal import export as exporting
    from gateway.personal.new_file import new_file
    from gateway.workshop import open_workshop

    shop, subject = open_workshop(), _subject(identity_from, dossiers_from)
    with new_file(to) as file:
        document = exporting.export(shop, subject)
        counts = exporting.counts(document)
        with shop.engine.begin() as connection:
            act = chain.Act(f"user {who.user()}", "person exported", "subject", counts)
            chain.append(connection, shop.settings.secret_keys, act)
        file.write(show.as_json(document).encode())  # nothing is given away that the audit log does not tell of
    show.table("Held", ("place", "count"), _places(counts))
    return 0 if exporting.holds_any(document) else _nothing(subject)


@app.command("erase")
def erase(
    identity_from: Identities = "",
    dossiers_from: Dossiers = "",
    basis: Annotated[str, typer.Option("--basis", help="The number of the request; nothing of the person.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: Annotated[bool, show.AsJson] = False,
) -> int:
    """Erase a person; states of dossiers stay. Example: gateway subject erase --identity-from - --basis 'request 12/2026'"""
    from gateway.errors import ConfigError
    from gateway.personal import erase as erasing
    from gateway.workshop import open_workshop

    subject = _subject(identity_from, dossiers_from)
    if dry_run:
        counts = erasing.preview(open_workshop(), subject)
        show.table("Would be erased", ("place", "count"), _places(counts), as_json)
        return 0 if any(counts[name] for name in counts if name != "unreadable pages") else _nothing(subject)
    if not basis:
        raise ConfigError("no basis is given", where="--basis", do="write the number of the request")
    proof = erasing.erase(open_workshop(), subject, basis)
    if proof is None:
        return _nothing(subject)
    return _tell(proof, as_json)


@app.command("list")
def list_erasures(as_json: Annotated[bool, show.AsJson] = False) -> int:
    """The proofs of all erasures. Example: gateway subject list --json"""
    from gateway.personal.proofs import proofs
    from gateway.workshop import open_database

    with open_database().connect() as connection:
        found = proofs(connection)
    rows = [{**vars(each), "dossiers": len(each.dossiers), "rows": sum(each.counts.values())} for each in found]
    columns = ("erasure_id", "basis", "actor", "begun_at", "finished_at", "dossiers", "rows")
    show.table("Erasures", columns, rows, as_json)
    return 0


def _subject(identity_from: str, dossiers_from: str) -> Subject:
    from gateway.errors import ConfigError
    from gateway.personal.subject import asked_for

    if bool(identity_from) == bool(dossiers_from):
        raise ConfigError("say of whom", where="the request", do="give --identity-from or --dossiers-from, one of them")
    return asked_for(_read(identity_from or dossiers_from), by_identity=bool(identity_from))


def _read(place: str) -> str:
    from gateway.errors import ConfigError

    try:
        # An editor may have put a byte order mark before the first number.
        return (sys.stdin.buffer.read() if place == "-" else Path(place).read_bytes()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot be read ({type(error).__name__})", where="the request's file", do="name a file of UTF-8 text, or -"
        ) from None


def _nothing(subject: Subject) -> int:
    """Say what was looked for, since it may be written otherwise than portals do: a person must look."""
    numbers, codes = len(subject.identities), len(subject.named)
    asked = f"{numbers} identity numbers" if numbers else f"{codes} dossier codes"
    hint = "; portals that tell no number are searched by codes: --dossiers-from" if numbers else ""
    looked = f"looked for {asked} in dossiers and landed pages{hint}"
    typer.echo(f"gateway: nothing is held; {looked}; what was erased before: gateway subject list", err=True)
    return 1


def _tell(proof: Proof, as_json: bool) -> int:
    if as_json:
        show.document(vars(proof))
    else:
        for name in ("erasure_id", "basis", "actor", "begun_at", "finished_at"):
            typer.echo(f"{name}\t{show.plain(getattr(proof, name))}")
        show.table("Dossiers", ("issuer", "code"), proof.dossiers)
        show.table("Erased", ("place", "count"), _places(proof.counts))
    for each in proof.waiting:
        typer.echo(
            f"gateway: {each}: landed, not loaded: goes with the next sync or reconcile; then run this again", err=True
        )
    if proof.unreadable:
        typer.echo(f"gateway: {proof.unreadable} landed pages could not be looked into; see: gateway status", err=True)
    return int(bool(proof.waiting or proof.unreadable))


def _places(counts: dict[str, int]) -> list[dict[str, object]]:
    return [{"place": name, "count": count} for name, count in counts.items()]
