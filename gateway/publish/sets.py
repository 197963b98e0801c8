"""The folder of a shared set: one folder per immutable version, and `latest`, which always points to a whole one."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, insert, select

from gateway import durable
from gateway.documents import Document
from gateway.errors import StoreError
from gateway.publish import freshness, small_cells
from gateway.publish.breaks import breaks, published_contract
from gateway.publish.changes import write_changes
from gateway.publish.contract import SUFFIX, Contract
from gateway.publish.files import Record, records_of, write_files, write_package
from gateway.publish.keeping import remove_filed, remove_old, sweep
from gateway.publish.lineage import write_lineage
from gateway.publish.query import described
from gateway.publish.reading import Read, groups, read
from gateway.publish.rights import personal, rights
from gateway.publish.share import put_again, put_on_shelf, withdraw
from gateway.publish.shelves import shape
from gateway.publish.switching import Published, hold_turn, last_published, new_name, point, require_last
from gateway.publish.unfiled import publish_unfiled
from gateway.publish.workbook import MOST_ROWS, write_book
from gateway.store.lock import Held, alone
from gateway.store.ops import batch, publication


class _Written(NamedTuple):
    """rows: how many; content: version of the contract and hash of the rows; read: of which."""

    rows: int
    content: str
    read: Read


def publish(engine: Engine, contract: Contract, root: Path) -> Published:
    """Write the set as it is now; switch `latest` to it only when it is whole, on disk, and differs from the last version.

    Rows with a restricted or personal column are written into their table only. Raises StoreError when rows break rules of the contract
    or the disk fails, ConfigError when a personal column is not declared so, when roles do not fit the columns, or when the contract breaks readers of the last version without saying so by a new major version, LockedError when another process is
    publishing the same set: what was read first must not be published last.
    """
    with turn(engine, contract.name):
        return publish_in_turn(engine, contract, root)


def turn(engine: Engine, dataset: str) -> AbstractContextManager[Held]:
    """Hold the set, so that no other process publishes it; LockedError when one does."""
    busy, do = "the set is being published", "wait until that is over, then run again"
    return alone(engine, f"publish:{dataset}", where=f"data set {dataset}", busy=busy, do=do)


def publish_in_turn(engine: Engine, contract: Contract, root: Path) -> Published:
    """`publish`, for one who holds the set's `turn` and has more to do in it."""
    home = root / contract.name
    document = Document(contract.path)
    for mistake in personal(document, contract):
        _take_back(engine, contract.name, home)
        raise mistake
    of_readers = (*rights(document, contract), *small_cells.mistakes(document, contract))
    for mistake in (*of_readers, *breaks(document, contract, root)):
        raise mistake
    missing = _never_loaded(engine, contract)
    if missing:
        return Published(contract.name, "", 0, False, home, waits_for=missing)
    _require_columns(engine, contract)
    draft = home / f".draft-{os.getpid()}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        sweep(home)
        draft.mkdir()
        if contract.is_guarded:
            done = publish_unfiled(engine, contract, home, draft)
        else:
            done = _publish_files(engine, contract, home, draft)
        remove_old(home, contract)
        return done
    except OSError as error:
        raise _unwritten(home, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):  # a set that waits has no folder; one with versions is not empty and stays
            home.rmdir()


def _take_back(engine: Engine, name: str, home: Path) -> None:
    """What was published before it was known to be personal: nothing is served, and versions that tell of persons go."""

    def tells(version: Path) -> bool:
        made_by = published_contract(version, name)
        return made_by is not None and any(personal(Document(made_by.path), made_by))

    withdraw(engine, name)
    try:
        remove_filed(home, tells)
    except OSError as error:
        raise _unwritten(home, error) from None


def _unwritten(home: Path, error: OSError) -> StoreError:
    what, do = f"the set could not be written ({error.strerror})", "check space and rights, run again"
    return StoreError(what, where=str(home), do=do)


def _publish_files(engine: Engine, contract: Contract, home: Path, draft: Path) -> Published:
    written = _write(engine, contract, draft)
    done = _switch(engine, contract, home, draft, written)
    if done.version:
        freshness.keep(home, written.read.as_of)
    return done


def _write(engine: Engine, contract: Contract, draft: Path) -> _Written:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        made_from = read(connection, contract)
        with closing(groups(connection, contract)) as parts:
            count, content = write_files(draft, contract, parts)
    return _Written(count, f"{contract.version}:{content}", made_from)


def _never_loaded(engine: Engine, contract: Contract) -> tuple[str, ...]:
    """An empty set would say that nothing exists; before the first load we only know nothing."""
    name = batch.c.portal + "/" + batch.c.stream
    with engine.connect() as connection:
        loaded = set(connection.scalars(select(name).where(batch.c.state == "loaded").distinct()))
    return tuple(stream for stream in contract.streams if stream not in loaded)


def _require_columns(engine: Engine, contract: Contract) -> None:
    if list(described(engine, contract).items()) != [(column.name, column.type) for column in contract.columns]:
        raise StoreError(
            "the query does not give the declared columns",
            where=str(contract.path),
            do=f"see: gateway contract check {contract.name}",
        )


def _switch(engine: Engine, contract: Contract, home: Path, draft: Path, written: _Written) -> Published:
    count, content, (last_batch, made_from, _) = written
    with engine.connect() as connection:
        previous = last_published(connection, contract.name)
    if previous is None and not count and not contract.streams:
        return Published(contract.name, "", 0, False, home, waits_for=("a first row",))
    if previous is not None and previous.content_sha256 == content and (home / previous.version).is_dir():
        with engine.begin() as connection:
            hold_turn(connection, contract)
            require_last(connection, contract, previous)
            put_again(connection, contract, home / previous.version)
        point(home, previous.version)
        return Published(contract.name, previous.version, count, False, home / previous.version)
    version = new_name(home, content.split(":")[1][:8])
    shutil.copyfile(contract.path, draft / f"{contract.name}{SUFFIX}")
    if count <= MOST_ROWS:
        write_book(
            draft / f"{contract.name}.xlsx", contract, (row.values() for row in records_of(draft, contract.name))
        )
    changes = _changes(contract, home / previous.version, draft) if previous is not None else None
    write_lineage(draft, contract, version, made_from, previous.version if previous is not None else None)
    write_package(draft, contract, version, count, changes)
    # On disk, names and all, before anything points to it.
    durable.sync([*draft.iterdir(), draft])
    final = home / version
    draft.rename(final)
    durable.sync([home])
    row: dict[str, Any] = {"dataset": contract.name, "version": version, "row_count": count}
    row["content_sha256"] = content
    row["last_batch_id"] = last_batch
    with engine.begin() as connection:
        hold_turn(connection, contract)
        require_last(connection, contract, previous)
        connection.execute(insert(publication).values(row))
        put_on_shelf(connection, contract, final)
    point(home, version)
    return Published(contract.name, version, count, True, final)


def _changes(contract: Contract, old: Path, new: Path) -> Record | None:
    """What changed since the version before; None where that is gone, or has other columns, for other readers, or another key."""
    before = published_contract(old, contract.name)
    if before is None or shape(before) != shape(contract):
        return None
    sides = (records_of(folder, contract.name) for folder in (old, new))
    counts = write_changes(new / f"{contract.name}.changes.jsonl", contract.key, *sides)
    return {"since": old.name, **counts}
