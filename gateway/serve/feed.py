"""What changed in a set since a reader looked: every change once, in order, publication by publication.

Publications of one set are committed one after another, in the order of their numbers, and a change is read in the same
snapshot in which its cursor is judged: nothing appears behind a cursor later, nothing before it goes away unsaid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, func, select

from gateway.publish.contract import Contract
from gateway.publish.share_sql import log_name
from gateway.publish.shelves import BEFORE
from gateway.serve import asked
from gateway.serve.cursors import Since, read_since, since_token
from gateway.serve.encoding import answer
from gateway.serve.problems import Said, bad_value, gone
from gateway.serve.shelf import AShelf, Shared
from gateway.store.share import publication

router = APIRouter()
KNOWN = ("since", "limit")


@router.api_route("/v1/sets/{dataset}/changes", methods=["GET", "HEAD"])
def changes(request: Request, dataset: str, shelf: AShelf) -> Response:
    """Changes after `since`, with the place to go on from; `is_last` when there are no more at this moment."""
    with shelf.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        shared = shelf.find(connection, dataset)
        said = asked.parameters(request, KNOWN)
        limit, since = asked.limit(said), _since(said, dataset)
        _require_kept(connection, shared, since)
        try:
            found = _read(connection, shared, since, limit + 1)
        finally:
            # Asked once more, of this very moment: tables made anew meanwhile are empty, or others, to a snapshot from before.
            connection.rollback()
            _require_kept(connection, shared, since)
    return answer(request, _content(shared, found, limit))


def _since(said: dict[str, str], dataset: str) -> Since:
    if "since" not in said:
        do = (
            "send the since that an answer of rows or versions gave",
            "gửi since mà câu trả lời của rows hoặc versions đã cho",
        )
        raise bad_value("since", Said(*do))
    return read_since(dataset, said["since"])


def _require_kept(connection: Connection, shared: Shared, since: Since) -> None:
    number = publication.c.publication_id
    asked_for = func.bool_or(number == since.publication_id), func.max(number).filter(publication.c.is_anew)
    is_kept, anew = connection.execute(select(*asked_for).filter_by(dataset=shared.name)).one()
    if since.publication_id > shared.publication_id:
        raise bad_value("since", Said("use what an answer gave", "dùng giá trị mà câu trả lời đã cho"))
    if not is_kept or (anew is not None and since.publication_id < anew):
        raise gone(shared.name, shared.version)


def _read(connection: Connection, shared: Shared, since: Since, most: int) -> Sequence[Any]:
    listed = ", ".join(f'"{BEFORE}{column.name}"' for column in shared.contract.columns)
    statement = f"""
        select publication_id, position, change, {listed} from {log_name(shared.contract)}
        where (publication_id, position) > (%(publication_id)s, %(position)s)
        order by publication_id, position limit %(most)s"""
    return connection.exec_driver_sql(statement, {**since._asdict(), "most": most}).all()


def _content(shared: Shared, found: Sequence[Any], limit: int) -> dict[str, Any]:
    is_last = len(found) <= limit
    reached = shared.since if is_last else Since(*found[limit - 1][:2])
    return {
        "dataset": shared.name,
        "version": shared.version,
        "next": since_token(shared.name, reached),
        "is_last": is_last,
        "changes": [_change(shared.contract, row) for row in found[:limit]],
    }


def _change(contract: Contract, row: Sequence[Any]) -> dict[str, Any]:
    values = dict(zip((column.name for column in contract.columns), row[3:], strict=True))
    told = {"change": row[2], "key": {name: values[name] for name in contract.key}}
    return told if row[2] == "removed" else {**told, "row": values}
