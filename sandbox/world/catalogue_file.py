"""A real catalogue read from a CSV file and served exactly as it stands there, defects included."""

import csv
from collections.abc import Sequence
from pathlib import Path

from sandbox.world.procedure import Procedure

COLUMNS = (
    "ma",
    "ten",
    "co_quan_ban_hanh",
    "co_quan_thuc_hien",
    "linh_vuc",
    "cap_thuc_hien",
    "loai_thu_tuc",
    "so_quyet_dinh",
    "doi_tuong_thuc_hien",
    "co_quan_co_tham_quyen",
    "co_quan_phoi_hop",
    "co_quan_duoc_uy_quyen",
    "kenh_nop",
    "ket_qua_ma",
    "can_cu_ma",
    "crawl_mismatch",
)
# Names of applicants that contain the separator themselves.
APPLICANTS_WITH_COMMA = ("Tổ chức (không bao gồm doanh nghiệp, HTX)", "Cán bộ, công chức, viên chức")


class CatalogueError(ValueError):
    """The catalogue file is missing or is not what it should be; the message says what to mend."""


def read_catalogue(path: Path) -> list[Procedure]:
    """The procedures of a catalogue CSV in the order of the file; raises CatalogueError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restval="")
            _check_columns(path, reader.fieldnames or ())
            return [_from_row(row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise CatalogueError(f"cannot read the catalogue {path}: {problem}") from problem


def _check_columns(path: Path, present: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in present]
    if missing:
        raise CatalogueError(f"the catalogue {path} lacks the column(s) {', '.join(missing)}")


def _from_row(row: dict[str, str]) -> Procedure:
    return Procedure(
        code=row["ma"],
        name=row["ten"],
        ministry=row["co_quan_ban_hanh"],
        fields=_split(row["linh_vuc"], " | "),
        levels=_split(row["cap_thuc_hien"], ", "),
        kind=row["loai_thu_tuc"],
        decision=row["so_quyet_dinh"],
        executors=_split(row["co_quan_thuc_hien"], " | "),
        applicants=_applicants(row["doi_tuong_thuc_hien"]),
        # One cell, one agency: its commas also occur inside names, so nobody can split it safely.
        competent=_whole(row["co_quan_co_tham_quyen"]),
        coordinating=_whole(row["co_quan_phoi_hop"]),
        authorised=_whole(row["co_quan_duoc_uy_quyen"]),
        channels=_split(row["kenh_nop"], "; "),
        results=_split(row["ket_qua_ma"], "; "),
        legal_bases=_split(row["can_cu_ma"], "; "),
        has_detail=row["crawl_mismatch"] != "1",
    )


def _split(cell: str, separator: str) -> tuple[str, ...]:
    return tuple(cell.split(separator)) if cell else ()


def _whole(cell: str) -> tuple[str, ...]:
    return (cell,) if cell else ()


def _applicants(cell: str) -> tuple[str, ...]:
    for name in APPLICANTS_WITH_COMMA:
        cell = cell.replace(name, name.replace(", ", "\0"))
    return tuple(part.replace("\0", ", ") for part in _split(cell, ", "))
