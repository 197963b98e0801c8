"""The files of a version, streamed from disk: in whole or in ranges, so that a download that broke off can go on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import NamedTuple

import msgspec
from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection
from starlette.datastructures import Headers
from starlette.responses import FileResponse
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from gateway.publish.files import sha256
from gateway.serve import asked
from gateway.serve.encoding import AS_TOLD, PRIVATE
from gateway.serve.gate import AGate, Gate, Reading
from gateway.serve.given import Given, write_down
from gateway.serve.problems import needs_key, no_right, only_rows, unknown_file, unknown_version, unsatisfiable
from gateway.serve.shelf import Shared

router = APIRouter()

TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".jsonld": "application/ld+json",
    ".ttl": "text/turtle; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
}
FIXED = {"Cache-Control": "public, max-age=31536000, immutable"}
MOVING = {"Cache-Control": "no-cache"}
_OF_ROWS = frozenset({".csv", ".jsonl", ".parquet", ".xlsx"})
_RANGES = re.compile(r"bytes=\s*(\d{1,18}-\d{0,18}|-\d{1,18})(\s*,\s*(\d{1,18}-\d{0,18}|-\d{1,18})){0,9}\s*")
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class File(NamedTuple):
    """A file of a version: its bytes and their SHA-256."""

    size: int
    sha256: str


class _Stream(FileResponse):
    """given: how many bytes of the file it sends."""

    chunk_size = 1 << 20
    given = 0


@lru_cache(maxsize=500)
def files(folder: Path) -> dict[str, File]:
    """The files of a version by name; none of a set whose rows are in no file. Read once: a version never changes."""
    if not (folder / "datapackage.json").exists():
        return {}
    package = msgspec.json.decode((folder / "datapackage.json").read_bytes())
    found = {each["path"]: File(each["bytes"], each["hash"].removeprefix("sha256:")) for each in package["resources"]}
    own = folder / "datapackage.json"
    return {**found, own.name: File(own.stat().st_size, sha256(own))}


@router.api_route("/v1/sets/{dataset}/versions/{version}/files/{name}", methods=["GET", "HEAD"])
def download(request: Request, dataset: str, version: str, name: str, gate: AGate) -> Response:
    """A file. `latest` is the version whose rows the API gives at this moment."""
    asked.parameters(request, ())
    with gate.shelf.engine.connect() as connection:
        reading = gate.reading(connection, dataset)
        if not reading.view.is_whole:
            raise only_rows()
        shared = reading.shared if version == "latest" else _version(connection, gate, reading.shared, version)
    keep = FIXED if version != "latest" else MOVING
    answer = _of_version(request, shared, name, keep if reading.shared.is_open else PRIVATE)
    if isinstance(answer, _Stream) and request.method == "GET":  # in whole or in ranges; not when the caller has it
        write_down(gate, Reading(shared, reading.view), _given(shared, name, answer.given))
    return answer


def _of_version(request: Request, shared: Shared, name: str, keep: Mapping[str, str]) -> Response:
    try:
        known = files(shared.folder)
        if name not in known:
            raise unknown_file(known)
        return sent(request, shared.folder / name, known[name], keep)
    except FileNotFoundError:  # removed, as too old, since the database was asked
        raise unknown_version() from None


def _given(shared: Shared, name: str, size: int) -> Given:
    """Rows of a part of a file as its share of bytes; of the files that describe the set, none. size: how much is sent."""
    whole = files(shared.folder)[name].size
    count = shared.row_count if Path(name).suffix in _OF_ROWS else 0
    rows = ceil(count * size / whole) if whole else 0
    return Given("file", rows, [column.name for column in shared.contract.columns], {"file": name, "bytes": size})


def _version(connection: Connection, gate: Gate, shared: Shared, version: str) -> Shared:
    for each in gate.shelf.versions(connection, shared.name):
        if each.version == version:
            return each
    if _NAME.fullmatch(version) and (shared.folder.parent / version).is_dir():
        # The set was for fewer readers then.
        raise needs_key() if gate.caller.consumer is None else no_right()
    raise unknown_version()


def sent(request: Request, path: Path, file: File, keep: Mapping[str, str]) -> Response:
    """A file, or the part of it that is asked for. keep: the header that says for how long. Raises Refusal."""
    headers = {"ETag": f'"{file.sha256}"', **AS_TOLD, **keep}
    whole = _Stream(path, headers=headers, media_type=TYPES[path.suffix], filename=path.name, stat_result=path.stat())
    if StaticFiles(check_dir=False).is_not_modified(whole.headers, request.headers):
        return NotModifiedResponse(whole.headers)
    asked_for = _asked_for(request, whole.headers, file.size)
    whole.given = file.size if asked_for is None else sum(end - start for start, end in asked_for)
    _say(request, asked_for)
    return whole


def ranges(said: str, size: int) -> list[tuple[int, int]] | None:
    """The parts of a file that a Range header asks for, each from its first byte to before its end: in order, none touching another.

    None for what is no range of bytes, which is ignored; those behind the end are left out (RFC 9110, 14.2). Raises Refusal where
    none other is asked for.
    """
    pairs = re.findall(r"(\d*)-(\d*)", said) if _RANGES.fullmatch(said.lower()) else []
    if not pairs or any(first and last and int(first) > int(last) for first, last in pairs):
        return None
    spans = sorted(_span(first, last, size) for first, last in pairs)
    within = [(start, end) for start, end in spans if start < size]
    if not within:
        raise unsatisfiable(size)
    return _merged(within)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found = spans[:1]
    for start, end in spans[1:]:
        if start > found[-1][1]:
            found.append((start, end))
        else:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
    return found


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """Of `5-9`, `5-` or, for the last five bytes, `-5`."""
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size


def _asked_for(request: Request, ours: Headers, size: int) -> list[tuple[int, int]] | None:
    """None for the whole file: also when two headers ask, or what the caller has begun with is another file."""
    said = request.headers.getlist("range")
    condition = request.headers.get("if-range")
    is_ours = condition is None or condition in {ours["etag"], ours["last-modified"]}
    return ranges(said[0], size) if len(said) == 1 and is_ours else None


def _say(request: Request, asked_for: list[tuple[int, int]] | None) -> None:
    """To who sends the file: what was understood, and no other reading of what was sent."""
    others = [each for each in request.scope["headers"] if each[0] != b"range"]
    parts = ",".join(f"{start}-{end - 1}" for start, end in asked_for or ())
    request.scope["headers"] = [*others, (b"range", f"bytes={parts}".encode())] if parts else others
