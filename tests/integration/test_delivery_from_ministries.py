"""Dossiers that a ministry handles in a system of its own: told to the national portal and to the province, each state once.

What is right is read from the ministry's portal itself, and what arrived from the ledgers of those who were told.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import pytest

from sandbox.testing import running_sandbox
from tests.helpers.delivery import DOSSIERS, Office
from tests.helpers.house import House
from tests.helpers.ministries import LATER, VIETNAM, on_day
from tests.helpers.prepared import Prepared
from tests.helpers.told import dossier, tell
from tests.helpers.transport import PORTAL, shown

pytestmark = pytest.mark.long

TO_NATIONAL, TO_PROVINCE = "national/ministry_dossiers", "province/ministry_statuses"
TOLD_PATH = "/pa/api-integration/--status"
RECORDS, STEPS = "DongBoHoSoMC", "CapNhatTienDoHoSoMC"

Steps = dict[str, list[tuple[str, datetime]]]


@dataclass
class Ministry(Office):
    """An office that takes in the transport ministry's dossiers. seen: the states the ministry showed, night by night."""

    seen: Steps = field(default_factory=dict)
    day: int = 0

    def ministry_night(self, day: int = 0) -> None:
        """It is this day: take in all that the ministry shows."""
        if day > self.day:
            assert self.sandbox.order(PORTAL, "days", {"days": day - self.day}).ok
            self.day = day
        for code, (_, state, since, *_) in shown(self.sandbox).items():
            steps = self.seen.setdefault(code, [])
            if (state, since) not in steps:
                steps.append((state, since))
        with on_day(day):
            self.house.night(PORTAL, full=True)

    def sent(self, target: str) -> None:
        """Open a target and deliver; nothing may be left over."""
        self.open(target)
        report = self.deliver(target)
        assert (report.error, report.rejected, report.waiting) == (None, 0, {})

    def right(self) -> Steps:
        """What must be told: each change of state; the same state at a later time is none."""
        return {code: [first for first, *_ in _runs(steps)] for code, steps in self.seen.items()}

    def steps_at_national(self) -> Steps:
        """What the national portal holds of each dossier's progress, in the order in which it came."""
        pushed = self.pushed()["dossiers"]
        return {
            code: [(each["state"], _instant(each["time"], "%Y%m%d%H%M%S")) for each in _kept(told, STEPS)]
            for code, told in pushed.items()
        }

    def steps_at_province(self) -> Steps:
        """The same of the province; it takes the same state at the same instant once more, which changes nothing."""
        pushed = self.pushed(portal="province")["dossiers"]
        return {code: list(dict.fromkeys(_told(told))) for code, told in pushed.items()}


def _runs(steps: list[tuple[str, datetime]]) -> list[list[tuple[str, datetime]]]:
    return [list(together) for _, together in groupby(steps, key=lambda step: step[0])]


def _kept(told: dict[str, Any], service: str) -> list[dict[str, Any]]:
    return [each for each in told["pushes"] if each["kept"] and each["service"] == service]


def _told(told: dict[str, Any]) -> list[tuple[str, datetime]]:
    return [(each["state"], datetime.fromisoformat(each["time"])) for each in _kept(told, TOLD_PATH)]


def _instant(written: str, form: str) -> datetime:
    return datetime.strptime(written, form).replace(tzinfo=VIETNAM)


PORTALS = ("--procedures", "60", "--dossiers", "300", "--only", "national", "--only", "province", "--only", PORTAL)


class First:
    """The first night, lived through once: some thirty dossiers of the transport ministry; both others know none of their states."""

    seen: Steps

    def night(self, house: House) -> None:
        with running_sandbox(*PORTALS) as sandbox:
            house.connect_to(sandbox)
            ministry = Ministry(house, sandbox)
            ministry.night("national")
            ministry.ministry_night()
            self.seen = ministry.seen


@pytest.fixture(scope="module")
def first() -> First:
    return First()


@pytest.fixture
def ministry(prepared: Prepared, first: First) -> Iterator[Ministry]:
    """After the first night."""
    house = prepared.house(first.night)
    with running_sandbox(*PORTALS) as sandbox:
        house.connect_to(sandbox)
        yield Ministry(house, sandbox, seen=deepcopy(first.seen))


def test_the_national_portal_has_each_dossier_once_and_each_state_in_order(ministry: Ministry) -> None:
    ministry.sent(TO_NATIONAL)
    assert ministry.steps_at_national() == ministry.right()
    assert len(ministry.seen) > 20
    for code, told in ministry.pushed()["dossiers"].items():
        services = [(each["service"], each["is_updating"]) for each in told["pushes"]]
        assert services == [(RECORDS, False), (STEPS, None)], code
        assert told["holds"]["state"] == ministry.seen[code][-1][0]


def test_the_province_hears_each_state_of_every_dossier(ministry: Ministry) -> None:
    ministry.sent(TO_PROVINCE)
    assert ministry.steps_at_province() == ministry.right() != {}
    assert ministry.pushed(portal="province")["accepted"] == len(ministry.seen)
    assert ministry.pushed()["accepted"] == 0


