"""Matching of names: what differs only in writing is the same, and what may be two things is linked to neither."""

from __future__ import annotations

import csv
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.matching import testset
from gateway import cli
from gateway.errors import ConfigError
from gateway.matching import evaluate, lists
from gateway.matching.entry import Entry
from gateway.matching.matcher import LISTED, Match, Matcher, Reason

BIRTH = Entry("1.000001", "Thủ tục đăng ký khai sinh", "Hộ tịch", "Cấp xã", "Ủy ban nhân dân cấp xã")
BIRTH_AGAIN = Entry("1.000002", "Thủ tục đăng ký lại khai sinh", "Hộ tịch", "Cấp xã", "Ủy ban nhân dân cấp xã")
LICENCE = Entry("1.000003", "Đổi giấy phép lái xe", "Đường bộ", "Cấp tỉnh", "Công an cấp tỉnh")
WATER_OF_MINISTRY = Entry(
    "2.000001", "Gia hạn giấy phép khai thác nước mặt", "Tài nguyên nước", "Cấp bộ", "Cục Quản lý tài nguyên nước"
)
WATER_OF_PROVINCE = Entry(
    "2.000002", "Gia hạn giấy phép khai thác nước mặt.", "Tài nguyên nước", "Cấp tỉnh", "Sở Nông nghiệp và Môi trường"
)
LAND = Entry(
    "1.000004",
    "Cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở đối với trường hợp thửa đất có vườn, ao của hộ gia đình",
    "Đất đai",
    "Cấp xã",
    "Ủy ban nhân dân cấp xã",
)
RAILWAY = Entry("1.000005", "Bãi bỏ đường ngang công cộng trên đường sắt", "Đường sắt", "Cấp bộ", "Bộ Xây dựng")
NATIONAL = [BIRTH, BIRTH_AGAIN, LICENCE, WATER_OF_MINISTRY, WATER_OF_PROVINCE, LAND, RAILWAY]
FEW = 400


def _match(name: str, like: Entry | None = None, **said: str) -> Match:
    beside = {} if like is None else {"field": like.field, "level": like.level, "agency": like.agency}
    [found] = Matcher(NATIONAL).match([Entry("local", name, **{**beside, **said})])
    return found


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Đăng ký khai sinh", BIRTH),
        ("dang ky khai sinh", BIRTH),
        ("ĐĂNG KÝ KHAI SINH", BIRTH),
        ("Đăng kí khai sinh.", BIRTH),
        (unicodedata.normalize("NFD", "Đăng ký lại khai sinh"), BIRTH_AGAIN),
        ("Thủ tục hành chính: đăng ký lại khai sinh", BIRTH_AGAIN),
        ("TTHC - Đăng ký lại khai sinh", BIRTH_AGAIN),
        ("Khai sinh - đăng ký lại", BIRTH_AGAIN),
        ("Đăng ký khai sinh (H15)", BIRTH),
        ("Đăng ký khai sinh.000.00.00.H15", BIRTH),
        ("Đăng ký khai sinh - UBND xã Ea Mẫu", BIRTH),
        ("Đăng ký khai sinh tại Ủy ban nhân dân cấp xã", BIRTH),
        ("Đổi GPLX", LICENCE),
        ("Cấp GCN QSDĐ, quyền sở hữu nhà ở đối với trường hợp thửa đất có vườn, ao của HGĐ", LAND),
        ("Bãi bỏ ĐNCC trên đường sắt", RAILWAY),
        ("Bãi bỏ ĐN công cộng trên đường sắt", RAILWAY),
        (LAND.name[:100], LAND),
    ],
    ids=[
        "without-front",
        "accents-lost",
        "capitals",
        "y-and-i",
        "decomposed",
        "front-longer",
        "front-short",
        "word-order",
        "unit-code",
        "long-unit-code",
        "agency-behind",
        "agency-at",
        "abbreviation",
        "abbreviation-unknown",
        "initials",
        "initials-of-a-known-one",
        "cut-at-100",
    ],
)
def test_what_only_looks_different_is_linked(name: str, right: Entry) -> None:
    found = _match(name, right)
    assert (found.reason, found.link) == (Reason.LINKED, right.code)


