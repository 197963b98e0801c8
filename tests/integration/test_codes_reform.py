"""A reform of invented units: names that repeat, are misspelt, or are parts, each settled by the rule that may settle it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NewHouse
from tests.helpers.codes import asked, counts, passages, resolved, take, written
from tests.helpers.house import House

COLUMNS = "code=ma,name=ten,parent=cha,predecessors=tu"
BEFORE = """ma,ten,cha,tu
10,Tỉnh An Bình,,
20,Tỉnh Đông Hải,,
101,Huyện Bắc,10,
102,Huyện Nam,10,
201,Huyện Đảo,20,
1001,Xã Tân Lập,101,
1002,Xã Hòa Mỹ,101,
1003,Thị trấn Bắc,101,
1004,Xã Bắc Sơn,101,
1011,Xã Tân Lập,102,
1012,Xã Phú Mỹ,102,
1013,Phường Phú An,102,
1014,Xã Nậm Ty,102,
1015,Xã Vắng,102,
1016,Xã Tân Lập,201,
2001,Xã Cát,201,
2002,Xã Sỏi,201,"""
AFTER = """ma,ten,cha,tu
20,Tỉnh An Hải,,tỉnh An Bình và tỉnh Đông Hải
1001,Xã Tân Lập,20,"Xã Tân Lập, Thị trấn Bắc"
1002,Xã Hòa Mỹ,20,giữ nguyên
1012,Xã Phú Mỹ,20,"Xã Phú Mỹ, Xã Tân Lập (huyện Nam), một phần diện tích TN của Xã Bắc Sơn"
1013,Phường Phú An,20,"Phường Phú An, Xã Nặm Ty, phần còn lại của Xã Bắc Sơn, Thôn Một, Xã Không Có"
2001,Đặc khu Đảo,20,Huyện Đảo"""


@pytest.fixture(scope="module")
def reform(new_house: NewHouse, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Two provinces become one; districts end."""
    house, folder = new_house(), tmp_path_factory.mktemp("units")
    take(house, "unit", written(folder, "before.csv", BEFORE), "2025-06-30", COLUMNS)
    told = counts(take(house, "unit", written(folder, "after.csv", AFTER), "2025-07-01", COLUMNS))
    assert (told["new"], told["changed"], told["ended"]) == (5, 1, 16)
    return house


def into(house: House, code: str) -> set[tuple[str | None, str, str]]:
    return passages(house, "unit", code, "2025-06-30", "2025-07-01")


@pytest.mark.parametrize(
    ("code", "successors"),
    [
        pytest.param("10", {("20", "Tỉnh An Hải", "whole")}, id="province"),
        pytest.param("1003", {("1001", "Xã Tân Lập", "whole")}, id="whole"),
        pytest.param("1001", {("1001", "Xã Tân Lập", "whole")}, id="own code decides among three of that name"),
        pytest.param("1011", {("1012", "Xã Phú Mỹ", "whole")}, id="the place in parentheses decides"),
        pytest.param("1016", {("2001", "Đặc khu Đảo", "whole")}, id="a district takes its communes with it"),
        pytest.param(
            "1004", {("1012", "Xã Phú Mỹ", "part"), ("1013", "Phường Phú An", "remainder")}, id="part and remainder"
        ),
        pytest.param("1014", {("1013", "Phường Phú An", "whole")}, id="spelt otherwise"),
        pytest.param("1002", {("1002", "Xã Hòa Mỹ", "same")}, id="left as it was"),
        pytest.param(
            "101",
            {
                ("1001", "Xã Tân Lập", "derived"),
                ("1002", "Xã Hòa Mỹ", "derived"),
                ("1012", "Xã Phú Mỹ", "derived"),
                ("1013", "Phường Phú An", "derived"),
                ("20", "Tỉnh An Hải", "derived"),
            },
            id="a district goes where its communes go",
        ),
        pytest.param(
            "201",
            {("2001", "Đặc khu Đảo", "renamed"), ("20", "Tỉnh An Hải", "derived")},
            id="a district named by a text",
        ),
    ],
)
def test_a_unit_finds_its_successors(reform: House, code: str, successors: set[tuple[str | None, str, str]]) -> None:
    assert into(reform, code) == successors


def test_a_successor_knows_where_it_came_from_and_in_which_words(reform: House) -> None:
    found = resolved(reform, "unit", "1012", "2025-07-01", "2025-06-30")
    assert {(each.place.code, each.relation, each.evidence, each.said) for each in found.passages} == {
        ("1012", "whole", "name", ("Xã Phú Mỹ",)),
        ("1011", "whole", "place", ("Xã Tân Lập (huyện Nam)",)),
        ("1004", "part", "name", ("một phần diện tích TN của … Xã Bắc Sơn",)),
    }
    assert found.place.above == (("20", "Tỉnh An Hải"),)
    assert {each.place.above[0][1] for each in found.passages} == {"Huyện Nam", "Huyện Bắc"}


