"""What two portals show a visitor tonight, read through their own addresses by a reader that shares nothing with the gateway.

The national portal's ledger of what it was told is read beside it: a portal's answers may be wrong, what it holds is a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

import requests

from sandbox import credentials

Record = Mapping[str, Any]
Addresses = Mapping[str, str]

Place = tuple[str, str]
"""A portal and one of its lists."""

PORTALS = ("national", "province")
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
FORWARD = "/XrdAdapter/RestService/forward/mapi"
KEYCLOAK = "/auth/realms/digo/protocol/openid-connect/token"
SECONDS = 30


@dataclass(frozen=True)
class Shown:
    """lists: by portal and stream, every record by its key. pushed: by dossier, what the national portal was told and holds."""

    lists: Mapping[Place, Mapping[str, Record]]
    pushed: Mapping[str, Record]

    @property
    def dossiers(self) -> Mapping[str, Record]:
        """Those of the province's one-stop system."""
        return self.lists.get(("province", "dossiers"), {})

    def personal(self) -> set[str]:
        """Names, numbers and telephones of everybody who appears, none of which may stand in a log."""
        data = [record["applicant"]["data"] for record in self.dossiers.values()]
        found = {str(each[name]) for each in data for name in ("fullname", "identityNumber", "phoneNumber")}
        found |= {str(each["HoTenNguoiNop"]) for each in self.lists.get(("national", "dossiers"), {}).values()}
        return {text for text in found if len(text) > len("Lê An")}


def shown(http: requests.Session, addresses: Addresses, portals: Sequence[str] = PORTALS) -> Shown:
    """Read these portals. None of the orders to misbehave may be in force."""
    return Shown(
        {place: records for name in portals for place, records in READERS[name](http, addresses[name]).items()},
        http.get(f"{addresses['national']}/_sandbox/pushed", timeout=SECONDS).json()["dossiers"],
    )


@contextmanager
def visitor() -> Iterator[requests.Session]:
    """A session that takes nothing from the environment."""
    with requests.Session() as http:
        http.trust_env = False
        yield http


def held(http: requests.Session, addresses: Addresses, code: str) -> Record:
    """All that the national portal holds of one dossier that it was told of."""
    found: Record = http.get(f"{addresses['national']}/_sandbox/pushed/{code}", timeout=SECONDS).json()
    return found


def _province(http: requests.Session, address: str) -> dict[Place, dict[str, Record]]:
    form = {"grant_type": "password", "client_id": credentials.PROVINCE_CLIENT}
    form |= {"username": credentials.PROVINCE_USERNAME, "password": credentials.PROVINCE_PASSWORD}
    token = http.post(address + KEYCLOAK, data=form, timeout=SECONDS).json()["access_token"]
    sign = {"Authorization": f"Bearer {token}"}
    lists = {"dossiers": "/pa/dossier/search", "agencies": "/ba/agency", "procedures": "/bd/procedure"}
    return {
        ("province", name): {
            str(record.get("code") or record["id"]): record for record in _paged(http, address + path, sign)
        }
        for name, path in lists.items()
    }


def _paged(http: requests.Session, url: str, headers: Mapping[str, str]) -> Sequence[Record]:
    records: list[Record] = []
    while True:
        query = {"spec": "page", "size": "1000", "page": str(len(records) // 1000)}
        answer = http.get(url, params=query, headers=headers, timeout=SECONDS).json()
        records += answer["content"]
        if answer["last"]:
            assert len(records) == answer["totalElements"], f"{url}: the portal contradicts itself"
            return records


def _national(http: requests.Session, address: str) -> dict[Place, dict[str, Record]]:
    login = {"username": credentials.NATIONAL_USERNAME, "password": credentials.NATIONAL_PASSWORD}
    session = _call(http, address, "login", login)["session"]

    def _ask(service: str, **more: str) -> Sequence[Record]:
        body = {"session": session, "madonvi": credentials.NATIONAL_USERNAME, "service": service, **more}
        records: Sequence[Record] = _call(http, address, "g", body)["result"]
        return records

    listed = {record["MATTHC"]: record for record in _ask("LayDanhSachTTHC")}
    details = {code: found[0] for code in listed if (found := _ask("LayThuTuc", maTTHC=code))}
    filed = _ask("DanhSachHoSo", ngayNhan1="2026-01-01", ngayNhan2="2029-12-31")
    return {
        ("national", "procedure_list"): listed,
        ("national", "procedures"): details,
        ("national", "fields"): {record["MALINHVUC"]: record for record in _ask("LayDanhMucLinhVuc")},
        ("national", "agencies"): {record["MADONVI"]: record for record in _ask("LayDanhMucCoQuan")},
        ("national", "dossiers"): {record["MaHoSo"]: record for record in filed},
    }


def _call(http: requests.Session, address: str, call: str, body: Record) -> Record:
    query = {"dstcode": credentials.NATIONAL_PROVIDER}
    answer: Record = http.post(f"{address}{FORWARD}/{call}", params=query, json=body, timeout=SECONDS).json()
    return answer


READERS: Mapping[str, Callable[[requests.Session, str], Mapping[Place, Mapping[str, Record]]]] = {
    "national": _national,
    "province": _province,
}


def plain(text: Any) -> str | None:
    """A text as one line in NFC; None for nothing."""
    if text is None or not str(text).strip():
        return None
    return " ".join(normalize("NFC", str(text)).split())


def instant(text: Any) -> datetime | None:
    """The province's way to write an instant."""
    return None if not text else datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%S.%f%z")


def national_time(at: datetime | None) -> str:
    """The national portal's way to write one; "" for none."""
    return "" if at is None else at.astimezone(HANOI).strftime("%Y%m%d%H%M%S")
