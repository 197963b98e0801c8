"""R17, Vietnamese text is stored as it was meant, in NFC, or refused: never as what a wrong table made of it.

Each text comes through a JSON portal, composed or decomposed, and once more garbled; through a CSV file in windows-1258;
and through a CSV file that is in another encoding than declared. What is stored is read back from the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from itertools import islice

import msgspec

from connectors import decode
from connectors.errors import ExplainedError
from connectors.formats import Format, opened
from connectors.tables.table import Table
from gateway.mapping.compile import Mapped
from gateway.workshop import Workshop
from proof.card import Line
from proof.household import household, load
from proof.recorded import Recorded, recorded
from proof.vietnamese import GARBLED, WRONG_FILES, cp1258, decomposed, is_clearly, latin1, texts, western
from tests.helpers.house import House

TEXTS = 30_000
PAGE = 2000
"""Records of one answer."""
HEADER = "Mã định danh;Mã cũ;Tên cơ quan;Mã cơ quan cấp trên;Cấp;Trạng thái\n"


def measure(count: int = TEXTS) -> Line:
    """Send all texts in every way."""
    with household() as house:
        return judged(house, texts(count))


def judged(house: House, meant: Sequence[str]) -> Line:
    """What became of these texts in a house that holds nothing yet."""
    with house.shop() as shop:
        _load_answers(shop, meant)
        _load_file(shop, meant)
    stored = house.rows("select agency_code, agency_name from core.agency")
    wrong = [f"{code}: {name!r}" for code, name in stored if name != meant[int(code[1:])]]
    garbled = [*wrong, *_passed_files(meant)]
    refused = house.value("select count(*) from ops.quarantine")
    return Line(
        "R17",
        "charsets",
        measured=f"{len(stored) - len(wrong)} of {2 * len(meant)} good ones stored in NFC, {len(garbled)} of"
        f" {2 * len(meant)} garbled ones stored",
        required="all, 0",
        passed=len(stored) == 2 * len(meant) and refused == len(meant) and not garbled,
        detail=tuple(garbled[:20]),
    )


def _load_answers(shop: Workshop, meant: Sequence[str]) -> None:
    """Each text as `n` and its number, in NFC or NFD, and garbled as `g` and its number."""
    records = iter(_records(meant))
    pages = iter(lambda: list(islice(records, PAGE)), [])
    bodies = [json.dumps({"content": page}, ensure_ascii=False).encode() for page in pages]
    load(shop, _stream("province/agencies").stream, bodies, 2 * len(meant))


def _records(meant: Sequence[str]) -> Iterator[dict[str, object]]:
    ways = list(GARBLED.values())
    for number, text in enumerate(meant):
        yield _agency(f"n{number}", decomposed(text) if number % 2 else text)
        garbled = ways[number % len(ways)](text)
        yield _agency(f"g{number}", garbled if is_clearly(text, garbled) else latin1(text.encode()))


def _agency(code: str, name: str) -> dict[str, object]:
    return {"id": code, "code": code, "name": [{"languageId": 228, "name": name}], "parent": None, "status": 1}


def _load_file(shop: Workshop, meant: Sequence[str]) -> None:
    """One file in windows-1258, as the shipped mapping declares it; its codes are `f` and the number."""
    lines = b"".join(cp1258(f'f{number};;"{text}";;;\n') for number, text in enumerate(meant))
    load(shop, _stream("files/agencies").stream, [cp1258(HEADER) + lines], len(meant))


def _passed_files(meant: Sequence[str]) -> Iterator[str]:
    """Those of which a file in a wrong encoding would have become a row with another text. Each is a file of its own.

    Its header is ASCII: in a wrong encoding already that would be refused.
    """
    of, ways = _stream("files/agencies"), list(WRONG_FILES)
    name_at = of.mapping.columns.index("agency_name")
    for number, text in enumerate(meant):
        way = ways[number % len(ways)]
        written, declared = WRONG_FILES[way]
        if not is_clearly(text, western(written(text))):
            written = str.encode
        for name in _names(b"code;name\n" + written(f'f{number};"{text}"\n'), declared):
            found = of.mapped(msgspec.json.encode({"Mã định danh": "f", "Tên cơ quan": name}))
            if isinstance(found, Mapped) and found.values[name_at] != text:
                yield f"{way}: {found.values[name_at]!r} for {text!r}"


def _names(body: bytes, declared: str) -> list[str]:
    """The names in a file; none when it is refused."""
    try:
        return [decode.record(raw)["name"] for raw in opened(BytesIO(body), _form(declared)).records]
    except ExplainedError:
        return []


@cache
def _form(encoding: str) -> Format:
    return Format("csv", table=Table(columns=("code", "name"), encoding=encoding, delimiter=";"))


def _stream(name: str) -> Recorded:
    [found] = [each for each in recorded() if each.stream.name == name]
    return found
