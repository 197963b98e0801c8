"""What is published at this moment, as the database says it: sets, their versions, their contracts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine, func, select

from gateway.errors import StoreError
from gateway.log import log
from gateway.publish import shelves
from gateway.publish.breaks import published_contract
from gateway.publish.contract import GUARDED, Contract
from gateway.serve.cursors import Since
from gateway.serve.problems import unknown_set
from gateway.store.share import publication

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Shared:
    """A version of a set that was published. folder: its files. change_count: changes that lead to it from the one before."""

    publication_id: int
    change_count: int
    version: str
    row_count: int
    published_at: datetime
    contract: Contract
    folder: Path

    @property
    def name(self) -> str:
        """The set's name."""
        return self.contract.name

    @property
    def is_open(self) -> bool:
        """Whether anyone may read it: each of its columns is open."""
        return self.contract.is_open

    @property
    def since(self) -> Since:
        """The place in the changes of one who knows this version."""
        return Since(self.publication_id, self.change_count)


@dataclass(frozen=True, eq=False)
class Shelf:
    """The published sets. engine: a reader's. root: the folder of their files."""

    engine: Engine
    root: Path

    def sets(self, connection: Connection) -> list[Shared]:
        """The present version of every set, by name. One whose files are not here is left out, and told in the log."""
        newest = select(func.max(publication.c.publication_id)).group_by(publication.c.dataset)
        rows = connection.execute(select(publication).where(publication.c.publication_id.in_(newest)))
        found = []
        for row in sorted(rows, key=lambda row: str(row.dataset)):
            try:
                found.append(self._shared(row))
            except StoreError as error:
                log.error("set not served", dataset=row.dataset, error=str(error))
        return found

    def find(self, connection: Connection, dataset: str) -> Shared:
        """The present version of a set, whoever may read it (`gateway.serve.gate` asks). Raises Refusal when there is none."""
        row = connection.execute(_of_set(dataset).limit(1)).one_or_none() if _NAME.fullmatch(dataset) else None
        if row is None:
            raise unknown_set()
        return self._shared(row)

    def versions(self, connection: Connection, dataset: str) -> list[Shared]:
        """Versions that are kept, newest first, back to the last one that was for fewer readers than the present one is.

        Those before it stay with those who could read the set then: why it was closed for a while holds for them, too. Nor does a set
        that is in no file now show the files it had before.
        """
        rows = connection.execute(_of_set(dataset)).all()
        alike = takewhile(lambda row: _circle(row) in _TOLD[_circle(rows[0])], rows)
        return [self._shared(row) for row in alike if self._folder(row).is_dir()]

    def _folder(self, row: Any) -> Path:
        return self.root / str(row.dataset) / str(row.version)

    def _shared(self, row: Any) -> Shared:
        contract, folder = _contract(self._folder(row), row.dataset), self._folder(row)
        counts = (row.publication_id, row.change_count, row.version, row.row_count, row.published_at)
        return Shared(*counts, contract, folder)


_TOLD: dict[str, set[str]] = {"anyone": {"anyone"}, "agencies": {"anyone", "agencies"}, "roles": {"roles"}}
"""Whose versions are told when a set is for these."""


def _circle(row: Any) -> str:
    """For whom a version is."""
    classes = shelves.classes(row.shape)
    return "roles" if classes & GUARDED else "anyone" if classes == {"open"} else "agencies"


def _of_set(dataset: str) -> Any:
    return select(publication).where(publication.c.dataset == dataset).order_by(publication.c.publication_id.desc())


@lru_cache(maxsize=500)
def _contract(folder: Path, dataset: str) -> Contract:
    found = published_contract(folder, dataset)
    if found is None:
        do = "let GATEWAY_DATASETS name the folder that gateway publish writes to"
        raise StoreError("a published version has no files here", where=str(folder), do=do)
    return found


async def _shelf(request: Request) -> Shelf:  # async, or a thread would be waited for
    found: Shelf = request.app.state.shelf
    return found


AShelf = Annotated[Shelf, Depends(_shelf)]
"""What a route asks for to read what is published."""
