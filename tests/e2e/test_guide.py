"""A new engineer follows docs/guides/add-a-portal.md to the letter, and the portal's dossiers are in the database."""

from __future__ import annotations

import base64
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import NewHouse
from tests.docs.pages import read
from tests.helpers import guide
from tests.helpers.guide import Ended
from tests.helpers.house import House
from tests.helpers.wire import Received, answering, reply

GUIDE = read("docs/guides/add-a-portal.md")
FOLLOWED = GUIDE.split("\n## Under Airflow")[0]
ADDRESS = "https://tuphap.example.vn"
CLIENT = "Basic " + base64.b64encode(b"gateway:from-the-letter").decode()
STATES = {"Mới đăng ký": "1", "Đang xử lý": "4", "Đã trả kết quả": "10", "Chờ bổ sung hồ sơ": "5"}
DOSSIERS, UNKNOWN = 431, 3
EXPIRED = {"status": 100, "description": "Phiên làm việc đã hết hạn"}
AWAY = {"status": 0, "description": "Hệ thống đang bảo trì, mời quay lại sau 22 giờ"}


@dataclass
class Department:
    """The portal of the guide's paper contract. It forgets a session after two calls; `away`: it is being maintained."""

    away: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    sessions: int = 0
    left: int = 0

    def __call__(self, request: Received) -> bytes:
        method, target, _ = request.line.split()
        path, query = urlsplit(target).path, {name: each[0] for name, each in parse_qs(urlsplit(target).query).items()}
        if (method, path) == ("POST", "/oauth2/token"):
            return self._token(request)
        assert (method, path) == ("GET", "/api/dossiers")
        assert request.headers["x-unit"] == "H15"
        if self.away:
            return reply(AWAY)
        if request.headers["authorization"] != f"Bearer session-{self.sessions}" or not self.left:
            return reply(EXPIRED)
        self.left -= 1
        self.asked.append(query)
        return reply(_page(query))

    def _token(self, request: Received) -> bytes:
        if request.headers["authorization"] != CLIENT or request.body != b"grant_type=client_credentials":
            return reply({"error": "invalid_client"}, "401 Unauthorized")
        self.sessions, self.left = self.sessions + 1, 2
        return reply({"access_token": f"session-{self.sessions}", "expires_in": 3600})


def _page(query: dict[str, str]) -> dict[str, Any]:
    assert query["sort"] == "updatedDate,desc"
    number, size = int(query["page"]), int(query["size"])
    if size > 200:
        return {"status": 0, "description": "size quá lớn"}
    shown = [_dossier(each) for each in range(DOSSIERS)][number * size : (number + 1) * size]
    last = (number + 1) * size >= DOSSIERS
    return {"status": 1, "content": shown, "totalElements": DOSSIERS, "last": last}


def _dossier(number: int) -> dict[str, Any]:
    """The newest is number 0, and the one that the contract shows. Some texts come in decomposed Unicode."""
    state = [*STATES][(1, 0, 2)[number % 3]] if number < DOSSIERS - UNKNOWN else "Chờ bổ sung hồ sơ"
    return {
        "code": f"H15-26-{DOSSIERS - number:04}",
        "procedure": "1.001234",
        "state": unicodedata.normalize("NFD", state) if number % 5 == 4 else state,
        "receivedDate": "19/11/2026 08:15:00",
        "updatedDate": _moment(number).isoformat(),
        "applicant": {"fullname": "Nguyễn Mẫu An"},
        "internalNote": "Gọi số 0900000123",
    }


def _moment(number: int) -> datetime:
    return datetime(2026, 11, 20, 8, tzinfo=timezone(timedelta(hours=7))) - timedelta(hours=number)


@dataclass(frozen=True)
class Followed:
    """What came of it."""

    house: House
    portal: Department
    ended: list[Ended]

    def said(self, command: str) -> list[str]:
        """What each command that begins so said."""
        return [each.said for each in self.ended if each.step.command.startswith(command)]


