"""A published version in the schema `share`: its rows in the set's table, and what changed in the log that readers follow.

Rows come from the version's own files, where it has some, so that table and files say the same whoever wrote the files, and when.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, insert, select, text

from gateway.publish import share_sql as sql
from gateway.publish import shelves
from gateway.publish.breaks import published_contract
from gateway.publish.contract import Contract
from gateway.publish.files import records_of
from gateway.store.database import copying
from gateway.store.share import publication


def put_on_shelf(connection: Connection, contract: Contract, folder: Path) -> None:
    """Bring the set's table to the version in `folder`, in the caller's transaction; nothing when it holds that already.

    The caller holds the set's lock: one set's publications are committed in the order of their numbers. Rows of a set with a
    restricted or personal column are in no file: they come from its query, in this very transaction.
    """
    last = latest(connection, contract.name)
    is_anew = last is None or last.shape != shelves.shape(contract) or not _stands(connection, contract)
    if not is_anew:
        shelves.give(connection, contract)
    if is_anew or last.version != folder.name:
        _put(connection, contract, folder, is_anew=is_anew)
    _forget(connection, contract)


def put_again(connection: Connection, contract: Contract, folder: Path) -> None:
    """The same for a version that was published before: after an upgrade, or when its tables were lost.

    Its own contract tells its columns: the present one may say them in other words without being another version.
    """
    put_on_shelf(connection, published_contract(folder, contract.name) or contract, folder)


def latest(connection: Connection, dataset: str) -> Any:
    """The publication whose rows the set's table holds; None when there is none."""
    wanted = select(publication).filter_by(dataset=dataset).order_by(publication.c.publication_id.desc()).limit(1)
    return connection.execute(wanted).one_or_none()


def _put(connection: Connection, contract: Contract, folder: Path, *, is_anew: bool) -> None:
    number = _begin(connection, contract, folder.name, is_anew=is_anew)
    if is_anew:
        shelves.make(connection, contract)
        row_count, change_count = _copy(connection, contract, folder, sql.rows_name(contract)), 0
    else:
        connection.exec_driver_sql(sql.create_stage(contract))
        row_count = _copy(connection, contract, folder, sql.STAGE)
        connection.execute(text(f"analyze {sql.STAGE}"))
        change_count = connection.exec_driver_sql(sql.bring_up(contract), {"publication_id": number}).rowcount
        connection.execute(text(f"drop table {sql.STAGE}"))
    connection.execute(text(f"analyze {sql.rows_name(contract)}"))
    counts = {"row_count": row_count, "change_count": change_count}
    connection.execute(publication.update().filter_by(publication_id=number).values(counts))


def _begin(connection: Connection, contract: Contract, version: str, *, is_anew: bool) -> int:
    # A version comes a second time when its tables are made anew: under a new number, so that nobody goes on from the old one.
    connection.execute(delete(publication).filter_by(dataset=contract.name, version=version))
    row = {"dataset": contract.name, "version": version, "contract_version": contract.version, "is_anew": is_anew}
    row |= {"shape": shelves.shape(contract), "row_count": 0, "change_count": 0}
    number: int = connection.execute(
        insert(publication).values(row).returning(publication.c.publication_id)
    ).scalar_one()
    return number


def _copy(connection: Connection, contract: Contract, folder: Path, table: str) -> int:
    if contract.is_guarded:
        return connection.execute(text(sql.select_into(table, contract))).rowcount
    count = 0
    with copying(connection, sql.copy_into(table, contract)) as copy:
        for row in _rows(contract, folder):
            copy.write_row(row)
            count += 1
    return count


def _rows(contract: Contract, folder: Path) -> Iterator[list[Any]]:
    numbers = [at for at, column in enumerate(contract.columns) if column.type == "number"]
    for record in records_of(folder, contract.name):
        row = list(record.values())
        for at in numbers:  # Parquet keeps six decimals of every number; zeros at the end were never said
            row[at] = _plain(row[at])
        yield row


def _plain(value: Decimal | None) -> Decimal | None:
    return value if value is None else value.normalize()


def _stands(connection: Connection, contract: Contract) -> bool:
    names = [sql.rows_name(contract), sql.log_name(contract)]
    asked = "select to_regclass(:rows) is not null and to_regclass(:log) is not null"
    return bool(connection.scalar(text(asked), dict(zip(("rows", "log"), names, strict=True))))


def _forget(connection: Connection, contract: Contract) -> None:
    """What a publication changed is kept until the one after it is older than the retention."""
    if contract.retention is None:
        return
    last = latest(connection, contract.name).publication_id
    # One who knows a version goes on from it as long as the next one is kept: what changed between them is in its log.
    newer = publication.alias()
    old = datetime.now(UTC) - contract.retention
    is_passed = exists().where(newer.c.dataset == publication.c.dataset, newer.c.published_at < old)
    is_passed = is_passed.where(newer.c.publication_id > publication.c.publication_id)
    gone = delete(publication).where(is_passed, publication.c.publication_id != last).filter_by(dataset=contract.name)
    for number in connection.scalars(gone.returning(publication.c.publication_id)).all():
        statement = f"delete from {sql.log_name(contract)} where publication_id = :number"
        connection.execute(text(statement), {"number": number})


def withdraw(engine: Engine, dataset: str) -> bool:
    """From this commit on nothing of a set is given over HTTP: no rows, no changes, no file; false when nothing was."""
    with engine.begin() as connection:
        return _withdraw(connection, dataset)


def _withdraw(connection: Connection, dataset: str) -> bool:
    if not connection.execute(delete(publication).filter_by(dataset=dataset)).rowcount:
        return False
    shelves.drop(connection, dataset)
    return True
