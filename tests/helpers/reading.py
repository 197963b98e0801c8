"""A small reading of the portals' JSON that shares no code with the gateway, to compare its tables with."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from sandbox.testing import Running

Json = Any


def national(sandbox: Running, service: str, **parameters: object) -> list[Json]:
    """The result of one service of the national portal."""
    result: list[Json] = sandbox.service(sandbox.national_session(), service, **parameters).json()["result"]
    return result


def procedures_in_detail(sandbox: Running) -> list[Json]:
    """Every listed procedure the portal has the detail of."""
    session = sandbox.national_session()

    def ask(code: str) -> list[Json]:
        result: list[Json] = sandbox.service(session, "LayThuTuc", maTTHC=code).json()["result"]
        return result

    codes = [listed["MATTHC"] for listed in national(sandbox, "LayDanhSachTTHC")]
    with ThreadPoolExecutor(4) as pool:
        return [detail for found in pool.map(ask, codes) for detail in found]


def province(sandbox: Running, path: str) -> list[Json]:
    """All records of a list of the province's portal."""
    return list(_province(sandbox, path))


def _province(sandbox: Running, path: str) -> Iterator[Json]:
    token = sandbox.province_token()
    for number in range(1000):
        page = sandbox.province_get(path, token, page=number, size=200, spec="page").json()
        yield from page["content"]
        if page["last"]:
            return


def dossiers(sandbox: Running) -> dict[str, Json]:
    """Every dossier by its code."""
    return {record["code"]: record for record in province(sandbox, "/pa/dossier/search")}


STATUS = {0: "1", 2: "4", 3: "5", 4: "10", 5: "6", 8: "3", 9: "9"}
"""dossierStatus.id of iGate 2 → state of the national list."""


def vietnamese(name: Json) -> str:
    """A name, whether it is written plainly or in a list of languages (228 is Vietnamese)."""
    if isinstance(name, str):
        return one_line(name)
    [text] = [each["name"] for each in name if each["languageId"] == 228]
    return one_line(text)


def one_line(name: str) -> str:
    """NFC, single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def instant(written: str | None) -> datetime | None:
    """`2026-11-20T07:30:00.000+0700` as an instant in UTC."""
    return datetime.strptime(written, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC) if written else None


def code(value: Json) -> str | None:
    """A code that comes now as a number, now as text, now as nothing."""
    return None if value in (None, "") else str(value)


def nested(holders: list[Json], *names: str) -> list[Json]:
    """All elements of lists within lists."""
    for name in names:
        holders = [item for holder in holders for item in holder[name]]
    return holders
