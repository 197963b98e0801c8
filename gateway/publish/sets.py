"""The folder of a shared set: one folder per immutable version, and `latest`, which always points to a whole one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select, text

from gateway import durable
from gateway.documents import Document
from gateway.errors import StoreError
from gateway.publish import freshness
from gateway.publish.breaks import breaks, published_contract
from gateway.publish.changes import write_changes
from gateway.publish.check import personal
from gateway.publish.contract import SUFFIX, Contract
from gateway.publish.files import Record, Rows, records_of, write_files, write_package
from gateway.publish.keeping import remove_old, sweep
from gateway.publish.lineage import write_lineage
from gateway.publish.origins import Origins, origins
from gateway.publish.quality import require_quality
from gateway.publish.query import described, rows_sql
from gateway.publish.share import put_again, put_on_shelf, withdraw
from gateway.publish.shelves import shape
from gateway.publish.workbook import MOST_ROWS, write_book
from gateway.store.lock import alone
from gateway.store.ops import batch, publication

GROUP = 10_000
"""Rows held in memory at once."""


@dataclass(frozen=True)
class Published:
    """The outcome for one set. is_new: false when nothing changed since the last version, which then stays.

    waits_for: streams that were never loaded; then there is nothing to publish yet, and no version.
    """

    dataset: str
    version: str
    rows: int
    is_new: bool
    folder: Path
    waits_for: tuple[str, ...] = ()


class _Written(NamedTuple):
    """rows: how many; content: version of the contract and hash of the rows; last_batch: the newest batch there was; origins: theirs;
    as_of: when the portals showed this.
    """

    rows: int
    content: str
    last_batch: int
    origins: Origins
    as_of: datetime


def publish(engine: Engine, contract: Contract, root: Path) -> Published:
    """Write the set as it is now; switch `latest` to it only when it is whole, on disk, and differs from the last version.

    Raises StoreError when rows break rules of the contract or the disk fails, ConfigError when a column is personal, or when the
    contract breaks readers of the last version without saying so by a new major version, LockedError when another process is
    publishing the same set: what was read first must not be published last.
    """
    busy, do = "the set is being published", "wait until that is over, then run again"
    with alone(engine, f"publish:{contract.name}", where=f"data set {contract.name}", busy=busy, do=do):
        return _publish(engine, contract, root)


def _publish(engine: Engine, contract: Contract, root: Path) -> Published:
    home = root / contract.name
    document = Document(contract.path)
    for mistake in personal(document, contract):
        withdraw(engine, contract.name)  # what was published before it was known to be personal
        raise mistake
    for mistake in breaks(document, contract, root):
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
        written = _write(engine, contract, draft)
        done = _switch(engine, contract, home, draft, written)
        if done.version:
            freshness.keep(home, written.as_of)
        remove_old(home, contract)
        return done
    except OSError as error:
        raise StoreError(
            f"the set could not be written ({error.strerror})", where=str(home), do="check space and rights, run again"
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):  # a set that waits has no folder; one with versions is not empty and stays
            home.rmdir()


def _write(engine: Engine, contract: Contract, draft: Path) -> _Written:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        # A set reads whole tables. Just after a first load the server has no statistics of them yet, takes them for
        # empty, and would join them row by row: minutes instead of a second.
        connection.execute(text("set local enable_nestloop = off"))
        newest = select(func.max(batch.c.batch_id)).where(batch.c.state == "loaded")
        last_batch = connection.scalar(newest) or 0
        require_quality(connection, contract)
        made_from, seen = origins(connection, contract), freshness.as_of(connection, contract)
        with closing(_groups(connection, contract)) as groups:
            count, content = write_files(draft, contract, groups)
    return _Written(count, f"{contract.version}:{content}", last_batch, made_from, seen)


def _never_loaded(engine: Engine, contract: Contract) -> tuple[str, ...]:
    """An empty set would say that nothing exists; before the first load we only know nothing."""
    name = batch.c.portal + "/" + batch.c.stream
    with engine.connect() as connection:
        loaded = set(connection.scalars(select(name).where(batch.c.state == "loaded").distinct()))
    return tuple(stream for stream in contract.streams if stream not in loaded)


def _groups(connection: Connection, contract: Contract) -> Generator[Rows, None, None]:
    with connection.execution_options(yield_per=GROUP).execute(text(rows_sql(contract))) as result:
        for part in result.partitions(GROUP):
            yield [tuple(row) for row in part]


def _require_columns(engine: Engine, contract: Contract) -> None:
    if list(described(engine, contract).items()) != [(column.name, column.type) for column in contract.columns]:
        raise StoreError(
            "the query does not give the declared columns",
            where=str(contract.path),
            do=f"see: gateway contract check {contract.name}",
        )


def _switch(engine: Engine, contract: Contract, home: Path, draft: Path, written: _Written) -> Published:
    count, content, last_batch, made_from, _ = written
    with engine.connect() as connection:
        previous = _latest(connection, contract.name)
    if previous is None and not count and not contract.streams:
        return Published(contract.name, "", 0, False, home, waits_for=("a first row",))
    if previous is not None and previous.content_sha256 == content and (home / previous.version).is_dir():
        with engine.begin() as connection:
            _require_last(connection, contract, previous)
            put_again(connection, contract, home / previous.version)
        _point(home, previous.version)
        return Published(contract.name, previous.version, count, False, home / previous.version)
    version = _new_name(home, content.split(":")[1])
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
        _require_last(connection, contract, previous)
        connection.execute(insert(publication).values(row))
        put_on_shelf(connection, contract, final)
    _point(home, version)
    return Published(contract.name, version, count, True, final)


def _new_name(home: Path, digest: str) -> str:
    """Second and content; a second later when a version of that name is there: of another contract, or of a try that failed."""
    moment = datetime.now(UTC)
    while (home / (name := f"{moment:%Y%m%dT%H%M%SZ}-{digest[:8]}")).exists():
        moment += timedelta(seconds=1)
    return name


def _changes(contract: Contract, old: Path, new: Path) -> Record | None:
    """What changed since the version before; None where that is gone, or has other columns, for other readers, or another key."""
    before = published_contract(old, contract.name)
    if before is None or shape(before) != shape(contract):
        return None
    sides = (records_of(folder, contract.name) for folder in (old, new))
    counts = write_changes(new / f"{contract.name}.changes.jsonl", contract.key, *sides)
    return {"since": old.name, **counts}


def _latest(connection: Connection, dataset: str) -> Any:
    wanted = select(publication).filter_by(dataset=dataset).order_by(publication.c.published_at.desc()).limit(1)
    return connection.execute(wanted).one_or_none()


def _require_last(connection: Connection, contract: Contract, previous: Any) -> None:
    """In the transaction that switches the set, which others then wait for: nobody has published since we looked.

    Our lock keeps them off; but the session that holds it may have ended without our noticing.
    """
    connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": contract.name})
    if _latest(connection, contract.name) != previous:
        raise StoreError("another process has published the set meanwhile", where=contract.name, do="run again")


def _point(home: Path, version: str) -> None:
    """Switch `latest` in one step: a reader sees the old version or the new one, never none."""
    link = home / f".latest-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(version)
    link.replace(home / "latest")
