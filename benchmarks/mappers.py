"""Two who turn records into rows, each in a fresh process: `python -m benchmarks.mappers ours|floor FOLDER`.

Records are cut out of their pages beforehand, and go through in groups as big as a load's.
"""

from __future__ import annotations

import gc
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import floor
from benchmarks.programs import ROOT
from connectors import decode
from gateway.cli import ALLOCATIONS
from gateway.load import CHUNK
from gateway.mapping.compile import Mapped, Mapping, compile_mapping
from gateway.mapping.quick import TOGETHER
from gateway.portals import load_portal
from gateway.records import HASH

Rows = Iterator[tuple[Any, ...]]
Mapper = Callable[[list[msgspec.Raw]], Rows]


def ours() -> tuple[Mapper, list[str]]:
    """Every check of the province's mapping, and the hash of what a record says. Returns the columns as well."""
    mapping = _mapping()

    def _careful(raw: msgspec.Raw) -> Mapped:
        members = decode.members(raw)
        mapped = mapping.apply(members)
        mapping.learn(members)
        return mapped

    def _map(raws: list[msgspec.Raw]) -> Rows:
        # As a load does.
        for start in range(0, len(raws), TOGETHER):
            together = raws[start : start + TOGETHER]
            for raw, quick in zip(together, mapping.quick(together), strict=True):
                mapped = quick or _careful(raw)
                assert len(mapped.content_hash) == HASH
                yield mapped.values

    return _map, mapping.columns


def bare() -> tuple[Mapper, list[str]]:
    """The floor's one plain function."""
    return lambda raws: map(floor.row, raws), list(floor.COLUMNS)


MAPPERS = {"ours": ours, "floor": bare}


def main(name: str, folder: str) -> None:
    """Map everything once; prints seconds, processor seconds, and a digest of the values of the columns both fill."""
    records = [raw for page in sorted(Path(folder).glob("*.json")) for raw in _records(page)]
    mapper, columns = MAPPERS[name]()
    # As our command line does, for both.
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
    began, busy = time.perf_counter(), time.process_time()
    for start in range(0, len(records), CHUNK):
        _ = list(mapper(records[start : start + CHUNK]))
    seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    digest = hashlib.sha256()
    for line in _shared(mapper(records), columns):
        digest.update(line)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "records": len(records), "digest": digest.hexdigest()}))


def _mapping() -> Mapping:
    return compile_mapping(load_portal((ROOT / "mappings",), "province").stream("dossiers"))


def _records(page: Path) -> list[msgspec.Raw]:
    return decode.records(decode.envelope(page.read_bytes()), "content")


def _shared(rows: Rows, columns: list[str]) -> Iterator[bytes]:
    """Of every row the columns that must be the same, in one form: instants in UTC, everything else as text."""
    # A crosswalk's columns are left out: the floor keeps the portal's code where we write ours.
    both = sorted({each.column for each in _mapping().fields if not each.crosswalk} & set(floor.COLUMNS))
    places = [(columns.index(name), name.endswith("_at")) for name in both]
    for row in rows:
        yield json.dumps([_instant(row[at]) if is_instant else _text(row[at]) for at, is_instant in places]).encode()


def _instant(value: datetime | str | None) -> str | None:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(UTC).isoformat() if found else None


def _text(value: Any) -> str | None:
    return None if value is None else str(Decimal(str(value)) if isinstance(value, float) else value)


if __name__ == "__main__":
    main(*sys.argv[1:])
