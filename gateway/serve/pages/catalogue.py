"""`/`: every published set by its domain, or those that a search finds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from unicodedata import normalize

from fastapi import APIRouter, Request, Response

from gateway.serve.linked import FILES
from gateway.serve.pages.labels import labels
from gateway.serve.pages.render import page
from gateway.serve.pages.search import Hit, search
from gateway.serve.pages.state import state
from gateway.serve.shelf import AShelf, Shared

router = APIRouter()
DOMAIN, OTHER = "domain_", "domain_other"
LONGEST = 200
"""Characters of what is searched for."""


@router.api_route("/", methods=["GET", "HEAD"])
def catalogue(request: Request, shelf: AShelf) -> Response:
    """The catalogue. q: words to search for, of which LONGEST characters count; other parameters, which links collect on their way, mean nothing here."""
    with shelf.engine.connect() as connection:
        sets = shelf.sets(connection)
    asked = normalize("NFC", request.query_params.get("q", "")[:LONGEST]).strip()
    hits = search(sets, asked)
    return page(
        request,
        "catalogue.html",
        asked=asked,
        hits=hits,
        groups={} if hits else _groups(sets),
        sets=sets,
        states={each.name: state(each) for each in sets},
        files=_written(shelf.root),
    )


def _groups(sets: Iterable[Shared]) -> dict[str, list[Hit]]:
    """The sets by the label of their domain, in the order of the labels; domains without a label come last, as one."""
    groups: dict[str, list[Hit]] = {name: [] for name in labels() if name.startswith(DOMAIN)}
    for each in sets:
        groups[name if (name := f"{DOMAIN}{each.contract.domain}") in groups else OTHER].append(Hit(each))
    return {name: found for name, found in groups.items() if found}


def _written(root: Path) -> list[str]:
    return [name for name in FILES if (root / name).is_file()]
