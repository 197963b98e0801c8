"""`gateway integrity`: signs that a dossier's dates were edited after the fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import show

if TYPE_CHECKING:
    from gateway.integrity.seen import Version

SIGNS = ("sign", "issuer", "dossier_code", "what")
SEEN = (
    *("dossier_code", "version_number", "seen_at", "batch_id", "page", "record", "status_code", "status_at"),
    *("received_at", "due_at", "appointment_at", "finished_at"),
)
NOTE = (
    "A sign is no proof of wrongdoing (dấu hiệu không phải là bằng chứng vi phạm): a mended mistake, a lawful extension or a"
    " portal's own job look the same. Ask whoever keeps the dossier."
)


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("integrity")(integrity)


def integrity(as_json: Annotated[bool, show.AsJson] = False) -> int:
    """Signs of after-the-fact edits of dates, with what was seen when. Example: gateway integrity --json"""
    from gateway.integrity.seen import versions
    from gateway.integrity.signs import signs
    from gateway.service_levels.cases import reading
    from gateway.workshop import open_workshop

    shop = open_workshop()
    with shop.engine.connect() as connection:
        found = signs(connection, reading(shop.settings.mappings, None, None).vague)
        seen = versions(shop, connection, sorted({sign.dossier_id for sign in found}))
    rows = [{name: getattr(sign, name) for name in SIGNS} for sign in found]
    codes = {sign.dossier_id: sign.dossier_code for sign in found}
    if as_json:
        told = {dossier_id: [_row(codes[dossier_id], each) for each in seen[dossier_id]] for dossier_id in codes}
        signs_ = [{**row, "seen": told[sign.dossier_id]} for row, sign in zip(rows, found, strict=True)]
        show.document({"note": NOTE, "signs": signs_})
        return 0
    show.table("Signs (dấu hiệu sửa sau)", SIGNS, rows)
    show.table("What was seen", SEEN, [_row(codes[each.dossier_id], each) for all_ in seen.values() for each in all_])
    typer.echo(f"gateway: {NOTE}", err=True)
    return 0


def _row(code: str, version: Version) -> dict[str, Any]:
    page, record = version.place or (None, None)
    said = {**vars(version), "dossier_code": code, "page": page, "record": record}
    return {name: show.plain(said[name]) for name in SEEN}
