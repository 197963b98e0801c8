"""Working days and due dates, through the command: golden dates, late swaps, office hours, bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main

DAYS = "date\tkind\tname_vi\tname_en\tpublished\tsource\n"
OFFICES = """
default: {hours: {mon: ["08:00-12:00"], fri: ["08:00-12:00", "13:00-17:00"]}, after: "15:00"}
saturday: {hours: {fri: ["08:00-12:00", "13:00-17:00"], sat: ["08:00-11:00"]}}
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def _run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["gateway", "calendar", *words])
        code = main()
        out, err = capsys.readouterr()
        return code, out, err

    return _run


@pytest.fixture
def due(run: Any) -> Any:
    def _due(*words: str) -> str:
        code, out, err = run("due", *words, "--json")
        assert code == 0, err
        return str(json.loads(out)[0]["at"])

    return _due


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mappings folder of a site's own."""
    folder = tmp_path / "calendar"
    folder.mkdir()
    (folder / "days.tsv").write_text(DAYS, "utf-8")
    (folder / "offices.yaml").write_text(OFFICES, "utf-8")
    monkeypatch.setenv("GATEWAY_MAPPINGS", str(tmp_path))
    return folder


@pytest.mark.parametrize(
    ("received", "days", "expected"),
    [
        ("2026-02-13", "3", "2026-02-25"),  # over Tết
        ("2026-08-20", "3", "2026-08-24"),  # Saturday the 22nd is worked
        ("2025-12-31", "3", "2026-01-07"),  # Friday the 2nd is off, by a letter of 25 December
        ("2024-04-26", "1", "2024-05-02"),
        ("2023-01-18", "5", "2023-02-01"),
    ],
)
def test_golden_due_dates(due: Any, received: str, days: str, expected: str) -> None:
    assert due(received, days) == f"{expected}T17:00:00"


@pytest.mark.parametrize(("year", "days"), [(2023, 249), (2024, 251), (2025, 250), (2026, 249), (2027, 249)])
def test_working_days_of_a_year(run: Any, year: int, days: int) -> None:
    code, out, _ = run(str(year), "--json")
    assert (code, json.loads(out)["working_days"]) == (0, days)


def test_a_late_swap_gives_two_answers(due: Any) -> None:
    """12729/VPCP-KGVX of 25 December 2025 made 2 January 2026 a day off and Saturday 10 January a working day."""
    assert due("2025-12-31", "3", "--known-on", "2025-12-24") == "2026-01-06T17:00:00"
    assert due("2025-12-31", "3", "--known-on", "2025-12-25") == "2026-01-07T17:00:00"
    assert due("2026-01-08", "2", "--known-on", "2025-12-24") == "2026-01-12T17:00:00"
    assert due("2026-01-08", "2", "--known-on", "2025-12-25") == "2026-01-10T17:00:00"


def test_each_answer_says_which_calendar_it_stands_on(run: Any) -> None:
    versions = []
    for known_on in ("2025-12-24", "2025-12-25"):
        _, out, _ = run("due", "2025-12-31", "3", "--known-on", known_on, "--json")
        versions.append(json.loads(out)[0]["calendar"])
    assert versions[1] == f"{versions[0]}+2025-12-25"


def test_a_year_names_its_special_days_in_both_languages_with_their_source(run: Any) -> None:
    code, out, _ = run("2026")
    assert code == 0
    assert "2026-11-24\tTue\toff\tNgày Văn hóa Việt Nam\tVietnam Cultural Day" in out
    assert "2025-12-25\t12729/VPCP-KGVX" in out
    assert "2025-11-24" not in run("2025")[1]