def test_the_code_of_a_province_is_another_province_after_the_merger(reform: House) -> None:
    before, after = (resolved(reform, "unit", "20", day).place for day in ("2025-06-30", "2025-07-01"))
    assert (before.name, after.name) == ("Tỉnh Đông Hải", "Tỉnh An Hải")
    assert before.entity_id != after.entity_id


def test_what_is_not_settled_waits_for_a_person_and_still_rolls_up(reform: House) -> None:
    assert asked(reform) == [
        ("name_not_found", "Phường Phú An", ()),
        ("named_by_none", "Xã Vắng", ()),
        ("no_unit", "Phường Phú An", ()),
    ]
    found = resolved(reform, "unit", "1015", "2025-06-30", "2025-07-01")
    assert not found.is_settled
    assert ("20", "parent") in {(each.place.code, each.relation) for each in found.passages}


def merged(house: House, folder: Path, after: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Load the reform's first list, then another second one; what a person is asked."""
    take(house, "unit", written(folder, "before.csv", BEFORE), "2025-06-30", COLUMNS)
    head = "ma,ten,cha,tu\n20,Tỉnh An Hải,,tỉnh An Bình và tỉnh Đông Hải\n"
    take(house, "unit", written(folder, "after.csv", head + after), "2025-07-01", COLUMNS, accept_shrunk=True)
    return [each for each in asked(house) if each[0] != "named_by_none"]


def evidence(house: House, code: str) -> list[tuple[str | None, str]]:
    found = resolved(house, "unit", code, "2025-06-30", "2025-07-01")
    return [(each.place.code, each.evidence) for each in found.passages]


def test_neighbours_decide_where_only_one_of_the_name_is_near(house: House, tmp_path: Path) -> None:
    assert merged(house, tmp_path, '1012,Xã Phú Mỹ,20,"Xã Phú Mỹ, Xã Tân Lập"') == []
    assert evidence(house, "1011") == [("1012", "neighbours")]


def test_neighbours_do_not_decide_where_two_of_the_name_are_near(house: House, tmp_path: Path) -> None:
    [(reason, name, candidates)] = merged(house, tmp_path, '1012,Xã Phú Mỹ,20,"Xã Phú Mỹ, Xã Tân Lập, Thị trấn Bắc"')
    assert (reason, name) == ("several_of_that_name", "Xã Phú Mỹ")
    assert candidates == ("1001 Xã Tân Lập", "1011 Xã Tân Lập", "1016 Xã Tân Lập")


def test_neighbours_do_not_decide_twice_for_the_same_commune(house: House, tmp_path: Path) -> None:
    after = '1012,Xã Phú Mỹ,20,"Xã Phú Mỹ, Xã Tân Lập"\n1013,Phường Phú An,20,"Phường Phú An, Xã Tân Lập"'
    assert [reason for reason, _, _ in merged(house, tmp_path, after)] == ["several_of_that_name"] * 2


def test_elimination_leaves_the_only_one_nobody_else_takes(house: House, tmp_path: Path) -> None:
    after = (
        '1001,Xã Tân Lập,20,"Xã Tân Lập, Thị trấn Bắc"\n2001,Xã Cát,20,"Xã Cát, Xã Tân Lập (huyện Đảo)"\n'
        "1099,Xã Mới,20,Xã Tân Lập"
    )
    assert merged(house, tmp_path, after) == []
    assert evidence(house, "1011") == [("1099", "elimination")]


def test_what_several_units_name_without_a_word_is_divided(house: House, tmp_path: Path) -> None:
    after = '1003,Xã Một,20,"Thị trấn Bắc, Xã Bắc Sơn"\n1002,Xã Hai,20,"Xã Hòa Mỹ, Xã Bắc Sơn"'
    assert merged(house, tmp_path, after) == []
    assert into(house, "1004") == {("1003", "Xã Một", "part"), ("1002", "Xã Hai", "part")}
    assert {each for _, each in evidence(house, "1004")} == {"named_by_several"}


def test_a_part_whose_rest_no_text_tells_is_put_to_a_person(house: House, tmp_path: Path) -> None:
    after = '1003,Xã Một,20,"Thị trấn Bắc, một phần diện tích TN của Xã Bắc Sơn"'
    assert merged(house, tmp_path, after) == [("rest_not_told", "Xã Bắc Sơn", ("1003 Xã Một",))]


def test_a_unit_formed_from_one_alone_is_that_one_renamed(house: House, tmp_path: Path) -> None:
    assert merged(house, tmp_path, "1014,Xã Mới,20,Xã Nậm Ty") == []
    assert into(house, "1014") == {("1014", "Xã Mới", "renamed")}
