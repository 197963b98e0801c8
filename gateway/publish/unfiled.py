"""Sets with a restricted or personal column: their rows go from the query into their table and are in no file, not for a moment.

All of it is one transaction with one snapshot: what the rules of quality were asked of, what the hash was made of and what the table
holds are the same rows. Rows come to this process for their hash alone, and only counts leave it.
"""

from __future__ import annotations

import hashlib
import secrets as dice
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, update

from gateway import durable
from gateway.publish import freshness
from gateway.publish.breaks import published_contract
from gateway.publish.contract import SUFFIX, Contract
from gateway.publish.json_lines import lines
from gateway.publish.keeping import remove_filed
from gateway.publish.lineage import write_lineage
from gateway.publish.reading import Read, groups, read
from gateway.publish.share import put_on_shelf
from gateway.publish.switching import Published, hold_turn, last_published, new_name, point, require_last
from gateway.store.ops import publication


class _Seen(NamedTuple):
    """previous: the last version, as its row of ops.publication; content: version of the contract and hash of the rows; read: of which."""

    previous: Any
    content: str
    rows: int
    read: Read


def publish_unfiled(engine: Engine, contract: Contract, home: Path, draft: Path) -> Published:
    """Bring the set's table to the rows as they are now; a version's folder has its contract and its lineage.

    Raises StoreError as `gateway.publish.sets.publish` does, which holds the set's lock meanwhile.
    """
    with engine.connect() as looking:
        previous = last_published(looking, contract.name)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        hold_turn(connection, contract)
        made_from = read(connection, contract)
        count, digest = _hashed(connection, contract)
        with engine.connect() as looking:  # our own snapshot may be older than what another has committed
            require_last(looking, contract, previous)
        seen = _Seen(previous, f"{contract.version}:{digest}:table", count, made_from)
        done = _switched(connection, contract, home, draft, seen)
    point(home, done.version)
    remove_filed(home)
    freshness.keep(home, made_from.as_of)
    return done


def _switched(connection: Connection, contract: Contract, home: Path, draft: Path, seen: _Seen) -> Published:
    previous = seen.previous
    if previous is not None and previous.content_sha256 == seen.content and (home / previous.version).is_dir():
        folder = home / previous.version
        put_on_shelf(connection, _as_published(contract, folder), folder)
        return Published(contract.name, previous.version, seen.rows, False, folder)
    # Its name is in many places, so it has no part of the hash: who knows all of a row but one number could try them all.
    version = new_name(home, dice.token_hex(4))
    final = _folder(contract, home, draft, version, seen)
    row: dict[str, Any] = {"dataset": contract.name, "version": version, "row_count": seen.rows}
    row |= {"content_sha256": seen.content, "last_batch_id": seen.read.last_batch}
    # Of rows that may be erased meanwhile no hash is kept: who knows the others could try out what they said.
    connection.execute(update(publication).filter_by(dataset=contract.name).values(content_sha256=""))
    connection.execute(insert(publication).values(row))
    put_on_shelf(connection, contract, final)
    return Published(contract.name, version, seen.rows, True, final)


def _as_published(contract: Contract, folder: Path) -> Contract:
    """The columns as the version's own contract says them; the rows as they are read now."""
    told = published_contract(folder, contract.name)
    return contract if told is None else replace(told, query=contract.query)


def _folder(contract: Contract, home: Path, draft: Path, version: str, seen: _Seen) -> Path:
    shutil.copyfile(contract.path, draft / f"{contract.name}{SUFFIX}")
    revised = seen.previous.version if seen.previous is not None else None
    write_lineage(draft, contract, version, seen.read.origins, revised)
    durable.sync([*draft.iterdir(), draft])
    final = home / version
    draft.rename(final)
    durable.sync([home])
    return final


def _hashed(connection: Connection, contract: Contract) -> tuple[int, str]:
    """How many rows, and the SHA-256 of them as JSON Lines would have them."""
    names = [column.name for column in contract.columns]
    count, digest = 0, hashlib.sha256()
    with closing(groups(connection, contract)) as parts:
        for rows in parts:
            digest.update(lines(names, rows))
            count += len(rows)
    return count, digest.hexdigest()
