"""Days pass on command, and always to the same world."""

from typing import Any

import pytest

from sandbox.testing import Running, running_sandbox
from sandbox.world.status import CLOSED

pytestmark = pytest.mark.filterwarnings("error")
SIZES = ("--dossiers", "3000", "--seed", "7")


def pass_days(running: Running, portal: str, count: int) -> int:
    """Lets days pass at one portal; the day after."""
    answer = running.http.post(f"{portal}/_sandbox/days", json={"days": count}, timeout=30)
    return int(answer.json()["day"])


def dossiers(running: Running) -> dict[str, Any]:
    """All dossiers by id."""
    token = running.province_token()
    pages = [running.province_get("/pa/dossier/search", token, page=page, size=1000).json() for page in range(6)]
    return {record["id"]: record for page in pages for record in page["content"]}


def catalogue(running: Running) -> dict[str, Any]:
    """All procedures in detail by code."""
    session = running.national_session()
    answers = {code: running.service(session, "LayThuTuc", maTTHC=code) for code in codes(running, session)}
    return {code: answer.json()["result"][0] for code, answer in answers.items()}


def codes(running: Running, session: str) -> list[str]:
    """The codes of all procedures in force."""
    listed = running.service(session, "LayDanhSachTTHC").json()["result"]
    return [item["MATTHC"] for item in listed]


def bytes_of(running: Running) -> list[bytes]:
    """What both portals answer to a fixed set of questions."""
    session, token = running.national_session(), running.province_token()
    services = ("LayDanhSachTTHC", "LayDanhMucLinhVuc", "LayDanhMucCoQuan")
    answers = [running.service(session, name) for name in services]
    answers += [running.service(session, "LayThuTuc", maTTHC=code) for code in codes(running, session)]
    for path in ("/pa/dossier/search", "/bd/procedure", "/ba/agency"):
        answers += [running.province_get(path, token, page=page, size=1000) for page in range(4)]
    return [answer.content for answer in answers]


def test_a_day_at_the_start_equals_days_passed_one_by_one_at_either_portal() -> None:
    with running_sandbox(*SIZES, "--day", "2") as started, running_sandbox(*SIZES) as passed:
        before = bytes_of(passed)
        assert pass_days(passed, passed.national, 1) == 1
        assert pass_days(passed, passed.province, 1) == 2
        after = bytes_of(passed)
        assert started.day == 2
        assert after == bytes_of(started)
        assert after != before


def test_another_seed_is_another_world() -> None:
    worlds = []
    for seed in ("1", "1", "2"):
        with running_sandbox("--dossiers", "50", "--only", "province", "--seed", seed) as running:
            worlds.append(dossiers(running))
    assert worlds[0] == worlds[1] != worlds[2]


def test_a_day_moves_some_dossiers_files_some_and_amends_some_procedures() -> None:
    with running_sandbox(*SIZES) as running:
        before, procedures = dossiers(running), catalogue(running)
        pass_days(running, running.province, 1)
        after, amended = dossiers(running), catalogue(running)
    opened = [key for key, record in before.items() if record["dossierStatus"]["id"] not in CLOSED]
    moved = [key for key in before if after[key] != before[key]]
    assert set(moved) <= set(opened)
    assert 0.02 <= len(moved) / len(opened) <= 0.06
    assert all(after[key]["updatedDate"] > "2026-11-20T14" for key in moved)
    assert 10 <= len(after) - len(before) <= 60
    changed = [code for code in procedures if code in amended and amended[code] != procedures[code]]
    assert 1 <= len(changed) <= 5
    for code in changed:
        assert amended[code]["IDQUYETDINHCONGBO"] != procedures[code]["IDQUYETDINHCONGBO"]
        assert amended[code]["CACHTHUCTHUCHIEN"] != procedures[code]["CACHTHUCTHUCHIEN"]


def test_procedures_come_and_go() -> None:
    with running_sandbox("--dossiers", "0", "--only", "national") as running:
        session = running.national_session()
        days = [set(codes(running, session))]
        for _ in range(2):
            pass_days(running, running.national, 1)
            days.append(set(codes(running, session)))
        gone = days[1] - days[2]
        assert days[1] - days[0] == {"2.900001"}
        assert len(gone) == 1
        assert int(running.service(session, "LayThuTuc", maTTHC=gone.pop()).json()["error_code"]) == 1


@pytest.mark.parametrize("body", ['{"days": 0}', '{"days": "two"}', '{"day": 1}', "[]", '{"days": 100000}'])
def test_a_bad_order_is_422_and_no_day_passes(sandbox: Running, body: str) -> None:
    answer = sandbox.http.post(f"{sandbox.national}/_sandbox/days", data=body, timeout=10)
    assert answer.status_code == 422
    assert "cannot take this order" in answer.json()["error"]
    assert sandbox.http.get(f"{sandbox.national}/_sandbox/ledger", timeout=10).json()["day"] == 0
