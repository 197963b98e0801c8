"""The linked data that publishing writes: the catalogue of the sets and the procedures, at the addresses that they give themselves."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from gateway.linked.write import FORMS
from gateway.publish.files import sha256
from gateway.serve import asked
from gateway.serve.accepted import best
from gateway.serve.downloads import MOVING, TYPES, File, sent
from gateway.serve.problems import not_written
from gateway.serve.shelf import AShelf

router = APIRouter()

FILES = tuple(f"{name}.{form}" for name in ("catalogue", "services") for form in FORMS)
"""catalogue.ttl and so on."""


def _add(name: str) -> None:
    @router.api_route(f"/{name}", methods=["GET", "HEAD"])
    def one_file(request: Request, shelf: AShelf) -> Response:
        """The file as it was written last. Raises Refusal while there is none."""
        asked.parameters(request, ())
        path = shelf.root / name
        if not path.is_file():
            raise not_written()
        stat = path.stat()
        return sent(request, path, File(stat.st_size, _sum(path, stat.st_mtime_ns, stat.st_ino)), MOVING)


for _name in FILES:
    _add(_name)


@router.api_route("/catalogue", methods=["GET", "HEAD"])
def catalogue(request: Request) -> Response:
    """The catalogue by its own name (dcat:Catalog): programs are led to its file, people to its page."""
    asked.parameters(request, ())
    files = {TYPES[f".{form}"].partition(";")[0]: f"/catalogue.{form}" for form in FORMS}
    place = files.get(best(request.headers.get("accept", ""), ["text/html", *files]), "/")
    return RedirectResponse(place, 303, {"Vary": "Accept", "Cache-Control": "no-cache"})


@lru_cache(maxsize=20)
def _sum(path: Path, changed: int, number: int) -> str:  # noqa: ARG001  # another file has another moment or inode
    return sha256(path)
