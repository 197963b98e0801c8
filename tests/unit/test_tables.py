"""Spreadsheets as people send them become records, or a refusal that names the place."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from connectors.decode import BrokenAnswer
from connectors.tables.grid import HostileFile
from connectors.tables.table import Table, csv_records, xlsx_records

CODE, NAME = "Mã TTHC", "Tên thủ tục"
PLAIN = Table(columns=(CODE, NAME))


def csv(text: str | bytes, table: Table = PLAIN) -> list[dict[str, Any]]:
    return list(csv_records(io.BytesIO(text.encode() if isinstance(text, str) else text), table))


def book(fill: Callable[[Worksheet], object], *, more: Callable[[Workbook], object] = lambda _: None) -> bytes:
    workbook = Workbook()
    assert workbook.active is not None
    fill(workbook.active)
    more(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def xlsx(data: bytes, table: Table = PLAIN) -> list[dict[str, Any]]:
    return list(xlsx_records(io.BytesIO(data), table))


def rows(*lines: list[Any]) -> Callable[[Worksheet], object]:
    def fill(sheet: Worksheet) -> None:
        for line in lines:
            sheet.append(line)

    return fill


def with_sheet(data: bytes, change: Callable[[str], str], part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with the text of one part changed, as no spreadsheet program would write it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()) if name == part else content)
    return file.getvalue()


# --- CSV


def test_a_csv_row_is_a_record_with_its_row_number() -> None:
    assert csv(f"{CODE},{NAME}\n1.001193,Đăng ký khai sinh\n\n2.000815,\n") == [
        {"@row": 2, CODE: "1.001193", NAME: "Đăng ký khai sinh"},
        {"@row": 4, CODE: "2.000815", NAME: None},
    ]


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("UTF8", "utf-8"),
    ],
)
def test_a_declared_unicode_encoding_is_read_with_and_without_a_mark(declared: str, written: str) -> None:
    text = f"{CODE},{NAME}\n1,Cấp phép xây dựng nhà ở riêng lẻ\n" + "2,Đặt lịch\n" * 20_000
    found = csv(text.encode(written), Table(columns=(CODE, NAME), encoding=declared))
    assert found[0] == {"@row": 2, CODE: "1", NAME: "Cấp phép xây dựng nhà ở riêng lẻ"}
    assert (len(found), found[-1]["@row"]) == (20_001, 20_002)


def test_a_big_endian_file_declared_utf_16_is_read_by_its_mark() -> None:
    data = b"\xfe\xff" + f"{CODE},{NAME}\n1,Hộ tịch\n".encode("utf-16-be")
    assert csv(data, Table(columns=(CODE,), encoding="utf-16"))[0][NAME] == "Hộ tịch"


def windows_1258(text: str) -> bytes:
    """As Windows writes it: the letter with its hat or horn, then the tone as a character of its own."""
    apart = ""
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(part for part in parts[1:] if part in "\u0300\u0301\u0303\u0309\u0323")
        apart += unicodedata.normalize("NFC", "".join(part for part in parts if part not in tone)) + tone
    return apart.encode("cp1258")


def test_windows_1258_comes_out_with_one_character_per_letter() -> None:
    text = f"{CODE};{NAME}\r\n1;Chứng thực chữ ký người dịch, Đắk Lắk, Tuy Hoà, ưỡn ẹo\r\n"
    found = csv(windows_1258(text), Table(columns=(CODE, NAME), encoding="windows-1258", delimiter=";"))
    assert found == [{"@row": 2, CODE: "1", NAME: "Chứng thực chữ ký người dịch, Đắk Lắk, Tuy Hoà, ưỡn ẹo"}]


def test_text_stays_as_received() -> None:
    decomposed = unicodedata.normalize("NFD", "Hộ tịch")
    assert csv(f'{CODE},{NAME}\n" 1 ","a\r\nb  {decomposed}"\n')[0] == {
        "@row": 2,
        CODE: " 1 ",
        NAME: f"a\r\nb  {decomposed}",
    }


def test_headers_are_compared_as_a_person_reads_them() -> None:
    header = unicodedata.normalize("NFD", '" Mã\u00a0 TTHC","Tên\nthủ tục"')
    assert csv(header + "\n1,a\n") == [{"@row": 2, CODE: "1", NAME: "a"}]


def test_the_header_is_found_under_title_rows_or_where_it_is_said_to_be() -> None:
    text = f"DANH MỤC,\n,\n{CODE},{NAME}\n1,a\n{CODE},{NAME}\n2,b\n"
    assert [record["@row"] for record in csv(text)] == [4, 5, 6]
    assert [record["@row"] for record in csv(text, Table(columns=(CODE,), header_row=5))] == [6]


@pytest.mark.parametrize("header_row", [None, 1])
def test_a_missing_column_is_named_with_the_row_that_came_nearest(header_row: int | None) -> None:
    with pytest.raises(BrokenAnswer, match="row 1: no column 'Lĩnh vực'"):
        csv(f"{CODE},{NAME}\n1,a\n", Table(columns=(CODE, NAME, "Lĩnh vực"), header_row=header_row))


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_no_table(data: bytes) -> None:
    with pytest.raises(BrokenAnswer, match="no column"):
        csv(data)


def test_an_undecodable_byte_is_named_with_its_row() -> None:
    good = f"{CODE},{NAME}\n" + "1,a\n" * 30_000
    with pytest.raises(BrokenAnswer, match=r"row 30002: byte 0xFF is not utf-8") as refused:
        csv(good.encode() + b"2,bi mat \xff\n" + b"3,c\n" * 30_000)
    assert "bi mat" not in str(refused.value)


def test_a_file_cut_within_a_character_is_refused() -> None:
    with pytest.raises(BrokenAnswer, match="row 2"):
        csv(f"{CODE},{NAME}\n1,Hộ".encode()[:-1])


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"\xef\xbb\xbfa", "windows-1258", "begins as utf-8"),
        (b"\xff\xfea\0", "utf-8", "begins as utf-16-le"),
        ("a,b".encode("utf-16-le"), "utf-16", "without a byte order mark"),
        ("Mã,b\n".encode("utf-16-le"), "iso-8859-1", "NUL characters"),
    ],
)
def test_an_encoding_is_never_guessed(data: bytes, encoding: str, said: str) -> None:
    with pytest.raises(BrokenAnswer, match=said):
        csv(data, Table(columns=("a",), encoding=encoding))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Céng hßa x· héi chñ nghÜa ViÖt Nam", "TCVN3"),
        ("NguyÔn V¨n §øc", "TCVN3"),
        ("Hµ Néi", "TCVN3"),
        ("cÊp phÐp x©y dùng", "TCVN3"),
        ("§iÒu 5", "TCVN3"),
        ("Nguyeãn Vaên Ñöùc", "VNI"),
        ("Coäng hoøa xaõ hoäi chuû nghóa", "VNI"),
        ("giaáy pheùp xaây döïng", "VNI"),
        ("ñöôïc caáp", "VNI"),
        ("Ä\u0090á»\u008bnh CÃ´ng", "UTF-8"),
    ],
)
def test_text_in_a_legacy_font_is_refused_and_named(text: str, named: str) -> None:
    with pytest.raises(BrokenAnswer, match=f"row 3, column B: text in .*{named}") as refused:
        csv(f"{CODE},{NAME}\n1,Hộ tịch\n2,{text}\n")
    assert text not in str(refused.value)


@pytest.mark.parametrize("codec", ["cp1252", "windows-1258"])
def test_bytes_of_a_legacy_font_are_found_under_a_code_page(codec: str) -> None:
    words = "Céng hßa x· héi chñ nghÜa ViÖt Nam".encode("latin-1")
    with pytest.raises(BrokenAnswer, match="TCVN3"):
        csv(b"Ma,Ten\n1," + words + b"\n", Table(columns=("Ma",), encoding=codec))


@pytest.mark.parametrize(
    "text",
    [
        "Quản lý hoạt động xây dựng – 50 m², 1½ ngày, 20 µg, § 5, 3×4",
        "Société Générale, Crédit Agricole, Citroën, naïve, août, Müller Straße, São Paulo, Noël, peña",
        "Adobe® Reader, © 2026, «Trung tâm», Nº 1ª, Ñuñoa",
        "Hoà Phú, Tuy Hoà, thuỷ, quý, khuâu, tuân thủ, xoá, hoà giải, thuế, Đắk Lắk, uỷ ban",
        "HOÀ GIẢI Ở CƠ SỞ, CÔNG AN, ÂM, ÊĐÊ",
        unicodedata.normalize("NFD", "Chứng thực chữ ký của người dịch"),
        "Bình, công an, hàng hoá, kê khai, thu, vô tuyến",
    ],
)
def test_good_text_is_not_taken_for_a_legacy_font(text: str) -> None:
    assert csv(f'{CODE},{NAME}\n1,"{text}"\n')[0][NAME] == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,a,b\n", "row 2, column C: a value in a column without header"),
        ('1,"a"b\n', "row 2: not CSV"),
        ('1,"a\n', "row 2: not CSV"),
        ("1," + "a" * 200_000 + "\n", "row 2: not CSV: field larger"),
        ('1,"' + "a,b\n" * 200_000, "not CSV"),
    ],
)
def test_a_row_that_would_be_misread_is_refused(text: str, said: str) -> None:
    with pytest.raises(BrokenAnswer, match=said) as refused:
        csv(f"{CODE},{NAME}\n{text}")
    assert len(str(refused.value)) < 300


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    with pytest.raises(BrokenAnswer, match="characters"):
        csv(b'"' + b"a" * 10_000_000)


def test_more_rows_or_columns_than_allowed_are_refused() -> None:
    with pytest.raises(HostileFile, match="more than 2 rows"):
        csv(f"{CODE},{NAME}\n1,a\n2,b\n", Table(columns=(CODE,), rows=2))
    with pytest.raises(HostileFile, match="row 2: 5 columns, more than 4"):
        csv(f"{CODE},{NAME}\n1,a,,,\n", Table(columns=(CODE,), width=4))


def test_records_come_while_the_file_is_read() -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.asked += 1
            return f"{CODE},{NAME}\n".encode() if self.asked == 1 else b"1,a\n" * 1000

    source = Endless()
    found = csv_records(source, PLAIN)  # type: ignore[arg-type]
    assert [next(found)["@row"] for _ in range(5000)][-1] == 5001
    assert source.asked < 10


def test_several_values_in_a_cell_become_a_list() -> None:
    table = Table(columns=(CODE, NAME), split={NAME: "\n", CODE: " | "})
    assert csv(f'{CODE},{NAME}\n1 | 2,"a\r\n b\n\n"\n,c\n', table) == [
        {"@row": 2, CODE: ["1", "2"], NAME: ["a", "b"]},
        {"@row": 3, CODE: None, NAME: ["c"]},
    ]


def test_a_blank_cell_takes_the_value_above_where_that_is_said() -> None:
    table = Table(columns=(CODE, NAME), fill_down=(NAME,))
    assert [(r[CODE], r[NAME]) for r in csv(f"{CODE},{NAME}\n1,a\n2,\n,b\n4, \n", table)] == [
        ("1", "a"),
        ("2", "a"),
        (None, "b"),
        ("4", "b"),
    ]


def test_a_row_that_begins_with_the_end_ends_the_table() -> None:
    table = Table(columns=(CODE, NAME), ends_at="tổng số")
    assert len(csv(f"{CODE},{NAME}\n1,a\n,TỔNG  SỐ: 1\n2,b\n", table)) == 1


def test_a_file_without_quotes_is_read_as_it_stands() -> None:
    table = Table(columns=(CODE, NAME), quote="", delimiter="\t")
    assert csv(f'{CODE}\t{NAME}\n1\tĐội "A" 12"\n', table)[0][NAME] == 'Đội "A" 12"'


def test_a_needed_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(BrokenAnswer, match=r"row 1, column C: column 'Mã TTHC' stands twice, also in column A"):
        csv(f"{CODE},{NAME},{CODE}\n1,a,2\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"columns": ()}, "needs `columns`"),
        ({"delimiter": ";;"}, "one character"),
        ({"quote": "''"}, "quote one or none"),
        ({"encoding": "tcvn3"}, "encoding 'tcvn3' is not one of"),
        ({"encoding": "base64"}, "encoding 'base64' is not one of"),
        ({"split": {"a": ""}}, "between the values"),
    ],
)
def test_a_table_that_no_file_can_be_read_by_is_refused_at_once(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Table(**{"columns": ("a",), **wrong})


# --- XLSX


def test_a_workbook_row_is_a_record_of_plain_values() -> None:
    header = [CODE, NAME, "Ngày", "Lúc", "Giờ", "Thời hạn", "Mức", "Đúng", "Số"]
    values = [
        "1.0",
        "Hộ tịch",
        date(2026, 11, 20),
        datetime.fromisoformat("2026-11-20T08:30"),
        time(8, 30),
        timedelta(hours=36),
    ]
    found = xlsx(
        book(rows(header, [*values, 12.5, True, 20.0], ["2", None, None, None, None, None, 0.1 + 0.2, False, 7]))
    )
    assert found == [
        {
            "@row": 2, CODE: "1.0", NAME: "Hộ tịch", "Ngày": "2026-11-20", "Lúc": "2026-11-20T08:30:00",
            "Giờ": "08:30:00", "Thời hạn": "36:00:00", "Mức": "12.5", "Đúng": True, "Số": 20,
        },
        {
            "@row": 3, CODE: "2", NAME: None, "Ngày": None, "Lúc": None, "Giờ": None, "Thời hạn": None,
            "Mức": "0.3", "Đúng": False, "Số": 7,
        },
    ]  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(found)) == found


def test_a_code_typed_as_a_number_keeps_its_digits() -> None:
    data = book(rows([CODE, NAME], [1.001193, 123456789012], [0.00000125, 10**17]))
    assert [(r[CODE], r[NAME]) for r in xlsx(data)] == [("1.001193", 123456789012), ("0.00000125", 10**17)]


def export(sheet: Worksheet) -> None:
    """As the national portal exports: a merged title, a header two rows high, agencies merged over their procedures."""
    for line in (
        ["DANH MỤC THỦ TỤC HÀNH CHÍNH"],
        [],
        ["STT", CODE, NAME, "Cơ quan", "Thời hạn", None],
        [None, None, None, None, "Ngày", "Giờ"],
        ["I. Lĩnh vực Hộ tịch"],
        [1, "1.001193", "Đăng ký khai sinh", "Bộ Tư pháp\nUBND xã", 1, None],
        [2, "1.004873", "Cấp giấy xác nhận", None, None, 4],
        [],
        ["II", "Lĩnh vực Đường bộ"],
        [3, "1.000703", "Cấp giấy phép", "Bộ Xây dựng", 3, 3],
        [None, "Tổng số: 3 thủ tục"],
        ["Ghi chú", "x"],
    ):
        sheet.append(line)
    for merged in ("A1:F1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "A5:F5", "D6:D7", "B9:F9", "E10:F10"):
        sheet.merge_cells(merged)


def test_an_export_of_a_portal_becomes_its_records() -> None:
    table = Table(columns=(CODE, NAME, "Cơ quan"), split={"Cơ quan": "\n"}, ends_at="Tổng số")
    agencies = ["Bộ Tư pháp", "UBND xã"]
    assert xlsx(book(export), table) == [
        {
            "@row": 6, "@section": "I. Lĩnh vực Hộ tịch", "STT": 1, CODE: "1.001193", NAME: "Đăng ký khai sinh",
            "Cơ quan": agencies, "Ngày": 1, "Giờ": None,
        },
        {
            "@row": 7, "@section": "I. Lĩnh vực Hộ tịch", "STT": 2, CODE: "1.004873", NAME: "Cấp giấy xác nhận",
            "Cơ quan": agencies, "Ngày": None, "Giờ": 4,
        },
        {
            "@row": 10, "@section": "Lĩnh vực Đường bộ", "STT": 3, CODE: "1.000703", NAME: "Cấp giấy phép",
            "Cơ quan": ["Bộ Xây dựng"], "Ngày": 3, "Giờ": 3,
        },
    ]  # fmt: skip


def test_a_sub_column_can_be_needed() -> None:
    found = xlsx(book(export), Table(columns=(CODE, "Ngày"), ends_at="Tổng số"))
    assert [record["Ngày"] for record in found] == [1, None, 3]


def test_a_value_in_a_column_without_header_is_kept_by_its_letter() -> None:
    assert xlsx(book(rows([CODE, NAME], [1, "a", None, "lạc"]))) == [{"@row": 2, CODE: 1, NAME: "a", "@D": "lạc"}]


def test_rows_that_are_not_stored_count() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B3"], sheet["C3"], sheet["B9"], sheet["C9"] = CODE, NAME, 1, "a"

    assert xlsx(book(fill)) == [{"@row": 9, CODE: 1, NAME: "a"}]


def test_a_declared_size_that_cuts_columns_off_is_not_believed() -> None:
    data = with_sheet(book(rows([CODE, NAME], [1, "a"])), lambda xml: xml.replace('ref="A1:B2"', 'ref="A1"'))
    assert xlsx(data) == [{"@row": 2, CODE: 1, NAME: "a"}]


def test_a_sheet_is_chosen_by_name_or_as_the_first_that_can_be_seen() -> None:
    def more(workbook: Workbook) -> None:
        hidden = workbook.create_sheet("Mã", 0)
        hidden.append([CODE, NAME])
        hidden.append(["ẩn", "hidden"])
        hidden.sheet_state = "hidden"

    data = book(rows([CODE, NAME], [1, "a"]), more=more)
    assert xlsx(data)[0][CODE] == 1
    assert xlsx(data, Table(columns=(CODE,), sheet=" mã "))[0][CODE] == "ẩn"
    for missing in ("Danh mục", 1):
        with pytest.raises(BrokenAnswer, match="no sheet"):
            xlsx(data, Table(columns=(CODE,), sheet=missing))


FORMULA = '<c r="B2"><f>1+1</f><v></v></c>'


def formula(cell: str) -> bytes:
    data = book(rows([CODE, NAME, "STT"], [1, "=1+1", "=ROW()"]))
    return with_sheet(data, lambda xml: xml.replace('<c r="B2"><f>1+1</f><v /></c>', cell).replace(FORMULA, cell))


def test_a_formula_counts_by_its_stored_value() -> None:
    assert xlsx(formula('<c r="B2"><f>1+1</f><v>2</v></c>'))[0][NAME] == 2
    assert xlsx(formula('<c r="B2" t="str"><f>A1</f><v></v></c>'))[0][NAME] is None
    assert xlsx(formula('<c r="B2" t="e"><f>NA()</f><v>#N/A</v></c>'))[0][NAME] == "#N/A"


@pytest.mark.parametrize("cell", ['<c r="B2"><f>1+1</f></c>', '<c r="B2" s="1"><f t="shared" si="0"/></c>'])
def test_a_formula_without_stored_value_is_refused_in_a_needed_column(cell: str) -> None:
    with pytest.raises(BrokenAnswer, match="row 2, column B: a formula without a stored value"):
        xlsx(formula(cell))
    assert xlsx(formula(cell), Table(columns=(CODE,)))[0][NAME] is None


def test_an_escaped_character_is_read_as_itself() -> None:
    data = book(rows([CODE, NAME], [1, "dòng_x000D_\nhai"]))
    assert xlsx(data)[0][NAME] == "dòng\r\nhai"


def test_an_escaped_pair_is_one_character_and_half_of_it_none() -> None:
    assert xlsx(book(rows([CODE, NAME], [1, "_xD83D__xDE00_"])))[0][NAME] == "😀"
    with pytest.raises(BrokenAnswer, match=r"behind row 1: a workbook that cannot be read \(UnicodeDecodeError\)"):
        xlsx(book(rows([CODE, NAME], [1, "_xD83D_"])))


def test_a_legacy_font_in_a_workbook_is_named_with_its_cell() -> None:
    with pytest.raises(BrokenAnswer, match=r"row 2, column B: text in .*TCVN3"):
        xlsx(book(rows([CODE, NAME], [1, "NguyÔn V¨n §øc"])))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not an .xlsx workbook"),
        (b"<html><table>", "not an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old .xls workbook, or one locked"),
        (b"PK\x03\x04 rubbish", "no zip archive"),
        (b"PK\x05\x06" + bytes(18), "cannot be read"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BrokenAnswer, match=said):
        xlsx(data)


def test_a_workbook_cut_off_anywhere_is_refused() -> None:
    data = book(rows([CODE, NAME], *([n, "a" * n] for n in range(200))))
    for length in range(0, len(data), 97):
        with pytest.raises(BrokenAnswer):
            xlsx(data[:length])


def test_a_damaged_workbook_is_refused_or_read_whole() -> None:
    data = book(rows([CODE, NAME], *([n, f"tên {n}"] for n in range(200))))
    for place in range(30, len(data), 131):
        damaged = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        try:
            assert len(xlsx(damaged)) == 200
        except (BrokenAnswer, HostileFile):
            continue


ROW = '<row r="2"><c r="A2"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "behind the last one"),
        ('<row r="99999999999999999999"><c><v>1</v></c></row>', "behind the last one"),
        ('<row r="2"><c r="XFD2"><v>1</v></c></row>', "16384 columns, more than 1000"),
        (f'<row r="2">{"<c/>" * 2_200_000}</row><row r="3"/>', "a row of more than 8 MB|inflates to more"),
    ],
)
def test_a_sheet_that_asks_for_endless_room_is_refused(row: str, said: str) -> None:
    data = with_sheet(book(rows([CODE, NAME])), lambda xml: xml.replace("</sheetData>", f"{row}</sheetData>"))
    with pytest.raises(HostileFile, match=said):
        xlsx(data)


def test_a_title_merged_over_every_column_there_can_be_is_a_title() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["A2"], sheet["B2"], sheet["A3"], sheet["B3"] = "DANH MỤC", CODE, NAME, 1, "a"
        sheet.merge_cells("A1:XFD1")

    assert xlsx(book(fill)) == [{"@row": 3, CODE: 1, NAME: "a"}]


def test_rows_out_of_order_are_refused_for_the_library_would_leave_them_out() -> None:
    data = with_sheet(book(rows([CODE, NAME], [1, "a"])), lambda xml: xml.replace("</sheetData>", f"{ROW}</sheetData>"))
    with pytest.raises(BrokenAnswer, match="row 2: row numbers go back"):
        xlsx(data)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_a_doctype_in_any_part_is_refused(part: str) -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'

    def change(xml: str) -> str:
        head, rest = (xml[: xml.index("?>") + 2], xml[xml.index("?>") + 2 :]) if xml.startswith("<?xml") else ("", xml)
        return head + doctype + rest

    with pytest.raises(HostileFile, match="DOCTYPE"):
        xlsx(with_sheet(book(rows([CODE, NAME], [1, "a"])), change, part))


def packed(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_inflated() -> None:
    with pytest.raises(HostileFile, match="member 1: inflates to more than 200 times"):
        xlsx(packed(("xl/workbook.xml", bytes(20_000_000))))


def test_an_archive_of_too_many_members_is_refused() -> None:
    with pytest.raises(HostileFile, match="members"):
        xlsx(packed(*((f"xl/media/{number}", b"") for number in range(1001))))


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(packed(("xl/workbook.xml", b"<workbook/>" * 1000)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    with pytest.raises(BrokenAnswer, match="BadZipFile"):
        xlsx(bytes(data))


def test_importing_the_tables_loads_no_library_for_workbooks() -> None:
    program = "import sys, connectors.tables.table; print('openpyxl' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"
