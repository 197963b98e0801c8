"""Lists that lie in CSV files: the national catalogue, and pairs whose right answer is known."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.errors import ConfigError
from gateway.matching.entry import Entry
from gateway.matching.evaluate import Pair

PAIR_COLUMNS = ("local_name", "field", "level", "agency", "national_code")
CATALOGUE_COLUMNS = ("ma", "ten", "linh_vuc", "cap_thuc_hien", "co_quan_thuc_hien")


def read_pairs(path: Path) -> list[Pair]:
    """Local rows with their right codes; a row's own code is its line. Raises ConfigError with file and line."""
    return [
        Pair(
            Entry(f"line {line}", row["local_name"], row["field"], row["level"], row["agency"]),
            row["national_code"].strip(),
        )
        for line, row in _rows(path, PAIR_COLUMNS)
    ]


def read_catalogue(path: Path) -> list[Entry]:
    """The national procedures of an export; `can_cu_ma` (legal basis) is read where it is there. Raises ConfigError."""
    seen: dict[str, int] = {}
    entries = []
    for line, row in _rows(path, CATALOGUE_COLUMNS):
        code = row["ma"].strip()
        if not code or code in seen:
            what = f"code {code} stands in line {seen[code]}, too" if code else "a row without a code"
            raise ConfigError(what, where=f"{path}:{line}", do="keep one row for each code")
        seen[code] = line
        entries.append(
            Entry(
                code,
                row["ten"],
                row["linh_vuc"],
                row["cap_thuc_hien"],
                row["co_quan_thuc_hien"],
                row.get("can_cu_ma") or "",
            )
        )
    return entries


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            lacking = [name for name in columns if name not in (rows.fieldnames or ())]
            if lacking:
                do = f"the first line must name {', '.join(columns)}"
                raise ConfigError(f"no column {', '.join(lacking)}", where=f"{path}:1", do=do)
            for row in rows:
                if any(row[name] is None for name in columns):
                    raise ConfigError(
                        "the row has too few cells", where=f"{path}:{rows.line_num}", do="complete or remove it"
                    )
                yield rows.line_num, row
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror})", where=str(path), do="name a CSV file") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"is not CSV in UTF-8 ({type(error).__name__})", where=str(path), do="save it so") from None
