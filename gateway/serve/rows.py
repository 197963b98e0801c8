"""The rows of a set, page by page in the order of its key: one statement per page, so that a page is of one version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from gateway.errors import StoreError
from gateway.publish.share_sql import rows_name
from gateway.serve import asked
from gateway.serve.cursors import After, after_token, read_after, since_token
from gateway.serve.encoding import answer
from gateway.serve.filters import OWN, conditions, offered
from gateway.serve.problems import busy
from gateway.serve.shelf import AShelf, Shared

router = APIRouter()
TRIES = 3
"""How often a page is asked for when the set is switched to another version while we ask."""


@router.api_route("/v1/sets/{dataset}/rows", methods=["GET", "HEAD"])
def rows(request: Request, dataset: str, shelf: AShelf) -> Response:
    """A page of rows; `next` leads to the one after, and is null at the end."""
    with shelf.engine.connect() as connection:
        for _ in range(TRIES):
            shared = shelf.find(connection, dataset)
            page = _page(connection, request, shared)
            if page is not None:
                return answer(request, page)
    raise busy()


def _page(connection: Connection, request: Request, shared: Shared) -> dict[str, Any] | None:
    """None when the table is of another version by now than `shared`."""
    contract = shared.contract
    said = asked.parameters(request, [*OWN, *offered(contract)])
    limit, names = asked.limit(said), asked.columns(said, contract)
    after = read_after(contract, said["after"]) if "after" in said else None
    wanted, binds = conditions(contract, {name: text for name, text in said.items() if name not in OWN})
    if after is not None:
        wanted.append(_behind(contract.key))
        binds |= {f"key_{number}": each for number, each in enumerate(after.key)}
    statement = _statement(shared, names, wanted)
    try:
        found = connection.exec_driver_sql(statement, {**binds, "dataset": shared.name, "most": limit + 1}).all()
    except StoreError:
        if _is_present(connection, shared):
            raise
        return None
    if found and found[0][-1] != shared.publication_id:
        return None
    return _content(shared, names, found, limit, after)


def _statement(shared: Shared, names: Sequence[str], wanted: Sequence[str]) -> str:
    key = [f'"{name}"' for name in shared.contract.key]
    listed = ", ".join([*(f'"{name}"' for name in names), *key])
    where = f"where {' and '.join(wanted)}" if wanted else ""
    return f"select {listed}, ({_PRESENT}) from {rows_name(shared.contract)} {where} order by {', '.join(key)} limit %(most)s"


def _behind(key: Sequence[str]) -> str:
    places = ", ".join(f"%(key_{number})s" for number in range(len(key)))
    listed = ", ".join(f'"{name}"' for name in key)
    return f"({listed}) > ({places})"


def _content(
    shared: Shared, names: Sequence[str], found: Sequence[Any], limit: int, after: After | None
) -> dict[str, Any]:
    since = shared.since if after is None else after.since
    token = None
    if len(found) > limit:
        token = after_token(shared.contract, After(since, tuple(found[limit - 1][len(names) : -1])))
    return {
        "dataset": shared.name,
        "version": shared.version,
        "since": since_token(shared.name, since),
        "next": token,
        "rows": [dict(zip(names, row, strict=False)) for row in found[:limit]],
    }


def _is_present(connection: Connection, shared: Shared) -> bool:
    number = connection.exec_driver_sql(_PRESENT, {"dataset": shared.name}).scalar()
    return bool(number == shared.publication_id)


_PRESENT = "select max(publication_id) from share.publication where dataset = %(dataset)s"
