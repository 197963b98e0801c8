"""agencies.csv as Excel on a Vietnamese Windows writes it: windows-1258, semicolons, CRLF."""

import csv
import unicodedata
from pathlib import Path

from sandbox.world.agencies import LEVELS
from sandbox.world.world import World

HEADER = ("Mã định danh", "Mã cũ", "Tên cơ quan", "Mã cơ quan cấp trên", "Cấp", "Trạng thái")
STATES = {0: "Đã giải thể", 1: "Đang hoạt động"}
TONES = "\u0300\u0301\u0303\u0309\u0323"


def write_agencies(path: Path, world: World) -> int:
    """All agencies, the dissolved too; an agency without a new code has an empty first cell. Gives their number."""
    with path.open("w", encoding="cp1258", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(map(tones_apart, HEADER))
        for agency in world.agencies.all:
            above = world.agencies.by_key[agency.parent].code(old_style=False) if agency.parent else ""
            row = (agency.new_code, agency.old_code, agency.name, above, LEVELS[agency.level], STATES[agency.status])
            lines.writerow(map(tones_apart, row))
    return len(world.agencies.all)


def tones_apart(text: str) -> str:
    """The form windows-1258 stores: a letter with its hat or horn is one character, its tone the next one."""
    return "".join(map(_apart, unicodedata.normalize("NFC", text)))


def _apart(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    tone = "".join(part for part in parts if part in TONES)
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES)) + tone
