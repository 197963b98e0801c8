"""The data: the sandbox's dossiers, read once page by page and kept as files for the benchmark's portal."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import requests

from benchmarks.portal import PAGE_SIZE, SEARCH_PATH, TOKEN_PATH, page_file
from benchmarks.programs import ROOT, running

QUERY = {"spec": "page", "sort": "updatedDate,desc", "size": str(PAGE_SIZE)}
LOGIN = {"grant_type": "password", "client_id": "sandbox-client", "username": "sandbox", "password": "sandbox"}

Say = Callable[[str], None]


def prepared(cache: Path, count: int, say: Say) -> Path:
    """The folder with the pages of `count` dossiers; made at first use and whenever the sandbox's code has changed."""
    folder = cache / "pages" / f"{count}-{_sandbox_code()}"
    if not folder.is_dir():
        for stale in folder.parent.glob(f"{count}-*"):
            shutil.rmtree(stale)
        say(f"preparing {count:,} dossiers (once; later runs find them in {cache.name}/pages)")
        _prepare(folder, count)
    return folder


def _prepare(folder: Path, count: int) -> None:
    """Into a draft that is renamed when it is complete, so that an interrupted one is not taken for the data."""
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    with running("sandbox", "--only", "province", "--dossiers", str(count)) as ready, requests.Session() as http:
        http.trust_env = False
        _save_all(http, ready["province"], draft)
    draft.rename(folder)


def _save_all(http: requests.Session, portal: str, folder: Path) -> None:
    number, last = 0, False
    while not last:
        body = _ask(http, portal, number)
        page_file(folder, number).write_bytes(body)
        last = bool(json.loads(b"{" + body.rpartition(b"],")[2])["last"])
        number += 1


def _ask(http: requests.Session, portal: str, number: int) -> bytes:
    """One page; signs in first when the token is missing or too old."""
    for _ in range(2):
        answer = http.get(portal + SEARCH_PATH, params={**QUERY, "page": str(number)}, timeout=300)
        if answer.status_code != 401:
            break
        token = http.post(portal + TOKEN_PATH, data=LOGIN, timeout=30).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
    answer.raise_for_status()
    return answer.content


def _sandbox_code() -> str:
    """Which data the sandbox makes: a fingerprint of its code and word lists."""
    digest = hashlib.sha256()
    for file in sorted((ROOT / "sandbox").rglob("*")):
        if file.suffix in {".py", ".tsv", ".yaml"}:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:8]
