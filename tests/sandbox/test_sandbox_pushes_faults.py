"""Misbehaviour with what is pushed: every kind, ordered beforehand or in the call's own header."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests

from sandbox.credentials import NATIONAL_PROVIDER, NATIONAL_USERNAME
from sandbox.testing import FORWARD, Running, running_sandbox
from tests.helpers.pushes import DOSSIERS, Item, code_of, dossier, held, ledger, listed, look_up, progress, push, row

pytestmark = pytest.mark.filterwarnings("error")
NUMBERS = count(1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """The national portal alone."""
    with running_sandbox("--only", "national", "--dossiers", "200") as running:
        yield running


@pytest.fixture(autouse=True)
def _cleared(sandbox: Running) -> Iterator[None]:
    yield
    sandbox.http.delete(f"{sandbox.national}/_sandbox/faults", timeout=10)


@pytest.fixture
def codes() -> list[str]:
    """Three codes that nobody used before."""
    return [f"H15.20-261116-{next(NUMBERS):04}" for _ in range(3)]


def order(sandbox: Running, kind: str, **parameters: Any) -> None:
    """Orders a fault at every push service."""
    answer = sandbox.order("national", "faults", {"match": "/", "kind": kind, **parameters})
    assert answer.ok, answer.text


def holds(sandbox: Running, code: str) -> Item | None:
    """The dossier that the portal holds."""
    kept = held(sandbox, code)
    return kept["holds"] if kept else None


def batch(codes: list[str]) -> list[Item]:
    """A dossier for each code."""
    return [dossier(code) for code in codes]


def test_a_named_item_refuses_its_call_in_the_words_given_and_no_other_call(
    sandbox: Running, session: str, codes: list[str]
) -> None:
    order(sandbox, "refuse_item", item=codes[1], text="Lỗi nghiệp vụ", error_code=7)
    assert code_of(push(sandbox, session, batch(codes[:1]))) == 0
    answer = push(sandbox, session, batch(codes[1:]))
    assert (code_of(answer), answer["message"]) == (7, "Lỗi nghiệp vụ")
    assert holds(sandbox, codes[2]) is None
    assert code_of(push(sandbox, session, batch(codes[1:]))) == 0


def test_two_orders_about_two_items_wait_for_their_own(sandbox: Running, session: str, codes: list[str]) -> None:
    for code in codes[:2]:
        order(sandbox, "refuse_item", item=code, text=f"Lỗi {code}")
    answers = [push(sandbox, session, batch([code]))["message"] for code in (codes[1], codes[0], codes[2])]
    assert answers == [f"Lỗi {codes[1]}", f"Lỗi {codes[0]}", "Thành công"]


def test_an_item_is_named_by_its_place(sandbox: Running, session: str, codes: list[str]) -> None:
    order(sandbox, "refuse_item", position=2)
    assert code_of(push(sandbox, session, batch(codes[:2]))) == 0
    assert code_of(push(sandbox, session, batch([codes[2], "H15.20-x", "H15.20-y"]))) == 1


@pytest.mark.parametrize(("named", "dropped"), [({}, 0), ({"position": 1}, 1), ({"item": True}, 2)])
def test_one_item_is_dropped_without_a_word(
    sandbox: Running, session: str, codes: list[str], named: dict[str, Any], dropped: int
) -> None:
    order(sandbox, "drop_item", **({"item": codes[2]} if "item" in named else named))
    assert code_of(push(sandbox, session, batch(codes))) == 0
    assert [holds(sandbox, code) is None for code in codes] == [place == dropped for place in range(3)]
    assert look_up(sandbox, session, codes[dropped]) is None
    [entry] = ledger(sandbox)["dossiers"][codes[dropped]]["pushes"]
    assert (entry["kept"], entry["shown"]) == (False, False)


@pytest.mark.parametrize("kind", ["commit_then_reset", "commit_then_hang"])
def test_what_gets_no_answer_is_kept(sandbox: Running, session: str, codes: list[str], kind: str) -> None:
    order(sandbox, kind)
    body = {"session": session, "madonvi": NATIONAL_USERNAME, "service": DOSSIERS, "isUpdating": "False"}
    url, query = f"{sandbox.national}{FORWARD}/g", {"dstcode": NATIONAL_PROVIDER}
    with pytest.raises((requests.ConnectionError, requests.Timeout)):
        requests.post(url, params=query, json=body | {"data": batch(codes)}, timeout=(10, 0.5))
    assert [holds(sandbox, code) for code in codes] == batch(codes)
    assert "đã tồn tại" in push(sandbox, session, batch(codes))["message"]


def test_everything_is_kept_twice(sandbox: Running, session: str, codes: list[str]) -> None:
    order(sandbox, "commit_twice", times=2)
    push(sandbox, session, batch(codes[:1]))
    progress(sandbox, session, [row(codes[0])])
    kept, shown = held(sandbox, codes[0]), look_up(sandbox, session, codes[0])
    assert kept is not None
    assert [entry["service"] for entry in kept["pushes"]] == [DOSSIERS] * 2 + ["CapNhatTienDoHoSoMC"] * 2
    assert kept["progress"] == [row(codes[0])] * 2
    assert shown is not None
    assert len(shown["QuaTrinhXuLy"]) == 2


def test_everything_is_lost_though_all_seemed_well(sandbox: Running, session: str, codes: list[str]) -> None:
    order(sandbox, "lose")
    assert push(sandbox, session, batch(codes))["message"] == "Thành công"
    assert [holds(sandbox, code) for code in codes] == [None, None, None]
    assert code_of(push(sandbox, session, batch(codes))) == 0


def test_a_push_is_forgotten_after_some_further_calls(sandbox: Running, session: str, codes: list[str]) -> None:
    code = codes[0]
    push(sandbox, session, batch([code]))
    order(sandbox, "lose_later", calls=2)
    push(sandbox, session, [dossier(code, TrangThaiHoSo="9")], updating=True)
    seen = [look_up(sandbox, session, code) for _ in range(3)]
    assert [record and record["MaTrangThai"] for record in seen] == ["9", "9", "4"]
    assert holds(sandbox, code) == dossier(code)


def test_a_push_is_forgotten_on_the_next_day() -> None:
    with running_sandbox("--only", "national", "--dossiers", "0") as running:
        session = running.national_session()
        running.order("national", "faults", {"match": DOSSIERS, "kind": "lose_later", "position": 1})
        push(running, session, batch(["H15-1", "H15-2"]))
        before = listed(running, session)
        running.order("national", "days", {"days": 1})
        after = listed(running, session)
        assert [before["tongSo"], after["tongSo"]] == [2, 1]
        assert look_up(running, session, "H15-2") is None
        assert code_of(push(running, session, batch(["H15-2"]))) == 0


def test_a_push_is_shown_late(sandbox: Running, session: str, codes: list[str]) -> None:
    code, days = codes[0], {"tuNgay": "2026-09-01", "denNgay": "2026-09-30"}
    order(sandbox, "answer_late", calls=3)
    item = dossier(code, NgayTiepNhan="20260905080000")
    push(sandbox, session, [item])
    assert look_up(sandbox, session, code) is None
    assert listed(sandbox, session, **days)["tongSo"] == 0
    assert "đã tồn tại" in push(sandbox, session, [item])["message"]
    assert look_up(sandbox, session, code) is not None
    assert listed(sandbox, session, **days)["tongSo"] == 1


def test_a_late_update_shows_the_older_state_meanwhile(sandbox: Running, session: str, codes: list[str]) -> None:
    code = codes[0]
    push(sandbox, session, batch([code]))
    order(sandbox, "answer_late", calls=1)
    push(sandbox, session, [dossier(code, TrangThaiHoSo="9")], updating=True)
    seen = [look_up(sandbox, session, code) for _ in range(2)]
    assert [record and record["MaTrangThai"] for record in seen] == ["4", "9"]


def test_maintenance_refuses_every_push_and_nothing_else_until_cleared(
    sandbox: Running, session: str, codes: list[str]
) -> None:
    push(sandbox, session, batch(codes[:1]))
    order(sandbox, "read_only")
    answers = [push(sandbox, session, batch(codes[1:])), progress(sandbox, session, [row(codes[0])])]
    answers.append(sandbox.service(session, "DongBoTrangThaiHoSo", type="2", data={"MaHoSo": "G22"}).json())
    assert {answer["message"] for answer in answers} == {"Hệ thống đang bảo trì, chỉ cho phép tra cứu"}
    assert {code_of(answer) for answer in answers} == {1}
    assert look_up(sandbox, session, codes[0]) is not None
    assert sandbox.http.delete(f"{sandbox.national}/_sandbox/faults", timeout=10).json() == {"cleared": 1}
    assert code_of(push(sandbox, session, batch(codes[1:]))) == 0


@pytest.mark.parametrize(("form", "kind"), [("int", int), ("text", str)])
def test_the_error_code_is_forced_to_a_type(sandbox: Running, session: str, form: str, kind: type) -> None:
    order(sandbox, "error_code", form=form, times=4)
    codes = [f"H15.21-{form}-{number}" for number in range(4)]
    answers = [push(sandbox, session, batch([code])) for code in codes]
    assert {type(answer["error_code"]) for answer in answers} == {kind}
    order(sandbox, "error_code", form=form, code=-3)
    assert push(sandbox, session, batch(codes))["error_code"] == kind(-3)


def test_the_calls_own_header_orders_the_same(sandbox: Running, session: str, codes: list[str]) -> None:
    body = {"session": session, "madonvi": NATIONAL_USERNAME, "service": DOSSIERS, "isUpdating": "False"}
    headers = {"X-Sandbox-Fault": f"drop_item;item={codes[1]}"}
    answer = sandbox.national_post("g", body | {"data": batch(codes)}, headers=headers)
    assert code_of(answer.json()) == 0
    assert [holds(sandbox, code) is None for code in codes] == [False, True, False]


def test_a_fault_of_pushes_leaves_other_calls_alone_and_does_not_count_them(sandbox: Running, session: str) -> None:
    order(sandbox, "lose")
    assert sandbox.service(session, "LayDanhMucGioiTinh").ok
    [fault] = sandbox.http.get(f"{sandbox.national}/_sandbox/faults", timeout=10).json()["faults"]
    assert (fault["seen"], fault["hits"]) == (0, 0)


@pytest.mark.parametrize(
    "fault",
    [{"kind": "lose", "done": True}, {"kind": "drop_item", "position": -1}, {"kind": "error_code", "form": "x"}],
)
def test_a_bad_order_is_422(sandbox: Running, fault: dict[str, Any]) -> None:
    assert sandbox.order("national", "faults", {"match": "/", **fault}).status_code == 422


def test_older_kinds_work_on_pushes_too(sandbox: Running, session: str, codes: list[str]) -> None:
    order(sandbox, "status", status=502, done=True)
    body = {"session": session, "madonvi": NATIONAL_USERNAME, "service": DOSSIERS, "isUpdating": "False"}
    assert sandbox.national_post("g", body | {"data": batch(codes[:1])}).status_code == 502
    order(sandbox, "html_login")
    assert "<form" in sandbox.national_post("g", body | {"data": batch(codes[1:])}).text
    assert [holds(sandbox, code) is None for code in codes] == [False, True, True]
