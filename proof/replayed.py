"""R18, recorded pages replayed: what changed mappings make of them, field by field, and whether a person has approved it.

Every golden sample is decoded and mapped twice, with the mappings as they are and as they were (in a git revision, or in
another folder). Differences must be none, or exactly the lines of `approved.txt`: a mapping that says something new about
records nobody thought of is then seen before a night runs with it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from connectors.errors import ExplainedError
from gateway.mapped import map_record
from gateway.mapping.compile import Mapped, compile_mapping
from gateway.mapping.compile import Mapping as Compiled
from gateway.portals import StreamSpec, load_portal, portal_names
from gateway.records import Refused, Source
from proof.card import Line
from proof.recorded import Recorded, recorded, records_of

ROOT = Path(__file__).resolve().parents[1]
APPROVED = Path(__file__).parent / "approved.txt"


def measure(against: str = "HEAD") -> Line:
    """Compare with the mappings of a git revision, or of a folder."""
    try:
        with TemporaryDirectory() as place:
            return judged(Path(against) if Path(against).is_dir() else _of_revision(against, Path(place)), approved())
    except ExplainedError as error:
        return Line("R18", "mappings", "not compared", "0 unapproved", passed=False, detail=(str(error),))


def judged(before: Path, allowed: Sequence[str]) -> Line:
    """Compare with the mappings in a folder; `allowed`: the lines that a person has approved."""
    found = sorted(listed(before))
    count = sum(len(each.records) for each in recorded())
    unapproved = [line for line in found if line not in allowed]
    gone = [f"approved, but not found: {line}" for line in allowed if line not in found] if found else []
    return Line(
        "R18",
        "mappings",
        measured=f"{len(found)} differences over {count} recorded records of {len(recorded())} streams",
        required="none, or exactly the approved ones",
        passed=not unapproved and not gone,
        detail=(*unapproved, *gone),
    )


def approved() -> list[str]:
    """The lines of the approved file, without its comments."""
    lines = (line.strip() for line in APPROVED.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def listed(before: Path) -> Iterator[str]:
    """Every difference as a line: `province/dossiers agency_name: 2 of 5 records`."""
    old = {stream.name: stream for name in portal_names((before,)) for stream in load_portal((before,), name).streams}
    for each in recorded():
        stream = old.pop(each.stream.name, None)
        if stream is None:
            yield f"{each.stream.name}: a new stream"
        else:
            yield from _differences(each, stream)
    yield from (f"{name}: no longer there" for name in old)


def _differences(now: Recorded, before: StreamSpec) -> Iterator[str]:
    old = [Source(raw, now.asked, 1, 0, b"") for raw in records_of(before, now.answer)]
    new = [Source(raw, now.asked, 1, 0, b"") for raw in now.opened(now.answer)]
    if len(old) != len(new):
        yield f"{now.stream.name}: {len(new)} records, before {len(old)}"
    found = differences(compile_mapping(before), now.mapping, old, new)
    yield from (f"{now.stream.name} {name}: {count} of {len(new)} records" for name, count in found.items())


def differences(old: Compiled, new: Compiled, before: Sequence[Source], after: Sequence[Source]) -> Counter[str]:
    """Column (or `part.column`, or `refused`) → records in which two mappings differ; each reads the records its own way."""
    found = Counter[str]()
    for one, other in zip_longest(before, after):
        was, is_ = _said(old, one), _said(new, other)
        found.update(name for name in was.keys() | is_.keys() if was.get(name) != is_.get(name))
    return found


def _said(mapping: Compiled, record: Source | None) -> Mapping[str, Any]:
    """What a mapping makes of a record, by column; why it refuses it; nothing where there is no record."""
    found = None if record is None else map_record(mapping, record)
    if isinstance(found, Mapped):
        return {**dict(zip(mapping.columns, found.values, strict=True)), **_columns_of_parts(found)}
    return {} if not isinstance(found, Refused) else {"refused": (found.reject.reason, found.reject.path)}


def _columns_of_parts(found: Mapped) -> Mapping[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for part, rows in found.parts.items():
        for row in rows:
            for name, value in row.items():
                columns.setdefault(f"{part}.{name}", []).append(value)
    return columns


def _of_revision(revision: str, place: Path) -> Path:
    """The mappings as a git revision holds them. Raises ExplainedError where there is no git or no such revision."""
    git = shutil.which("git")
    command = [git or "git", "-C", str(ROOT), "archive", "--format=zip", revision, "mappings"]
    ended = subprocess.run(command, capture_output=True, check=False) if git else None  # noqa: S603
    if ended is None or ended.returncode:
        raise ExplainedError(f"no mappings of revision {revision}", do="name a revision, or a folder, with --against")
    # Not tar: its safe way of unpacking came with Python 3.11.4. A zip's members never leave the folder.
    with ZipFile(BytesIO(ended.stdout)) as archive:
        archive.extractall(place)
    return place / "mappings"
