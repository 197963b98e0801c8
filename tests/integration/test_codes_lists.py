"""Lists of agencies, fields and procedures as of a day become a history: which body a code named when."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from tests.conftest import NewHouse
from tests.helpers.codes import asked, counts, passages, resolved, rows_in_xref, take, written
from tests.helpers.house import House

TREE = "id=id,code=code,name=name,parent=parent,level=level,status=status"
HEADER = "id,code,name,parent,level,status"
BEFORE = (
    HEADER,
    "a1,H21,UBND tỉnh,,1,1",
    "a2,H21.13,Sở Tài chính,a1,2,1",
    "a3,H21.13.01,Lãnh đạo Sở Tài chính,a2,3,1",
    "a4,H21.07,Sở Giao thông vận tải,a1,2,1",
    "a5,,Bộ phận một cửa Sở Tài chính,a2,3,1",
    "a6,H21.07.01,Phòng Quản lý vận tải,a4,3,1",
)
AFTER = (
    HEADER,
    "a1,H21,UBND tỉnh,,1,1",
    "a2,H21.13,Sở Tài chính;,a1,2,1",
    "a3,H21.13.99,Lãnh đạo Sở Tài chính,a2,3,1",
    "a9,H21.13.01,Trung tâm Xúc tiến và Đầu tư,a2,3,1",
    "a4,H21.07,Sở Giao thông vận tải,a1,2,0",
    "a5,,Bộ phận Một cửa và hỏi đáp,a2,3,1",
)


@pytest.fixture(scope="module")
def gia_lai(new_house: NewHouse, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A province's agency tree (cây đơn vị) of two years; the names of the code H21.13.01 are what Gia Lai's really were."""
    house, folder = new_house(), tmp_path_factory.mktemp("lists")
    for name, day, lines in (("2025", "2025-01-05", BEFORE), ("2026", "2026-01-05", AFTER)):
        tree = written(folder, f"{name}.csv", *lines)
        tree.with_suffix(".columns.yaml").write_text(
            f"issuer: gia-lai\ncolumns: {{{TREE.replace('=', ': ').replace(',', ', ')}}}\nclosed: ['0']\n", "utf-8"
        )
        take(house, "agency", tree, day)
    return house


def test_a_code_given_to_another_body_is_a_second_entity(gia_lai: House) -> None:
    before = resolved(gia_lai, "agency", "H21.13.01", "2025-12-31").place
    after = resolved(gia_lai, "agency", "H21.13.01", "2026-01-05").place
    assert (before.name, after.name) == ("Lãnh đạo Sở Tài chính", "Trung tâm Xúc tiến và Đầu tư")
    assert before.entity_id != after.entity_id


def test_a_body_whose_code_changed_stays_itself(gia_lai: House) -> None:
    moved = passages(gia_lai, "agency", "H21.13.01", "2025-12-31", "2026-06-01")
    assert moved == {("H21.13.99", "Lãnh đạo Sở Tài chính", "same")}
    back = passages(gia_lai, "agency", "H21.13.99", "2026-06-01", "2025-02-01")
    assert back == {("H21.13.01", "Lãnh đạo Sở Tài chính", "same")}


def test_a_stray_sign_in_a_name_is_no_renaming(gia_lai: House) -> None:
    found = resolved(gia_lai, "agency", "H21.13", "2026-06-01").place
    assert (found.name, str(found.valid_from), found.valid_to) == ("Sở Tài chính", "0001-01-01", None)


def test_a_row_without_a_code_is_known_by_the_sources_id(gia_lai: House) -> None:
    assert gia_lai.rows("select row_count, uncoded_count from xref.code_snapshot order by as_of") == [(6, 1), (6, 1)]
    found = resolved(gia_lai, "agency", "a5", "2026-06-01").place
    assert (found.code, found.name) == (None, "Bộ phận Một cửa và hỏi đáp")
    assert found.above == (("H21.13", "Sở Tài chính"), ("H21", "UBND tỉnh"))


