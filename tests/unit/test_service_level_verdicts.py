"""Verdicts: what is not known is neither met nor missed. And the rules' file: its texts, and its mistakes with file and line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from gateway.calendar.clock import Clock
from gateway.calendar.days import load_calendar
from gateway.calendar.offices import load_office
from gateway.config import HOME
from gateway.errors import ConfigError
from gateway.service_levels.cases import Case
from gateway.service_levels.report import judge
from gateway.service_levels.rules import Rule, load_rules
from gateway.service_levels.verdict import deadline, verdict
from tests.helpers.house import replace_in

SHIPPED = (HOME / "mappings",)
CALENDAR, OFFICE = load_calendar(SHIPPED), load_office(SHIPPED, HOME / "schemas")
RULES = {rule.name: rule for rule in load_rules(SHIPPED, HOME / "schemas")}
UNTIL = datetime(2026, 3, 2, 10, tzinfo=UTC)
BEFORE, AFTER, LATER = UNTIL - timedelta(1), UNTIL + timedelta(hours=1), UNTIL + timedelta(2)


@pytest.mark.parametrize(
    ("begun", "earliest", "latest", "seen", "now", "said"),
    [
        (BEFORE, UNTIL, UNTIL, None, LATER, "met"),  # on the last moment
        (BEFORE, AFTER, AFTER, None, LATER, "missed"),
        (BEFORE, BEFORE, UNTIL, None, LATER, "met"),  # whenever it was, it was in time
        (BEFORE, BEFORE, AFTER, None, LATER, "unknown"),
        (BEFORE, None, AFTER, None, LATER, "unknown"),
        (BEFORE, None, None, AFTER, LATER, "missed"),  # it had not happened when we looked
        (BEFORE, None, None, BEFORE, LATER, "unknown"),  # nobody has looked since
        (BEFORE, None, None, BEFORE, BEFORE, "running"),
        (BEFORE, None, None, UNTIL, UNTIL, "running"),
        (BEFORE, None, None, None, BEFORE, "unknown"),  # not ours to see
        (None, AFTER, AFTER, AFTER, LATER, "unknown"),
    ],
)
def test_verdict(
    begun: datetime | None,
    earliest: datetime | None,
    latest: datetime | None,
    seen: datetime | None,
    now: datetime,
    said: str,
) -> None:
    case = Case("1", "province", None, begun, earliest, latest, seen)
    assert verdict(case, None if begun is None else UNTIL, now) == said


@pytest.mark.parametrize(
    ("rule", "begun", "until"),
    [
        ("synchronised", "2026-03-07T10:00", "2026-03-07T10:10"),  # minutes run at night and on Saturdays too
        ("confirmed", "2026-03-06T16:00", "2026-03-09T08:30"),
        ("answered", "2026-03-06T16:00", "2026-03-09T16:00"),
        ("catalogue_updated", "2023-01-18T00:00", "2023-02-01T17:00"),
    ],
)
def test_the_end_of_each_rule(rule: str, begun: str, until: str) -> None:
    at = datetime.fromisoformat(f"{begun}+07:00")
    found = deadline(RULES[rule], at, Clock(CALENDAR, OFFICE, date(2023, 1, 1)))
    assert found == datetime.fromisoformat(f"{until}+07:00")


def test_every_rule_names_its_text_and_how_sure_it_is() -> None:
    assert {name: [str(each) for each in rule.sources] for name, rule in RULES.items()} == {
        "synchronised": ["NĐ 63/2024/NĐ-CP, điều 7 (read)"],
        "confirmed": ["NĐ 63/2024/NĐ-CP, điều 7 (read)"],
        "answered": [
            "Quy chế của tỉnh về tiếp nhận hồ sơ trực tuyến, điều 6 (read)",
            "NĐ 45/2020/NĐ-CP (memory)",
        ],
        "catalogue_updated": ["QĐ 3142/QĐ-BGDĐT, điều 8 (read)", "QĐ 766/QĐ-TTg, chỉ số 1.2 (second hand)"],
    }


def test_the_worst_come_first() -> None:
    cases = [Case(str(hours), "p", "a", BEFORE, at := UNTIL + timedelta(hours=hours), at, None) for hours in range(30)]
    kept = judge(RULES["synchronised"], cases, CALENDAR, OFFICE, LATER)
    assert [missed.case.code for missed in kept.worst] == [str(hours) for hours in range(29, 19, -1)]
    assert list(kept.rows()) == [
        {"rule": "synchronised", "place": "p", "agency": "a", "met": 0, "missed": 30, "running": 0, "unknown": 0}
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("measures: step", "measures: steps", 14, "'steps' is not one of step, confirmation, filing, catalogue"),
        ("amount: 10", "amount: 0", 15, "synchronised.within.amount: 0 is less than the minimum of 1"),
        ("unit: minute}", "unit: hour}", 15, "'hour' is not one of minute, working-hour, working-day"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    path = tmp_path / "calendar" / "service_levels.yaml"
    path.parent.mkdir()
    path.write_text((HOME / "mappings" / "calendar" / "service_levels.yaml").read_text("utf-8"), "utf-8")
    replace_in(path, old, new)
    with pytest.raises(ConfigError) as told:
        load_rules((tmp_path,), HOME / "schemas")
    assert (told.value.where, told.value.what) == (f"{path}:{line}", what)


def test_a_sites_own_rules_count(tmp_path: Path) -> None:
    path = tmp_path / "calendar" / "service_levels.yaml"
    path.parent.mkdir()
    path.write_text(
        """
        quick: {name: {vi: Nhanh, en: Quick}, measures: step, within: {amount: 1, unit: minute},
                sources: [{text: Kế hoạch 1, certainty: memory}]}""",
        "utf-8",
    )
    [rule] = load_rules((tmp_path, *SHIPPED), HOME / "schemas")
    assert isinstance(rule, Rule)
    assert (rule.name, rule.amount, rule.unit) == ("quick", 1, "minute")
