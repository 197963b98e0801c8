"""The files of a version, streamed from disk: in whole or in ranges, so that a download that broke off can go on."""

from __future__ import annotations

import re
from functools import lru_cache
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
from gateway.serve.problems import needs_key, unknown_file, unknown_version, unsatisfiable
from gateway.serve.shelf import AShelf, Shared, Shelf

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
    """The files of a version by name. Read once: a version never changes."""
    package = msgspec.json.decode((folder / "datapackage.json").read_bytes())
    found = {each["path"]: File(each["bytes"], each["hash"].removeprefix("sha256:")) for each in package["resources"]}
    own = folder / "datapackage.json"
    return {**found, own.name: File(own.stat().st_size, sha256(own))}


@router.api_route("/v1/sets/{dataset}/versions/{version}/files/{name}", methods=["GET", "HEAD"])
def download(request: Request, dataset: str, version: str, name: str, shelf: AShelf) -> Response:
    """A file. `latest` is the version whose rows the API gives at this moment."""
    asked.parameters(request, ())
    with shelf.engine.connect() as connection:
        shared = shelf.find(connection, dataset)
        folder = shared.folder if version == "latest" else _folder(connection, shelf, shared, version)
    known = files(folder)
    if name not in known:
        raise unknown_file(known)
    return sent(request, folder / name, known[name], is_fixed=version != "latest")


def _folder(connection: Connection, shelf: Shelf, shared: Shared, version: str) -> Path:
    for each in shelf.versions(connection, shared.name):
        if each.version == version:
            return each.folder
    if _NAME.fullmatch(version) and (shared.folder.parent / version).is_dir():
        raise needs_key()  # the set is open now, and was not always
    raise unknown_version()


def sent(request: Request, path: Path, file: File, *, is_fixed: bool) -> Response:
    """A file, or the part of it that is asked for. is_fixed: it will never be another one. Raises Refusal."""
    keep = "public, max-age=31536000, immutable" if is_fixed else "no-cache"
    headers = {"ETag": f'"{file.sha256}"', "Cache-Control": keep}
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