@pytest.mark.parametrize(
    ("received", "amount", "unit", "expected"),
    [
        ("2026-08-20T16:00", "1", "working-hour", "2026-08-20T17:00:00"),
        ("2026-08-20T16:00", "9", "working-hour", "2026-08-21T17:00:00"),
        ("2026-08-20T11:00", "1", "working-hour", "2026-08-20T13:30:00"),  # over the midday break
        ("2026-08-21T18:00", "1", "working-hour", "2026-08-22T08:30:00"),  # a make-up Saturday has Friday's hours
        ("2026-08-22", "1", "day", "2026-08-24T17:00:00"),  # the 23rd is a Sunday
        ("2026-08-20", "5", "day", "2026-08-25T17:00:00"),
        ("2026-01-30", "1", "month", "2026-03-02T17:00:00"),  # no 30 February; the 28th is a Saturday
        ("2025-12-15", "2", "month", "2026-02-23T17:00:00"),  # the 15th is a Sunday, then Tết
    ],
)
def test_other_units(due: Any, received: str, amount: str, unit: str, expected: str) -> None:
    assert due(received, amount, "--unit", unit) == expected


@pytest.mark.parametrize(
    ("received", "options", "expected"),
    [
        ("2026-06-05T15:00", (), "2026-06-08T12:00:00"),
        ("2026-06-05T15:01", (), "2026-06-09T17:00:00"),  # counts as Monday's; Tuesday has no hours of its own
        ("2026-06-05T15:01", ("--office", "saturday"), "2026-06-08T17:00:00"),
    ],
)
@pytest.mark.usefixtures("own")
def test_an_office_may_have_hours_of_its_own(due: Any, received: str, options: tuple[str, ...], expected: str) -> None:
    assert due(received, "1", *options) == expected


def test_a_site_adds_days_of_its_own(due: Any, own: Path) -> None:
    (own / "days.tsv").write_text(
        DAYS
        + "2026-06-08\toff\tNghỉ\tOff\t2026-06-01\tletter 1\n"
        + "2026-06-08\tworked\tLàm\tWorked\t2026-06-04\tletter 2\n",
        "utf-8",
    )
    assert due("2026-06-05", "1", "--known-on", "2026-06-02") == "2026-06-09T17:00:00"
    assert due("2026-06-05", "1", "--known-on", "2026-06-04") == "2026-06-08T12:00:00"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-06-31\toff\tA\tA\t2026-06-01\tx", "days.tsv:2: date is '2026-06-31'"),
        ("2026-06-08\tfree\tA\tA\t2026-06-01\tx", "days.tsv:2: kind is 'free'"),
        ("2026-06-08\toff\tA\tA\t\tx", "days.tsv:2: an entry without publication date or source"),
        ("2026-06-08\toff\tA\tA\t2026-06-01\t", "days.tsv:2: an entry without publication date or source"),
    ],
    ids=["date", "kind", "published", "source"],
)
def test_a_wrong_entry_is_named_with_its_line(run: Any, own: Path, row: str, said: str) -> None:
    (own / "days.tsv").write_text(DAYS + row + "\n", "utf-8")
    code, _, err = run("2026")
    assert (code, said in err) == (2, True), err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('default: {hours: {mon: ["12:00-08:00"]}}', "offices.yaml:1: '12:00-08:00' ends before it begins"),
        ('default: {hours: {may: ["08:00-12:00"]}}', "offices.yaml:1: unknown key 'may'"),
        ("default: {hours: {mon: [830]}}", "offices.yaml:1: "),
        ('other: {hours: {mon: ["08:00-12:00"]}}', "'default' is a required property"),
    ],
    ids=["order", "weekday", "time", "no default"],
)
def test_wrong_hours_are_named_with_their_line(run: Any, own: Path, text: str, said: str) -> None:
    (own / "offices.yaml").write_text(text, "utf-8")
    code, _, err = run("due", "2026-06-05", "1")
    assert (code, said in err) == (2, True), err


@pytest.mark.parametrize(
    "words",
    [
        ("due", "2026-02-30", "1"),
        ("due", "2026-02-03", "0"),
        ("due", "2026-02-03", "401"),
        ("due", "2026-02-03T00:00+07:00", "1"),
        ("due", "2026-02-03", "1", "--office", "nowhere"),
        ("due", "2026-02-03", "1", "--unit", "week"),
        ("due", "2026-02-03", "1", "--known-on", "soon"),
        ("1066",),
        ("next",),
    ],
    ids=" ".join,
)
def test_wrong_use_is_one_line_and_code_2(run: Any, words: tuple[str, ...]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("gateway: ")
    assert err.count("\n") == 1
