"""The files of a version, streamed from disk: in whole or in ranges, so that a download that broke off can go on."""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus
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
from gateway.serve.encoding import PRIVATE
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
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
}
_FIXED = {"Cache-Control": "public, max-age=31536000, immutable"}
_MOVING = {"Cache-Control": "no-cache"}
_OF_ROWS = frozenset({".csv", ".jsonl", ".parquet", ".xlsx"})
_RANGES = re.compile(r"bytes=\s*(\d{1,18}-\d{0,18}|-\d{1,18})(\s*,\s*(\d{1,18}-\d{0,18}|-\d{1,18})){0,9}\s*")
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class File(NamedTuple):
    """A file of a version: its bytes and their SHA-256."""

    size: int
    sha256: str


class _Stream(FileResponse):
    chunk_size = 1 << 20


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
    known = files(shared.folder)
    if name not in known:
        raise unknown_file(known)
    keep = _FIXED if version != "latest" else _MOVING
    answer = _sent(request, shared.folder / name, known[name], keep if reading.shared.is_open else PRIVATE)
    if (
        answer.status_code == HTTPStatus.OK and request.method == "GET"
    ):  # in whole or in ranges; not when the caller has it
        write_down(gate, Reading(shared, reading.view), _given(request, shared, name, known[name]))
    return answer


def _given(request: Request, shared: Shared, name: str, file: File) -> Given:
    """Rows of a part of a file as its share of bytes; of the files that describe the set, none."""
    count = shared.row_count if Path(name).suffix in _OF_ROWS else 0
    size = _asked_bytes(request, file.size)
    rows = ceil(count * size / file.size) if file.size else 0
    return Given("file", rows, [column.name for column in shared.contract.columns], {"file": name, "bytes": size})


def _asked_bytes(request: Request, size: int) -> int:
    said = dict(request.scope["headers"]).get(b"range")  # as it was mended
    if said is None:
        return size
    ranges = re.findall(r"(\d*)-(\d*)", said.decode())
    return sum(_length(start, end, size) for start, end in ranges)


def _length(start: str, end: str, size: int) -> int:
    """Of `5-9`, `5-` or, for the last five bytes, `-5`."""
    return min(int(end or size), size - 1) - int(start) + 1 if start else min(int(end), size)


def _version(connection: Connection, gate: Gate, shared: Shared, version: str) -> Shared:
    for each in gate.shelf.versions(connection, shared.name):
        if each.version == version:
            return each
    if _NAME.fullmatch(version) and (shared.folder.parent / version).is_dir():
        # The set was for fewer readers then.
        raise needs_key() if gate.caller.consumer is None else no_right()
    raise unknown_version()


def _sent(request: Request, path: Path, file: File, keep: dict[str, str]) -> Response:
    headers = {"ETag": f'"{file.sha256}"', **keep}
    whole = _Stream(path, headers=headers, media_type=TYPES[path.suffix], filename=path.name, stat_result=path.stat())
    if StaticFiles(check_dir=False).is_not_modified(whole.headers, request.headers):
        return NotModifiedResponse(whole.headers)
    _mend_range(request, whole.headers, file.size)
    return whole


def _mend_range(request: Request, ours: Headers, size: int) -> None:
    """What is no range of bytes is ignored (RFC 9110, 14.2); one behind the end is refused as every other thing is."""
    said = request.headers.get("range")
    if said is None:
        return
    condition = request.headers.get("if-range")
    is_ours = condition is None or condition in {ours["etag"], ours["last-modified"]}
    if not (is_ours and _RANGES.fullmatch(said.lower()) and _is_ordered(said)):
        request.scope["headers"] = [each for each in request.scope["headers"] if each[0] != b"range"]
    elif any(start >= size for start in map(int, re.findall(r"(\d+)-", said))):
        raise unsatisfiable(size)


def _is_ordered(said: str) -> bool:
    return all(int(start) <= int(end) for start, end in re.findall(r"(\d+)-(\d+)", said))
