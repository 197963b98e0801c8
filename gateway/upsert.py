"""upsert: mapped rows are staged by COPY and merged by natural key; counts, quarantine and cursor move in the same commit."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

import msgspec
from sqlalchemy import Engine, Row, func, text, update

from gateway import absence, cursors, drift, quarantine, runs
from gateway.delivery.outbox import Outbox
from gateway.failpoint import failpoint
from gateway.mapping.compile import Mapped, Mapping
from gateway.mapping.drift import Found, Usual
from gateway.records import Chunk
from gateway.records import Row as Staged
from gateway.runs import Counts, Progress
from gateway.store import erasure_sql, merge, ops
from gateway.store.core import BEGINNING, dossier
from gateway.store.database import copying


class Writer:
    """Writes the chunks of one batch, each in one transaction, over one connection with its temporary tables."""

    def __init__(self, engine: Engine, mapping: Mapping, work: Row[Any], outbox: Outbox | None = None) -> None:
        """outbox: of dossiers, what other portals must hear of when they change."""
        self._mapping, self._work, self._entity, self._outbox = mapping, work, mapping.entity, outbox
        self._connection = engine.connect()
        self._progress = Progress(work.loaded_pages, work.loaded_records)
        self._usual: Usual = {}
        self._is_replay = work.mode == "replay"
        self._binds = {"issuer": work.portal, "batch_id": work.batch_id, "beginning": BEGINNING}

    def __enter__(self) -> Self:
        self._connection.execute(text(merge.create_stage(self._entity, self._mapping.columns)))
        self._open_ones = quarantine.has_open(self._connection, self._work.portal, self._work.stream)
        is_dossiers = self._entity.table is dossier
        self._erased_ones = is_dossiers and self._connection.scalar(text(erasure_sql.ASKED_FOR), self._binds)
        if self._progress == Progress(0):
            drift.begin(self._connection, self._work)
        self._connection.commit()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # The connection carries temporary tables and settings of this batch: it must not go back to the pool.
        self._connection.invalidate()
        self._connection.close()

    def write(self, chunk: Chunk) -> Counts:
        """Commit one chunk; returns what became of it."""
        with self._connection.begin():
            self._connection.exec_driver_sql(merge.BY_INDEX)
            counts = sum((self._upsert(rows) for rows in chunk.rounds if rows), Counts())
            counts += Counts(unchanged=len(chunk.skipped) + len(chunk.repeated), quarantined=len(chunk.refused))
            self._quarantine(chunk)
            self._mark(chunk)
            runs.record(self._connection, self._work, counts, self._progress, chunk.through)
            drift.note(self._connection, self._work, chunk.drift, chunk.looked)
            if chunk.usual != self._usual:
                drift.remember(self._connection, self._work, chunk.usual)
            self._remember(chunk.newest)
            failpoint("load.written")
        failpoint("load.committed")
        self._progress, self._usual = chunk.through, chunk.usual
        return counts

    def finish(self, vanished: Found, fingerprint: str, listed: absence.Listed | None) -> None:
        """Close the batch: its state, what vanished in it, what its list lacks, and the stream's cursor, in one commit."""
        with self._connection.begin():
            drift.note(self._connection, self._work, vanished)
            if listed is not None:
                absence.settle(self._connection, self._mapping, self._work, listed)
            self._connection.execute(
                update(ops.batch)
                .where(ops.batch.c.batch_id == self._work.batch_id)
                .values(state="loaded", mapping_sha256=fingerprint, finished_at=func.now())
            )
            if self._mapping.stream.incremental and not self._is_replay:
                cursors.move(self._connection, self._work)
        failpoint("load.finished")

    def _upsert(self, rows: list[Staged]) -> Counts:
        self._connection.exec_driver_sql(merge.EMPTY)
        is_exact = self._mapping.stream.status_time == "exact"
        self._copy(rows)
        self._forget(is_exact)
        self._run(merge.merge(self._entity, self._mapping.columns, is_exact))
        written, new, changed, dated = self._connection.exec_driver_sql(merge.COUNT).one()
        if written:
            self._follow()
        if dated:
            for statement in merge.append_observed(self._entity, self._is_replay):
                self._run(statement)
        if written < len(rows) and self._entity.history is not None:
            self._run(merge.append_late_history(self._entity, is_exact))
        if self._outbox:
            self._tell_others(self._outbox)
        return Counts(new, changed, len(rows) - new - changed)

    def _forget(self, is_exact: bool) -> None:
        """Who was erased is not brought back by a portal that goes on telling."""
        columns = self._mapping.columns
        if not erasure_sql.personal_columns(self._entity, columns):
            return
        self._run(erasure_sql.taken_up(self._entity, columns, merge.STAGE, is_exact))
        self._run(erasure_sql.empty_staged(self._entity, columns, merge.STAGE))

    def _mark(self, chunk: Chunk) -> None:
        """Pages that show somebody who asked to be erased are destroyed once they are loaded."""
        if self._erased_ones:
            told = set(chunk.told())
            binds = {"issuer": self._work.portal, "pages": [page for page, _ in told], "keys": [key for _, key in told]}
            self._connection.execute(text(erasure_sql.MARK_TOLD), binds)

    def _tell_others(self, outbox: Outbox) -> None:
        """What changed is owed to other portals from this commit on."""
        changed = self._connection.exec_driver_sql(merge.CHANGED).scalars().all()
        touched = self._connection.exec_driver_sql(merge.touched(self._entity), self._binds).scalars().all()
        outbox.add(self._connection, self._work.batch_id, changed, touched)

    def _follow(self) -> None:
        """What hangs on written rows: history, parts, versions."""
        if self._entity.history is not None:
            self._run(merge.append_history(self._entity))
        for part in self._mapping.parts:
            for statement in merge.replace_part(part.name, part.table):
                self._run(statement)
        if self._entity.versions is not None:
            self._run(merge.append_version(self._entity, self._is_replay))

    def _run(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement, self._binds)

    def _copy(self, rows: Iterable[Staged]) -> None:
        whole = bool(self._entity.parts or self._entity.versions)
        columns = self._mapping.columns
        with copying(self._connection, merge.copy_stage(columns)) as copy:
            copy.set_types(merge.copy_types(self._entity, columns))
            for number, (source, mapped) in enumerate(rows):
                content = _content(columns, mapped) if whole else None
                copy.write_row((number, *mapped.values, source.source_hash, mapped.content_hash, content))

    def _quarantine(self, chunk: Chunk) -> None:
        if chunk.refused:
            quarantine.add(self._connection, self._work, chunk.refused)
            self._run(erasure_sql.EMPTY_REFUSED)
            self._open_ones = True
        if self._open_ones:
            quarantine.resolve(self._connection, self._work, self._entity, chunk)

    def _remember(self, newest: str | None) -> None:
        if newest is None:
            return
        batch = ops.batch.c
        newer = func.greatest(func.coalesce(batch.cursor_to, newest), newest)
        self._connection.execute(update(ops.batch).where(batch.batch_id == self._work.batch_id).values(cursor_to=newer))


def _content(columns: list[str], mapped: Mapped) -> str:
    """The canonical record as one JSON document: what a version keeps, and where part rows are read from."""
    document = {**dict(zip(columns, mapped.values, strict=True)), "parts": mapped.parts}
    return msgspec.json.encode(document).decode()
