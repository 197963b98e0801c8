"""The rows of the three lists, as columns of the DataSet; a column without a value is left out, as ADO.NET does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.units.defects import spoiled
from sandbox.units.facts import Register, Unit

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A list: the columns its schema declares, and how its rows are made (`rows`: how many, None = all there are)."""

    columns: tuple[str, ...]
    rows: Callable[[Register, int | None], Iterator[Row]]


def _provinces(register: Register, _: int | None) -> Iterator[Row]:
    for unit in register.of("province"):
        yield _row(unit, MaTinh=unit.code, TenTinh=spoiled(unit.code, unit.name))


def _districts(register: Register, _: int | None) -> Iterator[Row]:
    for unit in register.of("district"):
        yield _row(unit, **_above(register, unit), MaQuanHuyen=unit.code, TenQuanHuyen=spoiled(unit.code, unit.name))


def _communes(register: Register, rows: int | None) -> Iterator[Row]:
    above: dict[tuple[str, str], Row] = {}
    for unit in register.communes(rows):
        key = unit.province, unit.district
        if key not in above:
            above[key] = _above(register, unit)
        yield _row(unit, **above[key], MaPhuongXa=unit.code, TenPhuongXa=spoiled(unit.code, unit.name))


def _above(register: Register, unit: Unit) -> Row:
    names = {"MaTinh": unit.province, "TenTinh": register.name("province", unit.province)}
    if unit.district:
        names |= {"MaQuanHuyen": unit.district, "TenQuanHuyen": register.name("district", unit.district)}
    return names


def _row(unit: Unit, **columns: str) -> Row:
    return columns | {"LoaiHinh": unit.kind}


_PROVINCE = ("MaTinh", "TenTinh")
_DISTRICT = (*_PROVINCE, "MaQuanHuyen", "TenQuanHuyen")

TABLES = {
    "DanhMucTinh": Table((*_PROVINCE, "LoaiHinh"), _provinces),
    "DanhMucQuanHuyen": Table((*_DISTRICT, "LoaiHinh"), _districts),
    "DanhMucPhuongXa": Table((*_DISTRICT, "MaPhuongXa", "TenPhuongXa", "LoaiHinh"), _communes),
}
