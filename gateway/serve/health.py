"""Is the gateway able to answer, and how old is each set: for the operator's own eyes and probes."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from gateway.serve import answers, asked
from gateway.serve.encoding import answer
from gateway.serve.shelf import AShelf, Shelf

router = APIRouter()


@router.api_route("/health", methods=["GET", "HEAD"])
def health(request: Request, shelf: AShelf) -> Response:
    """200 when the database answers; else the problem `busy`, 503."""
    asked.parameters(request, ())
    return answer(request, answers.Health("ok", ages(shelf)))


def ages(shelf: Shelf) -> list[answers.SetHealth]:
    """How long ago each set was last switched."""
    now = datetime.now(UTC)
    with shelf.engine.connect() as connection:
        found = shelf.sets(connection)
    return [
        answers.SetHealth(each.name, each.version, int((now - each.published_at).total_seconds())) for each in found
    ]