@pytest.mark.parametrize(
    "name",
    [
        "Đăng ký khai sinh có yếu tố nước ngoài",
        "Cấp lại giấy phép lái xe",
        "Đổi giấy phép lái tàu",
        "Lãnh đạo Ủy ban nhân dân cấp xã",
        "Thủ tục",
        "",
    ],
    ids=["more-words", "other-verb", "other-noun", "an-office", "only-the-front", "empty"],
)
def test_what_is_something_else_is_not_linked(name: str) -> None:
    assert _match(name, BIRTH).link is None


def test_the_likeliest_comes_first_with_evidence_that_adds_up() -> None:
    found = _match("Đăng ký khai sinh lại từ đầu", BIRTH_AGAIN)
    first, second = found.candidates[:2]
    assert (first.entry, second.entry) == (BIRTH_AGAIN, BIRTH)
    assert found.reason is Reason.BELOW_THRESHOLD
    words = next(each for each in first.evidence if each.signal == "words")
    assert words.says == "only local: tu dau"
    assert first.score == pytest.approx(sum(each.weight * each.agreement for each in first.evidence), abs=1e-3)
    assert len(found.candidates) <= LISTED


def test_the_same_name_at_two_levels_is_a_tie() -> None:
    found = _match("Gia hạn giấy phép khai thác nước mặt", field="Tài nguyên nước")
    assert found.reason is Reason.TIE
    assert {each.entry for each in found.candidates[:2]} == {WATER_OF_MINISTRY, WATER_OF_PROVINCE}


def test_level_and_agency_together_break_a_tie() -> None:
    found = _match("Gia hạn giấy phép khai thác nước mặt", WATER_OF_PROVINCE)
    assert found.link == WATER_OF_PROVINCE.code


def test_silence_is_no_evidence() -> None:
    without = _match("Đăng ký khai sinh")
    assert without.link == BIRTH.code
    assert {each.signal for each in without.candidates[0].evidence} == {"words", "order", "accents"}


def test_legal_basis_counts() -> None:
    water = [
        replace(WATER_OF_MINISTRY, legal_basis="54/2024/NĐ-CP"),
        replace(WATER_OF_PROVINCE, legal_basis="23/2026/NĐ-CP"),
    ]
    local = Entry(
        "local", "Gia hạn giấy phép khai thác nước mặt", level="Cấp tỉnh", legal_basis="Nghị định 23/2026/NĐ-CP"
    )
    [found] = Matcher(water).match([local])
    assert found.link == WATER_OF_PROVINCE.code
    assert ("legal_basis", 1.0) in {(each.signal, each.agreement) for each in found.candidates[0].evidence}


def test_a_code_and_another_name_contradict_each_other() -> None:
    [found] = Matcher(NATIONAL).match([Entry("1.000003.000.00.00.H15", "Đăng ký khai sinh")])
    assert {BIRTH, LICENCE} <= {each.entry for each in found.candidates}
    assert found.link is None


def test_rows_identical_to_each_other_are_not_linked() -> None:
    twin = Entry("a", "Đổi giấy phép lái xe")
    found = Matcher(NATIONAL).match([twin, replace(twin, code="b"), replace(twin, code="c", level="Cấp tỉnh")])
    assert [each.reason for each in found] == [Reason.IDENTICAL_ROWS, Reason.IDENTICAL_ROWS, Reason.LINKED]


