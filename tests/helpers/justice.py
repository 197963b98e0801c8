"""A small reading of the justice services that shares no code with the gateway."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from sandbox.justice.credentials import CLIENT, LGSP_HEADER, lgsp_token
from sandbox.testing import Running
from tests.helpers.ministries import Row, Rows, instant

PORTAL = "justice"
CIVIL, RECORDS = "/apiHoTichTuPhap", "/apiLyLichTuPhap"
SHOW, ACKNOWLEDGE = f"{RECORDS}/traDsTrangThaiHs", f"{RECORDS}/danhDauHsThanhCong"
MODULES = {"civil_births": "LTKS", "civil_deaths": "LTKT", "civil_marriages": "LTKH"}
"""Our stream → the ministry's module."""
CIVIL_STATUS = {"1": "2", "2": "5", "3": "4", "4": "9", "6": "3"}
RECORD_STATUS = {3: "2", 4: "4", 5: "9"}

Changes = list[dict[str, Any]]
"""Records of the queue, oldest first."""


def ask(sandbox: Running, path: str, **parameters: str) -> dict[str, Any]:
    """A signed-in call that must go well; its answer."""
    address, keys = sandbox.addresses[PORTAL], {LGSP_HEADER: lgsp_token()}
    form = {"grant_type": "client_credentials"}
    signed = sandbox.http.post(f"{address}/token", data=form, headers=keys, auth=(CLIENT.id, CLIENT.secret), timeout=30)
    headers = keys | {"Authorization": f"Bearer {signed.json()['access_token']}"}
    answer: dict[str, Any] = sandbox.http.post(f"{address}{path}", json=parameters, headers=headers, timeout=30).json()
    assert answer["status"] == 1, answer
    return answer


def queue(sandbox: Running) -> dict[str, Any]:
    """The queue as the sandbox sees it: waiting, acknowledged, how often each was shown."""
    found: dict[str, Any] = sandbox.http.get(f"{sandbox.addresses[PORTAL]}/_sandbox/queue", timeout=30).json()
    return found


def drained(sandbox: Running) -> Changes:
    """Everything that waits, oldest first, fetched and acknowledged until nothing is left."""
    everything: Changes = []
    while found := ask(sandbox, SHOW)["data"]:
        everything += found
        ask(sandbox, ACKNOWLEDGE, ids=";".join(each["id"] for each in found))
    return everything


def civil(sandbox: Running) -> Rows:
    """Every civil-status dossier of the three modules."""
    found: Rows = {}
    for module in MODULES.values():
        text = ask(sandbox, f"{CIVIL}/dsHoSoDangKy", module=module, ngayCapNhat="01/01/2026")["data"]
        for element in ET.fromstring(re.sub(r"^<\?xml.*?\?>", "", text)):
            record = {field.tag: field.text or "" for field in element}
            found[record["MaHoSo"]] = _civil_row(record)
    return found


def _civil_row(record: dict[str, str]) -> Row:
    return (
        record["MaHoSo"],
        CIVIL_STATUS[record["TrangThai"]],
        instant(record["NgayCapNhat"]),
        record["TrangThai"],
        record["TenTrangThai"],
        record["MaTTHC"],
        record["TenTTHC"],
        record["MaDonVi"],
        record["TenDonVi"],
        record["HoTen"],
        instant(record["NgayNop"]),
        instant(record["NgayTiepNhan"]),
        instant(record["NgayHenTra"]),
        None,
        record["Id"],
    )


def judicial(changes: Changes) -> Rows:
    """Each dossier as its newest change has it; changes come oldest first."""
    return {
        each["maHoSo"]: (
            each["maHoSo"],
            RECORD_STATUS[each["DEC_STATUS_ID"]],
            instant(each["ngayCapNhat"]),
            str(each["DEC_STATUS_ID"]),
            each["DEC_STATUS_NAME"],
            each["maTTHC"],
            *(None,) * 3,
            each["hoTen"],
            *(None,) * 3,
            instant(each["ISSUE_DATE"]),
            None,
        )
        for each in changes
    }
