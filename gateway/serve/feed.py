"""What changed in a set since a reader looked: every change once, in order, publication by publication.

Publications of one set are committed one after another, in the order of their numbers, and a change is read in the same
snapshot in which its cursor is judged: nothing appears behind a cursor later, nothing before it goes away unsaid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, func, select

from gateway.access.view import View
from gateway.publish.contract import Contract
from gateway.publish.share_sql import log_name
from gateway.publish.shelves import BEFORE, WAS
from gateway.serve import asked
from gateway.serve.cursors import Since
from gateway.serve.encoding import answer
from gateway.serve.gate import AGate, Reading
from gateway.serve.given import Given, write_down
from gateway.serve.places import since_of, since_said
from gateway.serve.problems import Said, bad_value, gone
from gateway.serve.reach import bound, within
from gateway.serve.shelf import Shared
from gateway.store.share import publication

router = APIRouter()
KNOWN = ("since", "limit")


@router.api_route("/v1/sets/{dataset}/changes", methods=["GET", "HEAD"])
def changes(request: Request, dataset: str, gate: AGate) -> Response:
    """Changes after `since`, with the place to go on from; `is_last` when there are no more at this moment."""
    with gate.shelf.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        reading = gate.reading(connection, dataset)
        shared, said = reading.shared, asked.parameters(request, KNOWN)
        limit, since = asked.limit(said), _since(said, reading)
        _require_kept(connection, shared, since)
        try:
            found = _read(connection, reading, since, limit + 1)
        finally:
            # Asked once more, of this very moment: tables made anew meanwhile are empty, or others, to a snapshot from before.
            connection.rollback()
            _require_kept(connection, shared, since)
    about = {"since": f"{since.publication_id}.{since.position}"}
    names = [column.name for column in reading.view.seen.columns]
    write_down(gate, reading, Given("changes", min(len(found), limit), names, about))
    return answer(request, _content(reading, found, limit), is_private=not shared.is_open)


def _since(said: dict[str, str], reading: Reading) -> Since:
    if "since" not in said:
        do = (
            "send the since that an answer of rows or versions gave",
            "gửi since mà câu trả lời của rows hoặc versions đã cho",
        )
        raise bad_value("since", Said(*do))
    return since_said(reading, said["since"])


def _require_kept(connection: Connection, shared: Shared, since: Since) -> None:
    number = publication.c.publication_id
    asked_for = func.bool_or(number == since.publication_id), func.max(number).filter(publication.c.is_anew)
    is_kept, anew = connection.execute(select(*asked_for).filter_by(dataset=shared.name)).one()
    if since.publication_id > shared.publication_id:
        raise bad_value("since", Said("use what an answer gave", "dùng giá trị mà câu trả lời đã cho"))
    if not is_kept or (anew is not None and since.publication_id < anew):
        raise gone(shared.name, shared.version)


def _read(connection: Connection, reading: Reading, since: Since, most: int) -> Sequence[Any]:
    contract, view = reading.shared.contract, reading.view
    listed = ", ".join(f'"{BEFORE}{column.name}"' for column in view.seen.columns)
    statement = f"""
        select publication_id, position, told, {listed} from (select *, {_told(view)} as told from {log_name(contract)}) as log
        where (publication_id, position) > (%(publication_id)s, %(position)s) and told is not null
        order by publication_id, position limit %(most)s"""
    return connection.exec_driver_sql(statement, {**since._asdict(), **bound(view), "most": most}).all()


def _told(view: View) -> str:
    """What a change is to the reader: a row that leaves his reach is removed, one that enters it is added; null for none of his."""
    was, now = (" and ".join(within(view, before)) for before in (WAS, BEFORE))
    if not now:
        return "change"
    return f"""
        case when change = 'changed' and {was} and {now} then 'changed'
            when change <> 'removed' and {now} then 'added' when change <> 'added' and {was} then 'removed' end"""


def _content(reading: Reading, found: Sequence[Any], limit: int) -> dict[str, Any]:
    shared, names = reading.shared, [column.name for column in reading.view.seen.columns]
    is_last = len(found) <= limit
    reached = shared.since if is_last else Since(*found[limit - 1][:2])
    shown = reading.view.masking(names)
    return {
        "dataset": shared.name,
        "version": shared.version,
        "next": since_of(reading, reached),
        "is_last": is_last,
        "changes": [
            _change(shared.contract, row[2], dict(zip(names, shown(row[3:]), strict=True))) for row in found[:limit]
        ],
    }


def _change(contract: Contract, change: str, values: dict[str, Any]) -> dict[str, Any]:
    told = {"change": change, "key": {name: values[name] for name in contract.key}}
    return told if change == "removed" else {**told, "row": values}
