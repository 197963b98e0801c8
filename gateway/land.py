"""land: bytes exactly as received go into the landing store, compressed, encrypted and named by their content."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy import Engine, Row, insert, select

from connectors.body import Packed
from connectors.pages import Page
from gateway import durable
from gateway.errors import StoreError
from gateway.failpoint import failpoint
from gateway.log import log
from gateway.store.ops import batch, page
from gateway.vault import DataKey, Vault

FLUSH_EVERY = 100
"""Manifest rows written at once; what a crash loses belongs to a batch that is abandoned anyway."""


class Landing:
    """The landing store: a folder or object storage (through fsspec), and its manifest in the database."""

    def __init__(self, engine: Engine, vault: Vault, url: str) -> None:
        self._engine, self.vault = engine, vault
        self._fs, self._root = fsspec.core.url_to_fs(url)
        self._local = threading.local()

    def land(self, batch_id: int, portal: str, pages: Iterable[Page]) -> Iterator[Page]:
        """Store each page, then hand it on. Manifest rows follow in groups."""
        key = self.vault.key_for(portal, datetime.now(UTC).date())
        waiting: list[dict[str, Any]] = []
        unnamed: dict[str, str] = {}
        for ordinal, received in enumerate(pages):
            waiting.append(self._store(batch_id, portal, ordinal, received, key, unnamed))
            failpoint("landing.stored")
            if len(waiting) >= FLUSH_EVERY:
                self._flush(batch_id, waiting, unnamed)
                waiting, unnamed = [], {}
            yield received
        self._flush(batch_id, waiting, unnamed)

    def read(self, manifest: Row[Any]) -> bytes:
        """The bytes of a landed page, as they were received."""
        packed = self._packed(manifest)
        if zstandard.frame_content_size(packed) < 0:
            return b"".join(Packed(packed, manifest.byte_count).chunks())
        return _decompressor(self._local).decompress(packed)

    def open(self, manifest: Row[Any]) -> BinaryIO:
        """The same as a stream, inflated while it is read, for pages too big to hold as they are."""
        return Packed(self._packed(manifest), manifest.byte_count).open()

    def _packed(self, manifest: Row[Any]) -> bytes:
        try:
            sealed = self._fs.cat_file(manifest.path)
        except OSError as error:
            raise StoreError(
                f"a landed page cannot be read ({type(error).__name__})",
                where=manifest.path,
                do="restore the landing store, or fetch the stream again",
            ) from None
        return self.vault.key(manifest.key_id).open(sealed, manifest.address)

    def pages(self, batch_id: int, start: int = 0) -> Iterator[Row[Any]]:
        """Manifest rows of a batch in order, from page number `start`; read in groups, so memory stays flat."""
        while True:
            rows = self._some_pages(batch_id, start)
            yield from rows
            if len(rows) < FLUSH_EVERY:
                return
            start = rows[-1].ordinal + 1

    def objects_before(self, before: datetime) -> Iterator[str]:
        """Objects of days that ended before an instant, also unfinished ones."""
        if not self._fs.exists(self._root):
            return
        for path in self._fs.find(self._root):
            day = PurePosixPath(path).relative_to(self._root).parts[1]
            if day < before.date().isoformat():
                yield path

    def remove(self, paths: Iterable[str]) -> int:
        """Remove objects, those that are still there; returns how many are gone.

        One that the landing store keeps does not save the others: raises StoreError at the end.
        """
        kept = gone = 0
        for path in paths:
            try:
                with suppress(FileNotFoundError):
                    self._fs.rm_file(path)
                gone += 1
            except OSError as error:
                log.warning("object not removed", path=path, why=type(error).__name__)
                kept += 1
        if kept:
            what, do = f"{kept} objects cannot be removed", "check the rights of GATEWAY_LANDING, then run again"
            raise StoreError(what, where=str(self._root), do=do)
        return gone

    def _some_pages(self, batch_id: int, start: int) -> list[Row[Any]]:
        wanted = select(page).where(page.c.batch_id == batch_id, page.c.ordinal >= start)
        with self._engine.connect() as connection:
            return list(connection.execute(wanted.order_by(page.c.ordinal).limit(FLUSH_EVERY)))

    def _store(
        self, batch_id: int, portal: str, ordinal: int, received: Page, key: DataKey, unnamed: dict[str, str]
    ) -> dict[str, Any]:
        """A page's manifest row. Its object, unless it is there already, is written under the name that `unnamed` then has for it."""
        body = received.body
        address = key.address(body.chunks() if isinstance(body, Packed) else (body,))
        path = self._path(portal, received.received_at, address)
        if path not in unnamed and not self._fs.exists(path):
            packed = body.packed if isinstance(body, Packed) else _compressor(self._local).compress(body)
            unnamed[path] = f"{path}.{os.getpid()}-{threading.get_ident()}"
            with self._writing():
                self._fs.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
                self._fs.pipe_file(unnamed[path], key.seal(packed, address))
        return {
            "batch_id": batch_id,
            "ordinal": ordinal,
            "name": received.name,
            "request": received.request,
            "received_at": received.received_at,
            "key_id": key.key_id,
            "address": address,
            "path": path,
            "byte_count": body.size if isinstance(body, Packed) else len(body),
            "record_count": received.records,
        }

    def _path(self, portal: str, at: datetime, address: str) -> str:
        return str(PurePosixPath(self._root, portal, at.date().isoformat(), address[:2], address))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"the landing store cannot be written ({type(error).__name__})",
                where=str(self._root),
                do="check space and rights of GATEWAY_LANDING, then run again",
            ) from None

    def _name(self, paths: Iterable[str], unnamed: dict[str, str]) -> None:
        """Give objects their names, once they are on disk: what bears a content's name is whole, also after a power cut.

        Then the names themselves, also of those that were there before: who named them may have died before this. An object
        storage keeps what it has taken.
        """
        is_local = isinstance(self._fs, LocalFileSystem)
        folders = self._folders(paths)
        with self._writing():
            if is_local:
                durable.sync(map(Path, unnamed.values()))
            for path, unfinished in unnamed.items():
                self._fs.mv(unfinished, path)
            if is_local:
                durable.sync(folders)

    def _folders(self, paths: Iterable[str]) -> set[Path]:
        """All folders that these objects lie in, up to the store's own; most objects share theirs."""
        found: set[Path] = set()
        for path in paths:
            folder = Path(path).parent
            while folder not in found and folder.is_relative_to(self._root):
                found.add(folder)
                folder = folder.parent
        return found

    def _flush(self, batch_id: int, rows: list[dict[str, Any]], unnamed: dict[str, str]) -> None:
        if not rows:
            return
        # No committed row may name what a power cut would take away.
        self._name([row["path"] for row in rows], unnamed)
        landed = rows[-1]["ordinal"] + 1
        with self._engine.begin() as connection:
            connection.execute(insert(page), rows)
            connection.execute(batch.update().where(batch.c.batch_id == batch_id).values(page_count=landed))
        failpoint("landing.committed")


def _compressor(local: threading.local) -> zstandard.ZstdCompressor:
    """Zstandard's objects must not be shared between threads."""
    if not hasattr(local, "compressor"):
        local.compressor = zstandard.ZstdCompressor(level=1)
    compressor: zstandard.ZstdCompressor = local.compressor
    return compressor


def _decompressor(local: threading.local) -> zstandard.ZstdDecompressor:
    if not hasattr(local, "decompressor"):
        local.decompressor = zstandard.ZstdDecompressor()
    decompressor: zstandard.ZstdDecompressor = local.decompressor
    return decompressor