def test_a_body_that_ended_rolls_up_to_what_it_belonged_to(gia_lai: House) -> None:
    found = resolved(gia_lai, "agency", "H21.07.01", "2025-06-01", "2026-06-01")
    assert [(each.place.code, each.relation) for each in found.passages] == [("H21", "parent")]
    assert not found.is_settled
    ended = "select name, valid_to::text, ended_by from xref.code_version where ended_by <> 'changed' order by name"
    assert gia_lai.rows(ended) == [
        ("Phòng Quản lý vận tải", "2026-01-05", "not_listed"),
        ("Sở Giao thông vận tải", "2026-01-05", "status"),
    ]


def test_the_same_id_with_an_unlike_name_is_put_to_a_person(house: House, tmp_path: Path) -> None:
    columns = "id=id,code=code,name=name"
    take(
        house, "agency", written(tmp_path, "1.csv", "id,code,name", "a1,H21.09.02,Văn phòng Sở"), "2025-01-05", columns
    )
    changed = written(tmp_path, "2.csv", "id,code,name", "a1,H21.09.02,Trung tâm Ứng dụng khoa học công nghệ")
    assert counts(take(house, "agency", changed, "2026-01-05", columns)) == {"renamed": 1, "questions": 1}
    assert asked(house) == [
        ("same_id_unlike_name", "Trung tâm Ứng dụng khoa học công nghệ", ("H21.09.02 Văn phòng Sở",))
    ]


@pytest.mark.parametrize(
    ("name", "outcome", "reason"),
    [
        pytest.param("Thủy sản", {"unchanged": 1}, None, id="same"),
        pytest.param(
            "Thủy sản và kiểm ngư", {"new": 1, "ended": 1, "questions": 1}, "code_given_to_another", id="doubt"
        ),
        pytest.param("Hộ tịch", {"new": 1, "ended": 1}, None, id="another"),
        pytest.param("Thủy sảnn", {"renamed": 1, "questions": 1}, "nearly_same_name", id="near"),
        pytest.param("Thủy Sẩn", {"renamed": 1}, None, id="marks"),
    ],
)
def test_without_an_id_the_name_decides_whether_a_code_was_given_away(
    house: House, tmp_path: Path, name: str, outcome: dict[str, int], reason: str | None
) -> None:
    take(house, "field", written(tmp_path, "1.csv", "ma,ten", "LV1,Thuỷ sản"), "2025-01-05", "code=ma,name=ten")
    second = written(tmp_path, "2.csv", "ma,ten", f"LV1,{name}")
    assert counts(take(house, "field", second, "2026-01-05", "code=ma,name=ten", accept_shrunk=True)) == outcome
    assert [each for each, _, _ in asked(house)] == ([reason] if reason else [])


def test_a_code_changed_for_the_same_name_and_parent_is_put_to_a_person(house: House, tmp_path: Path) -> None:
    columns = "code=ma,name=ten,parent=cha"
    take(house, "field", written(tmp_path, "1.csv", "ma,ten,cha", "A,Đất đai,", "B,Nước,A"), "2025-01-05", columns)
    second = written(tmp_path, "2.csv", "ma,ten,cha", "A,Đất đai,", "C,Nước,A")
    assert counts(take(house, "field", second, "2026-01-05", columns)) == {"changed": 1, "unchanged": 1, "questions": 1}
    assert passages(house, "field", "B", "2025-02-01", "2026-02-01") == {("C", "Nước", "same")}
    assert asked(house) == [("code_changed", "Nước", ("B Nước",))]


def test_a_list_may_say_who_took_over(house: House, tmp_path: Path) -> None:
    (tmp_path / "columns.yaml").write_text(
        "issuer: h15\nclosed: ['0']\ncolumns: {code: ma, name: ten, status: tt, successor: thay}\n", "utf-8"
    )
    columns = str(tmp_path / "columns.yaml")
    take(house, "agency", written(tmp_path, "1.csv", "ma,ten,tt,thay", "S7,Sở Giao thông,1,"), "2025-01-05", columns)
    second = written(tmp_path, "2.csv", "ma,ten,tt,thay", "S7,Sở Giao thông,0,S9", "S9,Sở Xây dựng,1,")
    assert counts(take(house, "agency", second, "2025-03-01", columns)) == {"new": 1, "closed": 1, "links": 1}
    assert passages(house, "agency", "S7", "2025-02-01", "2025-03-01") == {("S9", "Sở Xây dựng", "whole")}
    third = written(tmp_path, "3.csv", "ma,ten,tt,thay", "S9,Sở Xây dựng,1,", "S7,Sở Giao thông,0,S9")
    assert counts(take(house, "agency", third, "2025-04-01", columns)) == {"unchanged": 1, "closed": 1}


