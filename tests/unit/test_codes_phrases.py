"""The texts of the 2025 mergers as the resolutions' readers wrote them down, and what they say."""

from __future__ import annotations

import pytest

from gateway.codes.phrases import is_unchanged, mentions

Said = tuple[str, str, str]


def read(text: str) -> list[Said]:
    """(relation, kind of unit, name) of everything a text names."""
    return [(each.relation, each.word or each.assumed, each.name) for each in mentions(text)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "Thị trấn Vũng Liêm, Xã Trung Hiếu, xã Trung Thành",
            [("whole", "thị trấn", "Vũng Liêm"), ("whole", "xã", "Trung Hiếu"), ("whole", "xã", "Trung Thành")],
            id="whole",
        ),
        pytest.param(
            "Phường Quán Thánh, một phần diện tích TN, quy mô dân số của các phường Cửa Nam, Điện Biên, một phần diện tích TN"
            " của phường Thụy Khuê, phần còn lại của phường Cửa Đông, Đồng Xuân sau khi sắp Xếp",
            [
                ("whole", "phường", "Quán Thánh"),
                ("part", "phường", "Cửa Nam"),
                ("part", "phường", "Điện Biên"),
                ("part", "phường", "Thụy Khuê"),
                ("remainder", "phường", "Cửa Đông"),
                ("remainder", "phường", "Đồng Xuân"),
            ],
            id="scopes",
        ),
        pytest.param(
            "Phường Minh Khai, phần còn lại của Phường Quang Trung sau khi sắp xếp và Xã Phong Quang",
            [("whole", "phường", "Minh Khai"), ("remainder", "phường", "Quang Trung"), ("whole", "xã", "Phong Quang")],
            id="a tail ends the scope",
        ),
        pytest.param(
            "Phường Mễ Trì và Phường Yên Hòa (phần còn lại sau khi sáp nhập vào phường Cầu Giấy, phường Láng), Phường Láng Hạ",
            [("whole", "phường", "Mễ Trì"), ("remainder", "phường", "Yên Hòa"), ("whole", "phường", "Láng Hạ")],
            id="a remark holds for its name alone",
        ),
        pytest.param(
            "Toàn bộ diện tích TN, quy mô dân số của Xã Lệ Chi, một phần diện tích TN, toàn bộ quy mô dân số của của Xã Đặng Xá"
            " và phần còn lai của Xã Phú Sơn",
            [("whole", "xã", "Lệ Chi"), ("part", "xã", "Đặng Xá"), ("remainder", "xã", "Phú Sơn")],
            id="land in part and all people is a part; slips of the pen",
        ),
        pytest.param(
            "Xã Tiền Phong và một phần diện tích tự nhiên, quy mô dân số của xã Xã Vầy Nưa",
            [("whole", "xã", "Tiền Phong"), ("part", "xã", "Vầy Nưa")],
            id="the kind written twice",
        ),
        pytest.param(
            "Phường Thống Nhất, và phần còn lại của Xã Cao Sơn sau khi sắp xếp theo quy định tại khoản 99 Điều này",
            [("whole", "phường", "Thống Nhất"), ("remainder", "xã", "Cao Sơn")],
            id="reference to the resolution",
        ),
        pytest.param(
            "Phường Trần Phú, Lê Lợi", [("whole", "phường", "Trần Phú"), ("whole", "phường", "Lê Lợi")], id="kind"
        ),
        pytest.param("Xã Lao Và Chải", [("whole", "xã", "Lao Và Chải")], id="a name with Và"),
        pytest.param(
            "Thôn Mịch A, Xã Thuận Hòa", [("whole", "", "Thôn Mịch A"), ("whole", "xã", "Thuận Hòa")], id="hamlet"
        ),
        pytest.param("Huyện Lý Sơn", [("whole", "huyện", "Lý Sơn")], id="district"),
        pytest.param(
            "tỉnh Bình Phước và tỉnh Đồng Nai. Từ ngày 30/4/2026, Tỉnh Đồng Nai thành Thành phố Đồng Nai",
            [("whole", "tỉnh", "Bình Phước"), ("whole", "tỉnh", "Đồng Nai")],
            id="a sentence after the list",
        ),
        pytest.param(
            "TPHCM, tỉnh Bà Rịa - Vũng Tàu",
            [("whole", "thành phố", "Hồ Chí Minh"), ("whole", "tỉnh", "Bà Rịa - Vũng Tàu")],
            id="abbreviation",
        ),
    ],
)
def test_a_text_says_what_was_merged(text: str, said: list[Said]) -> None:
    assert read(text) == said


def test_places_in_parentheses_are_kept_apart_from_other_remarks() -> None:
    first, second, third = mentions(
        "Xã Hòa Minh (huyện Châu Thành, tỉnh Trà Vinh), Phường 14 (Quận 10), Xã Đăk Long (thuộc huyện Đăk Hà) (phần còn lại)"
    )
    assert first.places == ("huyện Châu Thành", "tỉnh Trà Vinh")
    assert second.places == ("Quận 10",)
    assert (third.places, third.relation) == (("huyện Đăk Hà",), "remainder")
    [islands] = mentions("Xã Khánh Bình Tây (bao gồm Hòn Đá Bạc)")
    assert islands.places == ()


def test_the_words_that_say_part_are_kept() -> None:
    part, rest = mentions(
        "một phần diện tích TN của phường Phúc Đồng, Phường Bồ Đề (phần còn lại sau khi sáp nhập vào phường Hồng Hà)"
    )
    assert part.said == "một phần diện tích TN của … phường Phúc Đồng"
    assert rest.said.endswith("Phường Bồ Đề (phần còn lại sau khi sáp nhập vào phường Hồng Hà)")


@pytest.mark.parametrize(("text", "is_so"), [("giữ nguyên", True), ("Giữ  nguyên", True), ("Xã Giữ Nguyên", False)])
def test_a_unit_left_as_it_was(text: str, is_so: bool) -> None:
    assert is_unchanged(text) is is_so
