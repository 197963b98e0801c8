"""The ways in which a province's name of a procedure differs from the national one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from random import Random

from gateway.matching.entry import Entry

Way = Callable[[str, Entry, Random], str | None]
"""Name, national row, chance → the local name, or None when the way does not apply to this name."""

# What offices write, not what the matcher knows: some of these stand for several things and are in no table of its.
_SHORT = (
    ("ủy ban nhân dân", "UBND"),
    ("hội đồng nhân dân", "HĐND"),
    ("thủ tục hành chính", "TTHC"),
    ("giấy chứng nhận", "GCN"),
    ("giấy phép lái xe", "GPLX"),
    ("giấy phép", "GP"),
    ("quyền sử dụng đất", "QSDĐ"),
    ("đăng ký", "ĐK"),
    ("doanh nghiệp", "DN"),
    ("trách nhiệm hữu hạn", "TNHH"),
    ("một thành viên", "MTV"),
    ("hợp tác xã", "HTX"),
    ("bảo hiểm xã hội", "BHXH"),
    ("bảo hiểm y tế", "BHYT"),
    ("việt nam", "VN"),
    ("nước ngoài", "NN"),
    ("thu nhập cá nhân", "TNCN"),
    ("thu nhập doanh nghiệp", "TNDN"),
    ("giá trị gia tăng", "GTGT"),
    ("xuất khẩu, nhập khẩu", "XNK"),
    ("xuất nhập khẩu", "XNK"),
    ("ngân hàng nhà nước", "NHNN"),
    ("tổ chức tín dụng", "TCTD"),
    ("quỹ tín dụng nhân dân", "QTDND"),
    ("nghị định", "NĐ"),
    ("quyết định", "QĐ"),
    ("thông tư", "TT"),
    ("kinh doanh", "KD"),
    ("sản xuất", "SX"),
    ("bảo vệ thực vật", "BVTV"),
    ("thủy nội địa", "TNĐ"),
    ("công chứng viên", "CCV"),
    ("chứng chỉ hành nghề", "CCHN"),
    ("cơ sở dữ liệu", "CSDL"),
    ("thành phố", "TP"),
    ("vật liệu nổ công nghiệp", "VLNCN"),
)
_CODES = (" (H15)", ".000.00.00.H56", " - H21.10.07", " [000.12.34.H15]", " H48", "-000.00.07.H18")
_FRONTS = ("Thủ tục {}", "Thủ tục hành chính {}", "Thủ tục: {}", "TTHC - {}", "Thủ tục thủ tục {}")
_BEHINDS = (" - {}", " ({})", " tại {}", ", {}", " của {}", " {}")
_OFFICES = (
    "UBND cấp xã",
    "Ủy ban nhân dân tỉnh",
    "Sở Tư pháp",
    "Sở Nông nghiệp và Môi trường tỉnh Đắk Lắk",
    "Công an xã",
)
CUT_AT = 100


def suffix_code(name: str, _row: Entry, chance: Random) -> str:
    """The code of the province or unit behind the name; the procedure's own code is never given away."""
    return name + chance.choice(_CODES)


def accents_lost(name: str, _row: Entry, _chance: Random) -> str:
    """Vietnamese without accents."""
    bare = (letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    return "".join(bare).replace("đ", "d").replace("Đ", "D")


def decomposed(name: str, _row: Entry, _chance: Random) -> str:
    """Letters and their accents as separate characters."""
    return unicodedata.normalize("NFD", name)


def abbreviated(name: str, _row: Entry, chance: Random) -> str | None:
    """Every abbreviation that fits, or all but one."""
    fitting = [pair for pair in _SHORT if pair[0] in name.lower()]
    if len(fitting) > 2:
        fitting.remove(chance.choice(fitting))
    for full, short in fitting:
        name = re.sub(re.escape(full), short, name, flags=re.IGNORECASE)
    return name if fitting else None


def word_order(name: str, _row: Entry, chance: Random) -> str | None:
    """Parts of the name change places: at a comma or a connecting word, else the first words go to the end."""
    parts = re.split(r"(?:, | và | đối với | cho )", name, maxsplit=1)
    if len(parts) == 2 and chance.random() < 0.6:
        return f"{parts[1]}, {parts[0]}"
    words, count = name.split(), chance.randint(1, 3)
    if len(words) < 5:
        return None
    if words[0].lower() == "thủ":  # nobody tears "thủ tục" apart
        count = 2
    return f"{' '.join(words[count:])} - {' '.join(words[:count])}"


def truncated(name: str, _row: Entry, _chance: Random) -> str | None:
    """Cut at 100 characters, in the middle of a word or not."""
    return name[:CUT_AT] if len(name) > CUT_AT else None


def prepended(name: str, _row: Entry, chance: Random) -> str:
    """The words "Thủ tục" in front, even where they stand already."""
    return chance.choice(_FRONTS).format(name[:1].lower() + name[1:])


def agency_appended(name: str, row: Entry, chance: Random) -> str:
    """The executing agency behind the name, or an office of the province where the row has none."""
    agency = row.agency.split(" | ")[0].strip() or chance.choice(_OFFICES)
    return name + chance.choice(_BEHINDS).format(agency)


def capitals(name: str, _row: Entry, chance: Random) -> str:
    """All in capitals, or each word with one."""
    return name.upper() if chance.random() < 0.5 else " ".join(word[:1].upper() + word[1:] for word in name.split())


SINGLE: Mapping[str, Way] = {
    way.__name__: way
    for way in (
        suffix_code,
        accents_lost,
        decomposed,
        abbreviated,
        word_order,
        truncated,
        prepended,
        agency_appended,
        capitals,
    )
}
_ORDERS = (
    (
        "abbreviated",
        "word_order",
        "prepended",
        "agency_appended",
        "suffix_code",
        "truncated",
        "accents_lost",
        "capitals",
    ),
    (
        "truncated",
        "abbreviated",
        "prepended",
        "agency_appended",
        "suffix_code",
        "accents_lost",
        "decomposed",
        "capitals",
    ),
    ("word_order", "prepended", "decomposed", "truncated", "agency_appended", "suffix_code"),
)
COMBINATION = "combination"


def combination(name: str, row: Entry, chance: Random) -> str | None:
    """Two or three ways at once, in an order in which they happen."""
    order = chance.choice(_ORDERS)
    chosen = set(chance.sample(order, chance.choice((2, 2, 3))))
    applied = 0
    for way in (each for each in order if each in chosen):
        changed = SINGLE[way](name, row, chance)
        applied += changed is not None
        name = name if changed is None else changed
    return name if applied > 1 else None


WAYS: Mapping[str, Way] = {**SINGLE, COMBINATION: combination}