def test_lists_of_different_issuers_do_not_end_each_others_codes(house: House, tmp_path: Path) -> None:
    for issuer in ("h15", "h21"):
        file = written(tmp_path, f"{issuer}.csv", "ma,ten", f"1,Sở Nội vụ {issuer}")
        assert counts(take(house, "agency", file, "2025-01-05", "code=ma,name=ten", issuer=issuer)) == {"new": 1}
    assert house.value("select count(*) from xref.code_version where valid_to is null") == 2


def test_the_same_list_again_writes_nothing(house: House, tmp_path: Path) -> None:
    tree = written(tmp_path, "tree.csv", *BEFORE)
    assert counts(take(house, "agency", tree, "2025-01-05", TREE)) == {"new": 6}
    before = rows_in_xref(house)
    assert counts(take(house, "agency", tree, "2025-01-05", TREE)) == {"unchanged": 6}
    in_other_order = written(tmp_path, "other.csv", HEADER, *reversed(BEFORE[1:]))
    assert counts(take(house, "agency", in_other_order, "2025-01-05", TREE)) == {"unchanged": 6}
    assert rows_in_xref(house) == before


def test_lists_come_in_the_order_of_their_days(house: House, tmp_path: Path) -> None:
    take(house, "agency", written(tmp_path, "new.csv", *AFTER), "2026-01-05", TREE)
    before = rows_in_xref(house)
    for day in ("2026-01-05", "2025-01-05"):
        with pytest.raises(ConfigError, match="as of 2026-01-05 is in already"):
            take(house, "agency", written(tmp_path, "old.csv", *BEFORE), day, TREE)
    assert rows_in_xref(house) == before


def test_a_list_that_would_end_most_codes_is_refused_until_a_person_says_it_is_right(
    house: House, tmp_path: Path
) -> None:
    take(house, "agency", written(tmp_path, "1.csv", *BEFORE), "2025-01-05", TREE)
    before, part = rows_in_xref(house), written(tmp_path, "2.csv", *BEFORE[:3])
    with pytest.raises(ConfigError, match=r"4 of 6 codes in force are not in this list.*--accept-shrunk"):
        take(house, "agency", part, "2026-01-05", TREE)
    assert rows_in_xref(house) == before
    assert counts(take(house, "agency", part, "2026-01-05", TREE, accept_shrunk=True)) == {"unchanged": 2, "ended": 4}


