"""The agency tree of one two-tier province, Đắk Lắk (H15): real names, codes in the old and in the new style."""

from dataclasses import dataclass

from sandbox.world.chance import object_id
from sandbox.world.facts import table
from sandbox.world.procedure import Procedure

LEVELS = {
    "province": "Tỉnh/ Thành phố",
    "department": "Sở",
    "central": "Cơ quan ngành dọc",
    "unit": "Đơn vị trực thuộc",
    "commune": "Phường/ Xã",
}


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency; a code is empty where the province gave none, `status` 0 means dissolved in the 2025 mergers."""

    key: str
    old_code: str
    new_code: str
    name: str
    parent: str
    level: str
    status: int

    @property
    def id(self) -> str:
        """Its id in the one-stop portal, 24 hexadecimal digits."""
        return object_id("agency", self.key)

    def code(self, old_style: bool) -> str:
        """`000.00.16.H15` or `H15.16`, whichever style is asked for; the other one when it has only that."""
        return (self.old_code or self.new_code) if old_style else (self.new_code or self.old_code)


class Agencies:
    """All agencies of the province, and which of them handles a procedure."""

    def __init__(self) -> None:
        self.all = [_from_row(row) for row in table("agencies.tsv")]
        self.by_key = {agency.key: agency for agency in self.all}
        self.communes = [agency for agency in self.all if agency.level == "commune"]
        self._by_field = {row["field"]: row["office"] for row in table("field_offices.tsv")}
        self._by_ministry = {row["name"]: row["department"] for row in table("ministries.tsv")}

    def provincial_office(self, procedure: Procedure) -> Agency:
        """The provincial office for a procedure: by field, else by ministry, else the one-stop centre."""
        key = self._by_field.get(procedure.fields[0] if procedure.fields else "")
        return self.by_key[key or self._by_ministry.get(procedure.ministry, "TT")]


def _from_row(row: dict[str, str]) -> Agency:
    return Agency(
        key=row["key"],
        old_code=row["old_code"],
        new_code=row["new_code"],
        name=row["name"],
        parent=row["parent"],
        level=row["level"],
        status=int(row["status"]),
    )
