"""When two lists mean the same body by two names."""

from __future__ import annotations

import unicodedata

import pytest

from gateway.codes.names import NEAR, SAME, UNLIKE, likeness, without_unit_word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Xã Hoà Thuỷ", "Xã Hòa Thủy"),
        ("Thành Phố Cần Thơ", "Thành phố Cần Thơ"),
        ("Xã M’Drắk", "Xã M'Drắk"),
        ("Phường Văn Miếu - Quốc Tử Giám", "Phường Văn Miếu Quốc Tử Giám"),
        ("Xã Hòa Tú II", "Xã Hòa Tú 2"),
        ("Thị trấn N.T Phong Hải", "Thị trấn Nông trường Phong Hải"),
        ("Văn phòng Sở Nội vụ;", "Văn phòng Sở Nội vụ"),
        ("Xã Đông Hòa", unicodedata.normalize("NFD", "Xã Đông Hòa")),
    ],
)
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert likeness(one, other) == 1


@pytest.mark.parametrize(
    ("one", "other", "least", "below"),
    [
        ("Xã Đăk Blà", "Xã Đắk Blà", SAME, 1),
        ("Xã Lục Sỹ Thành", "Xã Lục Sĩ Thành", SAME, 1),
        ("Xã la Băng", "Xã Ia Băng", SAME, 1),
        ("Trung tâm Công nghệ thông tin", "Trung tâm Công nghệ thông tin 1", 0, UNLIKE),
        ("Trung tâm Phục vụ hành chính công", "Trung tâm Phục vụ hành chính công tỉnh", NEAR, SAME),
        ("Phường 1", "Phường 2", 0, UNLIKE),
        ("Lãnh đạo Sở Tài chính", "Trung tâm Xúc tiến và Đầu tư", 0, UNLIKE),
        ("Phòng Kinh tế", "Phòng Y tế", UNLIKE, NEAR),
    ],
)
def test_likeness_tells_spelling_from_renaming_from_another_body(
    one: str, other: str, least: float, below: float
) -> None:
    assert least <= likeness(one, other) < below
    assert likeness(one, other) == likeness(other, one)


def test_a_unit_keeps_its_name_when_its_kind_changes() -> None:
    assert without_unit_word("Phường Bình Hòa") == without_unit_word("Xã Bình Hòa") == "Bình Hòa"
    assert without_unit_word("Xãi") == "Xãi"
