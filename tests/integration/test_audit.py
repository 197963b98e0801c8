"""The audit chain shows every entry that was changed, removed, moved or cut off, at that entry."""

from __future__ import annotations

import base64
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from connectors.errors import ExplainedError
from gateway.access import chain
from tests.conftest import NewHouse
from tests.helpers.house import SECRET, House, said
from tests.helpers.server import Server

ENTRIES = 300
SECRETS = (base64.b64decode(SECRET),)
NEW = base64.b64encode(bytes(range(32, 64))).decode()


@pytest.fixture(scope="module")
def written(new_house: NewHouse) -> House:
    """Three hundred reads of three agencies, written down."""
    house = new_house()
    with house.engine() as engine:
        for number in range(ENTRIES):
            _append(engine, number)
    return house


@pytest.fixture
def house(written: House, server: Server) -> House:
    """The same log in a database of a test's own."""
    return House(server.url(server.copy(written.database)), written.place)


def _append(engine: Engine, number: int, secrets: tuple[bytes, ...] = SECRETS) -> None:
    act = chain.Act(f"consumer agency-{number % 3}", "read rows", "dossier_status", {"rows": number, "đơn vị": "H15"})
    with engine.begin() as connection:
        chain.append(connection, secrets, act)


def _tamper(house: House, statement: str) -> None:
    """As the database's owner can, who may switch the trigger off."""
    house.execute(f"alter table ops.audit disable trigger all; {statement}; alter table ops.audit enable trigger all")


def _breaches(house: House, noted: str = "") -> list[tuple[int, str]]:
    with house.engine() as engine, engine.connect() as connection:
        found = chain.verify(connection, SECRETS, noted)
    return [(each.entry_id, each.what) for each in found.breaches]


def test_a_whole_chain_is_whole(house: House) -> None:
    told = house.done("audit", "verify")
    assert told.startswith(f"{ENTRIES} entries\thead {ENTRIES}:")
    noted = told.split()[-1]
    assert house.done("audit", "verify", "--head", noted) == told


CHANGES = {
    "at": "at + interval '1 microsecond'",
    "actor": "'consumer agency-9'",
    "action": "'read'",
    "subject": "'dossier_event'",
    "detail": "detail || ' '",
    "sealed_by": "'0000000000000000'",
    "seal": "set_byte(seal, 31, get_byte(seal, 31) # 1)",
}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("entry", [1, 2, 150, ENTRIES])
def test_a_changed_entry_is_found_there(house: House, column: str, entry: int) -> None:
    _tamper(house, f"update ops.audit set {column} = {CHANGES[column]} where entry_id = {entry}")
    found = _breaches(house)
    assert found[0][0] == entry
    assert len(found) == (2 if column == "seal" and entry < ENTRIES else 1), "none but it and what follows its seal"


def test_a_removed_entry_is_found_there(house: House) -> None:
    _tamper(house, "delete from ops.audit where entry_id between 7 and 9")
    assert _breaches(house) == [(7, "entries 7 to 9 were removed")]


def test_a_removed_entry_whose_gap_was_closed_is_found(house: House) -> None:
    _tamper(
        house,
        "delete from ops.audit where entry_id = 7; "
        "update ops.audit set entry_id = -entry_id where entry_id > 7; "
        "update ops.audit set entry_id = -entry_id - 1 where entry_id < 0",
    )
    assert _breaches(house)[0] == (7, "it does not follow the entry before it")


def test_entries_that_changed_places_are_found(house: House) -> None:
    _tamper(
        house,
        "update ops.audit set entry_id = -entry_id where entry_id in (20, 21); "
        "update ops.audit set entry_id = 41 + entry_id where entry_id < 0",
    )
    assert {entry for entry, _ in _breaches(house)} >= {20, 21}


def test_entries_cut_off_the_end_show_against_a_noted_head(house: House) -> None:
    noted = house.done("audit", "verify").split()[-1]
    _tamper(house, f"delete from ops.audit where entry_id > {ENTRIES - 5}")
    assert _breaches(house) == [], "the chain itself cannot know that it went on"
    ended = house.gateway("audit", "verify", "--head", noted)
    assert ended.returncode == 4
    [line] = said(ended)
    assert f"audit entry {ENTRIES}: the noted head {noted} is not in the chain" in line


def test_an_entry_forged_without_the_secret_key_is_found_and_what_else_is_broken_too(house: House) -> None:
    with house.engine() as engine:
        _append(engine, 1, (bytes(32), *SECRETS))
    _tamper(
        house,
        "update ops.audit set actor = 'x' where entry_id = 3; update ops.audit set sealed_by = 'x' where entry_id = 5",
    )
    ended = house.gateway("audit", "verify")
    assert ended.returncode == 4
    assert [re.search(r"audit entry (\d+)", line)[1] for line in said(ended)] == ["3", "5", str(ENTRIES + 1)]  # type: ignore[index]


@pytest.mark.parametrize(
    "statement", ["update ops.audit set actor = ''", "delete from ops.audit where entry_id = 300", "truncate ops.audit"]
)
def test_the_database_lets_nobody_change_the_log(house: House, statement: str) -> None:
    with pytest.raises(ExplainedError):
        house.execute(statement)
    assert _breaches(house) == []


def test_a_rotated_secret_key_goes_on_with_the_chain(house: House) -> None:
    house.secret = f"{NEW},{SECRET}"
    house.done("keys", "add", "justice-department", "Sở Tư pháp")
    assert house.done("audit", "verify").startswith(f"{ENTRIES + 1} entries")
    with house.engine() as engine:
        _append(engine, 1, (*SECRETS, base64.b64decode(NEW)))
    ended = house.gateway("audit", "verify")
    assert ended.returncode == 4
    assert f"audit entry {ENTRIES + 2}: it was sealed with a key that had been replaced before" in said(ended)[0]
    house.secret = NEW
    *shown, last = said(house.gateway("audit", "verify"))
    assert len(shown) == 20
    assert "no key of GATEWAY_SECRET_KEY has the fingerprint" in shown[0]
    assert last.startswith("gateway: and ")


def test_writers_side_by_side_make_one_chain(house: House) -> None:
    with house.engine() as engine, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: _append(engine, number), range(80)))
    assert _breaches(house) == []
    assert house.value("select max(entry_id) from ops.audit") == ENTRIES + 80