@pytest.mark.parametrize("target", [TO_NATIONAL, TO_PROVINCE])
def test_a_second_delivery_sends_nothing(ministry: Ministry, target: str) -> None:
    ministry.sent(target)
    before = [ministry.pushed(portal=portal)["accepted"] for portal in ("national", "province")]
    assert ministry.deliver(target).accepted == 0
    ministry.ministry_night()
    assert ministry.deliver(target).accepted == 0
    assert [ministry.pushed(portal=portal)["accepted"] for portal in ("national", "province")] == before


def test_what_days_bring_is_told_as_changes_and_steps(ministry: Ministry) -> None:
    for day in (0, LATER // 2, LATER):
        ministry.ministry_night(day)
        ministry.sent(TO_NATIONAL)
        ministry.sent(TO_PROVINCE)
    assert ministry.steps_at_national() == ministry.steps_at_province() == ministry.right()
    assert max(map(len, ministry.right().values())) > 1
    dossiers = ministry.pushed()["dossiers"]
    assert {code: told["holds"]["state"] for code, told in dossiers.items()} == {
        code: steps[-1][0] for code, steps in ministry.seen.items()
    }
    assert all([each["is_updating"] for each in _kept(told, RECORDS)].count(False) == 1 for told in dossiers.values())


def test_nights_that_nobody_delivered_are_told_state_by_state(ministry: Ministry) -> None:
    ministry.ministry_night(LATER // 2)
    ministry.ministry_night(LATER)
    ministry.sent(TO_NATIONAL)
    ministry.sent(TO_PROVINCE)
    assert ministry.steps_at_national() == ministry.steps_at_province() == ministry.right()


CUTS: tuple[dict[str, Any], ...] = (
    {"kind": "commit_then_reset"},
    {"kind": "truncated", "done": True},
    {"kind": "status", "status": 502, "done": True},
)


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut["kind"])
@pytest.mark.parametrize("service", [RECORDS, STEPS])
def test_a_call_that_was_cut_is_read_back_at_the_national_portal(
    ministry: Ministry, service: str, cut: dict[str, Any]
) -> None:
    ministry.fault(match=service, **cut)
    ministry.sent(TO_NATIONAL)
    assert "unknown" in ministry.house.column("select outcome from ops.attempt")
    assert ministry.steps_at_national() == ministry.right() != {}
    assert ministry.pushed()["accepted"] == 2 * len(ministry.seen)


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut["kind"])
def test_a_call_that_was_cut_is_sent_again_to_the_province(ministry: Ministry, cut: dict[str, Any]) -> None:
    """It cannot be asked, and its contract lets the same state at the same instant be told again."""
    ministry.fault(match=TOLD_PATH, portal="province", times=2, **cut)
    ministry.sent(TO_PROVINCE)
    assert ministry.steps_at_province() == ministry.right() != {}
    assert ministry.pushed(portal="province")["accepted"] == len(ministry.seen) + 2


def test_what_the_province_does_not_know_waits_for_a_person_and_goes_by_his_word(ministry: Ministry) -> None:
    ministry.fault("status", TOLD_PATH, portal="province", status=404, times=2)
    ministry.open(TO_PROVINCE)
    report = ministry.deliver(TO_PROVINCE)
    assert (report.error, report.rejected, report.accepted) == (None, 2, len(ministry.seen) - 2)
    assert ministry.rows("cause", target=TO_PROVINCE, state="rejected") == [("absent there",)] * 2
    assert ministry.deliver(TO_PROVINCE).accepted == 0
    ministry.house.done("deliver", "resend", TO_PROVINCE, "--cause", "absent there")
    ministry.sent(TO_PROVINCE)
    assert ministry.steps_at_province() == ministry.right()
    assert ministry.pushed(portal="province")["accepted"] == len(ministry.seen)


@pytest.mark.parametrize(
    "answer",
    [{"kind": "body", "body": '{"affectedRows": 0}'}, {"kind": "refuse_item", "text": "Hồ sơ đã khoá"}],
    ids=["about none", "an error of its own"],
)
def test_an_answer_that_proves_nothing_is_not_taken_for_told(ministry: Ministry, answer: dict[str, Any]) -> None:
    """The contract knows neither, so that the state goes once more."""
    ministry.fault(match=TOLD_PATH, portal="province", **answer)
    ministry.sent(TO_PROVINCE)
    assert "unknown" in ministry.house.column("select outcome from ops.attempt")
    assert ministry.steps_at_province() == ministry.right()
    assert ministry.pushed(portal="province")["accepted"] == len(ministry.seen)


def test_a_state_the_province_shows_because_it_was_told_is_no_news_until_it_is_its_own(ministry: Ministry) -> None:
    """The one-stop system shows the ministry's dossier as it was told, then moves it on and back by itself."""
    ministry.sent(TO_PROVINCE)
    code = next(code for code, steps in ministry.right().items() if steps[-1][0] == "4")
    tell(ministry.house, dossier(code, "4", "2026-11-21T08:00"))
    assert _owed(ministry, code) == []
    tell(ministry.house, dossier(code, "5", "2026-11-22T08:00"))
    tell(ministry.house, dossier(code, "4", "2026-11-23T08:00"))
    assert _owed(ministry, code) == ["5", "4"]


def _owed(ministry: Ministry, code: str) -> list[str]:
    """The steps of the province's own dossier that the national portal must hear of."""
    rows = ministry.rows("status_code", target=DOSSIERS, kind="event", dossier_code=code)
    return [state for (state,) in rows]
