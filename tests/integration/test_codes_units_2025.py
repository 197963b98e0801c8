"""The reform of 1 July 2025 through the real lists: 63 provinces, 696 districts and 10,035 communes each find where they belong."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import NewHouse
from tests.helpers.codes import asked, counts, passages, resolved, take
from tests.helpers.house import House

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
BEFORE = DATA / "vn_units_before_2025-07-01_63p_696d_10035w.csv"
FORMED = DATA / "vn_merge_2025_predecessors.csv"
NOW = DATA / "vn_units_2026_34p_3321w.csv"


AS_THEY_ARE = "code=code,name=full_name,parent=parent_code,level=level"
FORMED_FROM = "code=ma,name=ten,parent=magoc,predecessors=truocsapnhap"


@pytest.fixture(scope="module")
def units(new_house: NewHouse) -> House:
    """A house that holds the three lists of the statistics office."""
    if not all(file.exists() for file in (BEFORE, FORMED, NOW)):
        pytest.skip("the real lists of units ../shared/data/vn_*.csv are not on this machine")
    house = new_house()
    assert counts(take(house, "unit", BEFORE, "2025-06-30", AS_THEY_ARE)) == {"new": 63 + 696 + 10_035}
    formed = counts(take(house, "unit", FORMED, "2025-07-01", FORMED_FROM))
    assert (formed["new"], formed["ended"]) == (3_219, 63 - 11 + 696 + 10_035 - 125)
    assert counts(take(house, "unit", NOW, "2026-07-25", AS_THEY_ARE))["unchanged"] == 3_348
    return house


LAST_DAY, TODAY = "2025-06-30", "2026-07-25"


def old_units(level: str) -> set[str]:
    """Codes of one level in the list of before, read by code of our own."""
    with BEFORE.open(encoding="utf-8-sig", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if row["level"] == level}


def fates(house: House, level: str) -> Counter[str]:
    """How many units of a level went on, went to one, went to several, or wait for a person."""
    return Counter(
        dict(
            house.rows(
                """
        select case when alive then 'unchanged' when links = 0 then 'person' when links = 1 then 'one' else 'several' end,
            count(*)
        from (
            select exists (select 1 from xref.code_version n
                    where n.entity_id = v.entity_id and n.valid_from <= '2025-07-01'
                        and (n.valid_to is null or n.valid_to > '2025-07-01')) as alive,
                (select count(*) from xref.code_succession s where s.entity_id = v.entity_id and s.evidence <> 'province')
                    as links
            from xref.code_version v where v.valid_from = '0001-01-01' and v.level_code = :level) as fate
        group by 1""",
                level=level,
            )
        )
    )


def test_every_unit_of_before_has_a_fate(units: House) -> None:
    assert {level: len(old_units(level)) for level in ("province", "district", "ward")} == {
        "province": 63,
        "district": 696,
        "ward": 10_035,
    }
    assert fates(units, "province") == {"unchanged": 11, "one": 52}
    assert fates(units, "district") == {"one": 14, "several": 682}
    assert fates(units, "commune") == {"unchanged": 125, "one": 9_466, "several": 439, "person": 5}


def test_the_fates_add_up_to_what_is_in_force_today(units: House) -> None:
    in_force = "select level_code, count(*) from xref.code_version where valid_to is null group by 1"
    assert dict(units.rows(in_force)) == {"province": 34, "commune": 3_321}
    formed = (
        "select count(*), count(distinct successor_id) filter (where relation <> 'derived') from xref.code_succession"
    )
    assert units.rows(formed) == [(14_828, 3_219)]


def test_what_waits_for_a_person_is_all_named(units: House) -> None:
    assert Counter((reason, name) for reason, name, _ in asked(units)) == Counter(
        [
            ("name_not_found", "Phường Mường Lay"),
            ("name_not_found", "Phường Đoàn Kết"),
            ("name_not_found", "Xã Ia Hrú"),
            ("named_by_none", "Xã Thạch Lâm"),
            ("named_by_none", "Xã Xá Tổng"),
            ("named_by_none", "Xã Lả Nhì Thàng"),
            ("named_by_none", "Xã H Bông"),
            ("named_by_none", "Phường 2"),
            ("no_unit", "Xã Biên Sơn"),
            ("no_unit", "Xã Kim Đông"),
            ("no_unit", "Xã Quảng Lâm"),
            ("no_unit", "Xã Thuận Hòa"),
            ("no_unit", "Xã Trung Hà"),
            ("several_of_that_name", "Xã Thủ Thừa"),
            ("several_of_that_name", "Phường Khánh Hội"),
            ("several_of_that_name", "Phường Vĩnh Hội"),
            ("several_of_that_name", "Xã Hà Nam"),
            ("code_changed", "Phường Hiệp Hòa"),
        ]
    )


def province_names(text: str) -> set[str]:
    """The provinces a text names, read by code of our own."""
    listed = unicodedata.normalize("NFC", text).split(". ", maxsplit=1)[0].replace("Hòa", "Hoà")
    names = listed.replace("TPHCM", "thành phố Hồ Chí Minh").replace(" và ", ", ").split(", ")
    return {name.strip().removeprefix("tỉnh ").removeprefix("thành phố ") for name in names}


def test_the_34_provinces_come_from_exactly_those_the_text_names(units: House) -> None:
    with FORMED.open(encoding="utf-8-sig", newline="") as file:
        told = {row["ma"]: row["truocsapnhap"] for row in csv.DictReader(file) if row["magoc"] == "0"}
    assert len(told) == 34
    for code, text in told.items():
        found = resolved(units, "unit", code, TODAY, LAST_DAY).passages
        if text == "giữ nguyên":
            assert [(each.place.code, each.relation) for each in found] == [(code, "same")]
        else:
            names = {
                each.place.name.replace("Hòa", "Hoà").removeprefix("Tỉnh ").removeprefix("Thành phố ") for each in found
            }
            assert (names, {each.relation for each in found}) == (province_names(text), {"whole"})


def test_a_district_abolished_in_2025_rolls_up_to_where_it_belongs_today(units: House) -> None:
    found = resolved(units, "unit", "626", LAST_DAY, TODAY)
    assert (found.place.name, found.place.above) == ("Huyện Đăk Đoa", (("64", "Tỉnh Gia Lai"),))
    assert {each.relation for each in found.passages} == {"derived"}
    *communes, province = found.passages
    assert (province.place.code, province.place.name) == ("52", "Tỉnh Gia Lai")
    assert {each.place.above for each in communes} == {(("52", "Tỉnh Gia Lai"),)}
    assert communes[0].said[0].startswith("its communes: ")


def test_a_code_means_another_province_before_and_after(units: House) -> None:
    assert resolved(units, "unit", "52", LAST_DAY).place.name == "Tỉnh Bình Định"
    assert resolved(units, "unit", "52", "2025-07-01").place.name == "Tỉnh Gia Lai"
    assert passages(units, "unit", "64", LAST_DAY, TODAY) == {("52", "Tỉnh Gia Lai", "whole")}


def test_a_divided_commune_goes_to_several_with_the_words_that_say_so(units: House) -> None:
    found = resolved(units, "unit", "00055", LAST_DAY, TODAY)
    assert {(each.place.name, each.relation, each.said[0]) for each in found.passages} == {
        ("Phường Hoàn Kiếm", "part", "Phường Cửa Đông"),
        ("Phường Ba Đình", "remainder", "phần còn lại của … phường Cửa Đông"),
    }


@pytest.mark.parametrize(
    ("code", "today", "evidence"),
    [
        pytest.param("05083", "05086", "spelling", id="Mỵ Hòa is Mi Hòa of its district, not Mỹ Hòa of another"),
        pytest.param("26083", "26080", "spelling", id="Xã Xuân Hòa is Phường Xuân Hoà of Long Khánh"),
        pytest.param("27691", "27694", "neighbours", id="Phường 4 of Tân An, not of Tây Ninh"),
        pytest.param("26968", "26968", "own_code", id="a ward whose code the new one has"),
        pytest.param("29374", "29374", "place", id="Châu Thành in Trà Vinh"),
    ],
)
def test_names_that_repeat_are_settled_by_the_rule_that_may(units: House, code: str, today: str, evidence: str) -> None:
    found = resolved(units, "unit", code, LAST_DAY, TODAY)
    assert [(each.place.code, each.evidence) for each in found.passages] == [(today, evidence)]


def test_a_code_the_statistics_office_corrected_is_the_same_ward(units: House) -> None:
    assert passages(units, "unit", "00071", "2025-07-01", TODAY) == {("07147", "Phường Hiệp Hòa", "same")}