def _environment(house: House) -> dict[str, str]:
    """A reader's: the repository's commands are at hand, and the mappings are those the guide names."""
    path = f"{Path(sys.executable).parent}:{house.environment['PATH']}"
    return {**house.environment, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def followed(new_house: NewHouse) -> Iterator[Followed]:
    house, portal = new_house(), Department()
    with answering(portal) as wire:
        assert FOLLOWED.count(ADDRESS) == 1
        ended = guide.run(FOLLOWED.replace(ADDRESS, wire.address), house.place, _environment(house))
        yield Followed(house, portal, ended)


def test_every_command_ends_as_the_guide_says(followed: Followed) -> None:
    assert [each.said for each in followed.ended if each.code != each.step.code] == []
    verbs = {" ".join(each.step.command.split()[:2]) for each in followed.ended}
    assert {"gateway check", "gateway mapping", "gateway sync", "gateway status", "gateway quarantine"} <= verbs


def test_the_dossiers_are_in_the_database(followed: Followed) -> None:
    rows = followed.house.rows(
        """select dossier_code, status_code, status_at, source_status_code, procedure_code, received_at, applicant_name
        from core.dossier where issuer = 'myportal' order by status_at desc"""
    )
    assert len(rows) == DOSSIERS
    received = datetime.fromisoformat("2026-11-19T08:15:00+07:00")
    for number, row in enumerate(rows):
        theirs = _dossier(number)
        state = unicodedata.normalize("NFC", theirs["state"])
        code = theirs["code"]
        assert row == (code, STATES[state], _moment(number), state, "1.001234", received, "Nguyễn Mẫu An")


def test_what_the_contract_did_not_tell_went_to_quarantine_and_left_it(followed: Followed) -> None:
    before, after = (unicodedata.normalize("NFC", said) for said in followed.said("gateway quarantine list"))
    assert before.count("Chờ bổ sung hồ sơ") == UNKNOWN
    assert "a code that crosswalk my_status does not know" in before
    assert "Chờ bổ sung hồ sơ" not in after
    assert followed.house.column("select distinct state from ops.quarantine") == ["resolved"]


def test_the_second_sync_reads_one_page_and_finds_nothing_new(followed: Followed) -> None:
    batches = followed.house.rows(
        """select mode, read_count, new_count, changed_count, unchanged_count, quarantined_count from ops.batch
        order by batch_id"""
    )
    assert batches[0] == ("full", DOSSIERS, DOSSIERS - UNKNOWN, 0, 0, UNKNOWN)
    assert batches[-1] == ("incremental", 200, 0, 0, 200, 0)


def test_status_says_where_the_stream_stands(followed: Followed) -> None:
    [said] = followed.said("gateway status")
    names, row = (line.split("\t") for line in said.splitlines())
    shown = dict(zip(names, row, strict=True))
    assert (shown["stream"], shown["read"], shown["declared"]) == ("dossiers", str(DOSSIERS), str(DOSSIERS))
    assert shown["waiting"] == str(UNKNOWN)


def test_the_live_check_names_every_member_with_its_use(followed: Followed) -> None:
    [said] = followed.said("gateway check myportal --live")
    uses = {line.split("\t")[2]: line.split("\t")[-1] for line in said.splitlines() if line.count("\t") == 5}
    assert uses["state"] == "→ source_status_code, status_code"
    assert uses["applicant.fullname"] == "→ applicant_name"
    assert uses["internalNote"] == "ignored"
    assert not any(use == "not used" or use.startswith("missed") for use in uses.values())


def test_the_portal_was_asked_politely_and_signed_in_to_again_when_it_forgot(followed: Followed) -> None:
    pages = [query["page"] for query in followed.portal.asked]
    assert pages[0] == "0"  # the live check: one call
    assert pages[1:4] == ["0", "1", "2"]  # the first sync
    assert set(pages[4:]) <= {"0", "1"}  # the second: its first page, and at most one read ahead
    assert followed.portal.sessions == 4  # one for each command that asks, and one more in the middle of the first sync


def test_the_sample_holds_nothing_personal(followed: Followed) -> None:
    sample = (followed.house.place / "site" / "myportal" / "golden" / "dossiers.json").read_text("utf-8")
    assert "Đang xử lý" in sample
    assert not re.search("Nguyễn|Mẫu|0900|Gọi", unicodedata.normalize("NFC", sample))


def test_the_sample_becomes_what_the_portal_means(followed: Followed) -> None:
    golden = followed.house.place / "site" / "myportal" / "golden" / "dossiers.expected.json"
    rows = json.loads(golden.read_text("utf-8"))["dossier"]
    assert sorted(row["status_code"] for row in rows) == ["1", "10", "4"]
    newest = max(rows, key=lambda row: str(row["status_at"]))
    assert (newest["status_at"], newest["applicant_name"]) == ("2026-11-20T01:00:00+00:00", "xxxxxx xxx xx")
    assert "1 as expected" in followed.said("gateway mapping test")[-1]


def test_a_portal_that_is_being_maintained_gives_one_line(new_house: NewHouse) -> None:
    """Up to the live check, on a day the portal is away."""
    asking = FOLLOWED[: FOLLOWED.index("Then everything.")]
    house = new_house()
    with answering(Department(away=True)) as wire:
        last = guide.run(asking.replace(ADDRESS, wire.address), house.place, _environment(house))[-1]
    assert last.code == 3
    [line] = [line for line in last.said.splitlines() if line.startswith("gateway: ")]
    assert "đang bảo trì" in line