def test_a_person_who_rejected_is_not_overruled() -> None:
    local = Entry("local", "Gia hạn giấy phép khai thác nước mặt", level="Cấp tỉnh")
    ruled_out = {"local": frozenset([WATER_OF_MINISTRY.code])}
    [found] = Matcher(NATIONAL).match([local], ruled_out)
    assert WATER_OF_MINISTRY not in {each.entry for each in found.candidates}
    assert (found.reason, found.candidates[0].entry) == (Reason.PERSON_DECIDED, WATER_OF_PROVINCE)


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def catalogue_file(tmp_path: Path) -> Path:
    rows = [(each.code, each.name, each.field, each.level, each.agency) for each in NATIONAL]
    return _write(tmp_path / "catalogue.csv", lists.CATALOGUE_COLUMNS, rows)


def test_evaluate_counts_right_wrong_and_identical(
    tmp_path: Path, catalogue_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    water = ("gia han giay phep khai thac nuoc mat", "", "", "")
    rows = [
        ("dang ky khai sinh", "", "", "", BIRTH.code),
        ("Đổi GPLX", "Đường bộ", "", "", LICENCE.code),
        ("Bãi bỏ đường ngang công cộng trên đường sắt", "", "", "", ""),
        ("Đăng ký cái gì đó", "", "", "", BIRTH_AGAIN.code),
        (*water, WATER_OF_MINISTRY.code),
        (*water, WATER_OF_PROVINCE.code),
    ]
    pairs = _write(tmp_path / "pairs.csv", lists.PAIR_COLUMNS, rows)
    monkeypatch.setattr(
        "sys.argv", ["gateway", "match", "evaluate", str(pairs), "--catalogue", str(catalogue_file), "--json"]
    )
    assert cli.main() == 0
    ours, cosine = json.loads(capsys.readouterr().out)
    assert (ours["rows"], ours["links"], ours["precision"], ours["recall"]) == (4, 3, 0.6667, 0.6667)
    assert (ours["identical_rows"], ours["identical_listed"], ours["identical_linked"]) == (2, 2, 0)
    # Without accents, the field's method finds nothing; what it links, it links to the best of little.
    assert (cosine["identical_rows"], cosine["identical_listed"], cosine["identical_linked"]) == (2, 0, 0)
    assert cosine["recall"] < ours["recall"]


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        (("local_name", "field"), ("a", "b"), "pairs.csv:1: no column level, agency, national_code"),
        (lists.PAIR_COLUMNS, ("a", "b"), "pairs.csv:2: the row has too few cells"),
    ],
    ids=["column", "cell"],
)
def test_a_wrong_file_is_named_with_its_line(
    tmp_path: Path, header: tuple[str, ...], row: tuple[str, ...], said: str
) -> None:
    path = _write(tmp_path / "pairs.csv", header, [row])
    with pytest.raises(ConfigError) as error:
        lists.read_pairs(path)
    assert said in str(error.value)


def test_a_code_given_twice_is_refused(tmp_path: Path) -> None:
    row = ("1.000001", "Đăng ký khai sinh", "", "", "")
    path = _write(tmp_path / "catalogue.csv", lists.CATALOGUE_COLUMNS, [row, row])
    with pytest.raises(ConfigError, match="stands in line 2, too"):
        lists.read_catalogue(path)


def test_the_test_set_is_the_same_for_the_same_seed_only() -> None:
    once, again, other = (testset.make(NATIONAL, seed) for seed in (7, 7, 8))
    assert once == again
    assert once != other
    assert [each.pair.national_code for each in once] == [each.code for each in NATIONAL]


def test_some_hundred_real_procedures_beat_the_fields_own_method(catalogue: Path) -> None:
    national = lists.read_catalogue(catalogue)
    made = testset.make(national, seed=20)[:: len(national) // FEW]
    pairs = [each.pair for each in made]
    ours = evaluate.figures("ours", pairs, evaluate.by_matching(pairs, national))
    cosine = evaluate.figures("cosine", pairs, evaluate.by_word_counts(pairs, national))
    for mine, theirs, aim in (
        (ours.top_1, cosine.top_1, 0.97),
        (ours.precision, cosine.precision, 0.995),
        (ours.recall, cosine.recall, 0.60),
    ):
        assert mine is not None
        assert theirs is not None
        assert mine >= aim
        assert mine > theirs