@pytest.mark.parametrize(
    ("lines", "columns", "said"),
    [
        (["ma,ten", "1,a", "2,b", "1,c"], "code=ma,name=ten", r"list\.csv:4: code '1' stands in row 2 too"),
        (["ma,ten", "1,a", ",b"], "code=ma,name=ten", r"list\.csv:3: a row without name, or with neither code nor id"),
        (["ma,ten", "1,"], "code=ma,name=ten", r"list\.csv:2: a row without name"),
        (["ma,ten", "1,a"], "code=ma,name=name", r"list\.csv: row 1: no column 'name'"),
        (["ma,ten"], "code=ma,name=ten", "the list is empty"),
        (["ma,ten", "1,a"], "code=ma,nam=ten", "--columns: 'nam=ten' is not understood"),
        (["ma,ten", "1,a"], "name=ten", "--columns: a list needs name, and code or id"),
        (["ma,ten", "1,a"], "", r"no list\.columns\.yaml"),
    ],
)
def test_a_mistake_is_named_with_file_and_row(
    house: House, tmp_path: Path, lines: list[str], columns: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        take(house, "field", written(tmp_path, "list.csv", *lines), "2025-01-05", columns)
    assert house.value("select count(*) from xref.code_snapshot") == 0


def test_a_mistake_in_the_columns_file_is_named_with_its_line(house: House, tmp_path: Path) -> None:
    tree = written(tmp_path, "list.csv", "ma,ten", "1,a")
    tree.with_suffix(".columns.yaml").write_text("issuer: x\ncolumns:\n  code: ma\n  name: ten\n  nam: x\n", "utf-8")
    with pytest.raises(ConfigError, match=r"list\.columns\.yaml:5: unknown key 'nam'"):
        take(house, "field", tree, "2025-01-05")


def test_the_commands_print_json_and_end_with_their_codes(gia_lai: House) -> None:
    history = json.loads(gia_lai.done("codes", "history", "agency", "H21.13.01", "--json"))
    assert [(row["what"], row["since"], row["code"], row["name"]) for row in history] == [
        ("is", "0001-01-01", "H21.13.01", "Lãnh đạo Sở Tài chính"),
        ("is", "2026-01-05", "H21.13.99", "Lãnh đạo Sở Tài chính"),
        ("is", "2026-01-05", "H21.13.01", "Trung tâm Xúc tiến và Đầu tư"),
    ]
    rolled = gia_lai.gateway(
        "codes", "resolve", "agency", "H21.07", "--on", "2025-06-01", "--to", "2026-06-01", "--json"
    )
    assert rolled.returncode == 1
    assert "what became of it is not told" in rolled.stderr
    [[passage]] = [each["passages"] for each in json.loads(rolled.stdout)]
    assert (passage["relation"], passage["place"]["name"]) == ("parent", "UBND tỉnh")
    unknown = gia_lai.gateway("codes", "resolve", "agency", "H99", "--on", "2025-06-01")
    assert (unknown.returncode, unknown.stdout) == (2, "")


DAK_LAK = Path(__file__).resolve().parents[3] / "shared" / "data" / "agencies_daklak_H15_1217.csv"


@pytest.mark.skipif(
    not DAK_LAK.exists(), reason="the real list ../shared/data/agencies_daklak_H15_1217.csv is not here"
)
def test_most_rows_of_a_real_tree_have_no_code_and_are_followed_all_the_same(house: House) -> None:
    columns = "id=id,code=code,name=name_vi,parent=parent_id,level=level_name,status=status"
    loaded = take(house, "agency", DAK_LAK, "2025-01-09", columns, issuer="dak-lak")
    assert (len(loaded.snapshot.rows), loaded.snapshot.uncoded, counts(loaded)) == (1_217, 979, {"new": 1_217})
    assert counts(take(house, "agency", DAK_LAK, "2025-02-09", columns, issuer="dak-lak")) == {"unchanged": 1_217}
    assert house.value("select count(*) from xref.code_version where code is null") == 979
    office = resolved(house, "agency", "64faccec8d8be03f10da1235", "2025-02-09").place
    assert (office.code, office.name) == (None, "Lãnh đạo UBND thị xã Buôn Hồ")


def test_a_real_catalogue_is_a_list_of_procedures(house: House, catalogue: Path) -> None:
    assert counts(take(house, "procedure", catalogue, "2026-07-20", "code=ma,name=ten")) == {"new": 2_642}


def test_history_shows_what_the_nightly_loads_hold(house: House, tmp_path: Path) -> None:
    house.execute(
        "insert into core.field (issuer, field_code, valid_from, field_name, source_hash, content_hash, batch_id)"
        " values ('national', 'LV1', '0001-01-01', 'Hộ tịch', '', '', 7)"
    )
    take(house, "field", written(tmp_path, "1.csv", "ma,ten", "LV1,Hộ tịch"), "2025-01-05", "code=ma,name=ten")
    rows = json.loads(house.done("codes", "history", "field", "LV1", "--json"))
    assert [(row["what"], row["issuer"], row["source"]) for row in rows] == [
        ("is", "local", "1.csv as of 2025-01-05"),
        ("core", "national", "batch 7"),
    ]
