"""The rows of a set, page by page in the order of its key: one statement per page, so that a page is of one version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from gateway.errors import StoreError
from gateway.publish.share_sql import rows_name
from gateway.serve import asked
from gateway.serve.cursors import After, Since
from gateway.serve.encoding import answer
from gateway.serve.filters import OWN, conditions, offered
from gateway.serve.gate import AGate, Gate, Reading
from gateway.serve.given import Given, write_down
from gateway.serve.places import after_of, after_said, since_of
from gateway.serve.problems import busy
from gateway.serve.reach import bound, within
from gateway.serve.shelf import Shared

Row = tuple[Any, ...]
router = APIRouter()
TRIES = 3
"""How often a page is asked for when the set is switched to another version while we ask."""


@dataclass(frozen=True)
class Question:
    """What is asked of a version. columns: what is read, of which the reader gets the first ones, `names`.
    filters: their names.
    """

    reading: Reading
    names: list[str]
    limit: int
    after: After | None
    conditions: list[str]
    binds: dict[str, Any]
    filters: list[str]

    @property
    def shared(self) -> Shared:
        """The version."""
        return self.reading.shared

    @property
    def columns(self) -> list[str]:
        """The named columns, and those of the key that were not named: the next page begins behind it."""
        return [*self.names, *(name for name in self.shared.contract.key if name not in self.names)]


@router.api_route("/v1/sets/{dataset}/rows", methods=["GET", "HEAD"])
def rows(request: Request, dataset: str, gate: AGate) -> Response:
    """A page of rows; `next` leads to the one after, and is null at the end."""
    with gate.shelf.engine.connect() as connection:
        question, found = _asked(connection, request, dataset, gate)
    about = {"page": "next" if question.after else "first", "filters": question.filters}
    write_down(gate, question.reading, Given("rows", min(len(found), question.limit), question.names, about))
    return answer(request, _content(question, found), is_private=not question.shared.is_open)


def _asked(connection: Connection, request: Request, dataset: str, gate: Gate) -> tuple[Question, list[Row]]:
    for _ in range(TRIES):
        question = _question(request, gate.reading(connection, dataset))
        found = _read(connection, question)
        if found is not None:
            return question, found
    raise busy()


def _question(request: Request, reading: Reading) -> Question:
    view = reading.view
    said = asked.parameters(request, [*OWN, *offered(view.askable)])
    limit, names = asked.limit(said), asked.columns(said, view.seen)
    after = after_said(reading, said["after"]) if "after" in said else None
    filters = {name: text for name, text in said.items() if name not in OWN}
    wanted, binds = conditions(view.askable, filters)
    wanted, binds = wanted + within(view), binds | bound(view)
    if after is not None:
        wanted.append(_behind(view.contract.key))
        binds |= {f"key_{number}": each for number, each in enumerate(after.key)}
    return Question(reading, names, limit, after, wanted, binds, list(filters))


def _read(connection: Connection, question: Question) -> list[Row] | None:
    """One row more than are wanted, if there are; None when the table is of another version by now."""
    binds = {**question.binds, "dataset": question.shared.name, "most": question.limit + 1}
    try:
        with connection.exec_driver_sql(_statement(question), binds) as result:
            # Bare tuples: SQLAlchemy's rows would cost as much as the query.
            found: list[Row] = list(result.cursor.fetchall()) if result.cursor else []
    except StoreError:
        if _is_present(connection, question.shared):
            raise
        return None
    return None if found and found[0][-1] != question.shared.publication_id else found


def _statement(question: Question) -> str:
    contract = question.shared.contract
    where = f"where {' and '.join(question.conditions)}" if question.conditions else ""
    return f"""
        select {_listed(question.columns)}, ({_PRESENT}) from {rows_name(contract)} {where}
        order by {_listed(contract.key)} limit %(most)s"""


def _behind(key: Sequence[str]) -> str:
    return f"({_listed(key)}) > ({', '.join(f'%(key_{number})s' for number in range(len(key)))})"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _content(question: Question, found: Sequence[Row]) -> dict[str, Any]:
    shared, limit = question.shared, question.limit
    since = question.after.since if question.after else shared.since
    shown = map(question.reading.view.masking(question.columns), found[:limit])
    return {
        "dataset": shared.name,
        "version": shared.version,
        "since": since_of(question.reading, since),
        "next": _next(question, since, found[limit - 1]) if len(found) > limit else None,
        "rows": [dict(zip(question.names, row, strict=False)) for row in shown],
    }


def _next(question: Question, since: Since, last: Row) -> str:
    places = [question.columns.index(name) for name in question.shared.contract.key]
    return after_of(question.reading, After(since, tuple(last[place] for place in places)))


def _is_present(connection: Connection, shared: Shared) -> bool:
    number = connection.exec_driver_sql(_PRESENT, {"dataset": shared.name}).scalar()
    return bool(number == shared.publication_id)


_PRESENT = "select max(publication_id) from share.publication where dataset = %(dataset)s"
