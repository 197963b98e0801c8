"""Two sets of invented people (`people`, `visits`) with columns of every class, roles, and a scope; and who may read them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from gateway.access import keys
from gateway.access.grants import Wanted, give
from gateway.config import load_settings
from gateway.publish.contract import load_contracts
from gateway.publish.switching import Published
from tests.helpers.house import ROOT, House

COLUMNS = {
    "people": {
        "code": ("string", "text", "shared"),
        "agency_code": ("string", "text", "shared"),
        "received_at": ("timestamp", "timestamptz", "shared"),
        "status": ("string", "text", "open"),
        "person_number": ("string", "text", "personal"),
        "full_name": ("string", "text", "personal"),
        "phone": ("string", "text", "personal"),
        "born_on": ("date", "date", "personal"),
        "note": ("string", "text", "restricted"),
    },
    "visits": {
        "visit": ("integer", "bigint", "shared"),
        "visited_on": ("date", "date", "shared"),
        "person_number": ("string", "text", "personal"),
        "seen_at": ("timestamp", "timestamptz", "restricted"),
    },
}
ROLES: dict[str, dict[str, dict[str, str]]] = {
    "people": {
        "counter": {},
        "clerk": {"person_number": "pseudonym", "full_name": "plain", "phone": "last_digits", "born_on": "year"},
        "officer": dict.fromkeys(("person_number", "full_name", "phone", "born_on", "note"), "plain"),
    },
    "visits": {"clerk": {"person_number": "pseudonym", "seen_at": "year"}},
}
SCOPES = {
    "people": {"agency": "agency_code", "issuer": "province", "period": "received_at"},
    "visits": {"period": "visited_on"},
}
KEYS = {"people": "code", "visits": "visit"}
AGENCIES = ("H33", "H33.1", "H33.1.1", "H33.2", "H34")
"""H33.1 and H33.2 are below H33, H33.1.1 is below H33.1. At the national portal H34 is, too: other agencies of the same codes."""

PEOPLE = """
    insert into public.people select 'P' || lpad(n::text, 3, '0'), (array['H33', 'H33.1', 'H33.1.1', 'H33.2', 'H34', null])[n % 6 + 1],
        timestamptz '2026-01-01T00:00:00+07:00' + n * interval '1 day', 'mới', lpad((99000000000 + n % 50)::text, 12, '0'),
        'Nguyễn Mẫu ' || n, '0900000' || lpad(n::text, 3, '0'), date '1960-01-01' + n * 30, 'ghi chú ' || n
    from generate_series(0, {last}) n"""
VISITS = """
    insert into public.visits select n, date '2026-01-01' + n, lpad((99000000000 + n % 50)::text, 12, '0'),
        timestamptz '2025-12-31T18:00:00Z' + n * interval '1 day' from generate_series(0, {last}) n"""
AGENCY = """
    insert into core.agency (issuer, agency_code, agency_name, parent_code, valid_from, source_hash, content_hash, batch_id)
    values ('{issuer}', '{code}', 'Cơ quan {code}', {parent}, '0001-01-01', '\\x00', '\\x00', 1)"""


class People:
    """The house with both sets, and agencies."""

    def __init__(self, house: House, count: int = 60) -> None:
        self.house = house
        self.schemas = house.place / "schemas"
        (self.schemas / "datasets").mkdir(parents=True)
        for name, columns in COLUMNS.items():
            self.write(name)
            house.execute(
                f"create table public.{name} ({', '.join(f'{each} {kind}' for each, (_, kind, _) in columns.items())})"
            )
        for statement in (PEOPLE, VISITS):
            house.execute(statement.replace("{last}", str(count - 1)).replace(":", "\\:").replace("\\:\\:", "::"))
        add_agencies(house)

    def write(self, name: str, **changes: Any) -> Path:
        """The contract of a set; changes: as below."""
        return write_contract(self.schemas / "datasets", name, **changes)

    def consumer(self, code: str) -> str:
        """A consumer, and a key of it."""
        return consumer(self.house, code)

    def grant(self, code: str, role: str, name: str = "people", **limits: Any) -> None:
        """A right of the consumer to a set of this house; limits: as those of Wanted."""
        grant(self.house, self.schemas, code, role, name, **limits)

    def publish(self, name: str = "people") -> Published:
        """Publish a set as it is now."""
        return self.house.publish(name, self.schemas)


def add_agencies(house: House) -> None:
    """Those of both issuers."""
    parents = {code: f"'{code.rpartition('.')[0]}'" if "." in code else "null" for code in AGENCIES}
    for code, parent in parents.items():
        house.execute(AGENCY.format(issuer="province", code=code, parent=parent))
    for code, parent in {"H33.1": "null", "H34": "'H33.1'"}.items():
        house.execute(AGENCY.format(issuer="national", code=code, parent=parent))


def write_contracts(folder: Path) -> list[Path]:
    """Those of both sets."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_contract(folder, name) for name in COLUMNS]


def write_contract(folder: Path, name: str, **changes: Any) -> Path:
    """The contract of a set; changes: of its members, as version="2.0.0", roles or scope as above."""
    said = yaml.safe_load((ROOT / "schemas/datasets/crosswalk.odcs.yaml").read_text("utf-8"))
    roles, scope = changes.pop("roles", ROLES[name]), changes.pop("scope", SCOPES[name])
    said |= {"id": name, "name": name, "roles": [_role(*each) for each in roles.items()], **changes}
    [table] = said["schema"]
    columns = [_column(name, each, *kinds) for each, kinds in COLUMNS[name].items()]
    table |= {"name": name, "quality": [], "properties": columns}
    query = {"property": "query", "value": f"select {', '.join(COLUMNS[name])} from public.{name}"}
    more = [{"property": "titleEn", "value": f"Set {name}"}]
    more += [{"property": "scope", "value": scope}] if scope else []
    table["customProperties"] = [{"property": "streams", "value": []}, query, *more]
    path = folder / f"{name}.odcs.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return path


def consumer(house: House, code: str) -> str:
    """A consumer, and a key of it."""
    with house.engine() as engine, engine.begin() as connection:
        keys.add(connection, code, f"Cơ quan {code}")
        return keys.issue(connection, code, timedelta(30)).key


def grant(house: House, schemas: Path, code: str, role: str, name: str, **limits: Any) -> None:
    """A right of a consumer to a set, by the contract in this folder."""
    [contract] = [each for each in load_contracts(schemas) if each.name == name]
    with house.engine() as engine, engine.begin() as connection:
        secrets = load_settings(house.environment).secret_keys
        give(connection, secrets, code, contract, Wanted(role, "12/TT-CSDL", **limits))


def with_key(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}


def _role(name: str, columns: dict[str, str]) -> dict[str, Any]:
    said = {"role": name, "access": "read", "description": f"The role {name}."}
    return {**said, "customProperties": [{"property": "columns", "value": columns}]} if columns else said


def _column(dataset: str, name: str, kind: str, _: str, classification: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": name,
        "businessName": f"Cột {name}",
        "description": f"The column {name}.",
        "logicalType": kind,
        "classification": classification,
        "customProperties": [{"property": "descriptionVi", "value": f"Cột {name}."}],
    }
    if name == KEYS[dataset]:
        said |= {"primaryKey": True, "primaryKeyPosition": 1, "required": True}
    return said
