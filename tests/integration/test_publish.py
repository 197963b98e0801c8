"""Shared sets: whole versions, switched at once, unchanged ones not written again, nobody's name in them."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest

from gateway.errors import StoreError
from gateway.publish.all_sets import made_since
from gateway.publish.contract import load_contracts
from gateway.store.core import metadata
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House, replace_in, said
from tests.helpers.server import Server

SETS = ("dossier_status", "procedure_catalogue")
NAMES = ", ".join(contract.name for contract in load_contracts(ROOT / "schemas"))
CHANGE = """
    update core.dossier set status_code = '8'
    where dossier_id = (select min(dossier_id) from core.dossier where issuer = 'province')"""


@pytest.fixture(scope="module")
def night(new_house: NewHouse) -> House:
    """Both portals synchronised."""
    house = new_house()
    with running_sandbox("--dossiers", "500", "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        house.night()
    return house


@pytest.fixture(scope="module")
def published(night: House, server: Server) -> Path:
    """The data sets' folder after the first publish."""
    house = House(server.url(server.copy(night.database)), night.place)
    assert said(house.gateway("publish")) == []
    return house.place / "datasets"


@pytest.fixture
def house(night: House, tmp_path: Path, server: Server) -> House:
    """The same night, nothing published, in a database of a test's own."""
    return House(server.url(server.copy(night.database)), tmp_path)


@pytest.mark.parametrize("dataset", SETS)
def test_all_formats_hold_the_same_rows(dataset: str, published: Path) -> None:
    latest = published / dataset / "latest"
    lines = [json.loads(line) for line in (latest / f"{dataset}.jsonl").read_text("utf-8").splitlines()]
    with (latest / f"{dataset}.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    columns = pq.read_table(latest / f"{dataset}.parquet").to_pylist()
    assert len(lines) == {"dossier_status": 500, "procedure_catalogue": 40}[dataset]
    assert [{name: _cell(value) for name, value in row.items()} for row in lines] == table
    assert [{name: _plain(value) for name, value in row.items()} for row in columns] == lines


def _cell(value: Any) -> str:
    """A JSON value as the CSV writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def _plain(value: Any) -> Any:
    """A Parquet value as JSON writes it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("dataset", SETS)
def test_the_data_package_tells_the_truth(dataset: str, published: Path) -> None:
    latest = published / dataset / "latest"
    package = json.loads((latest / "datapackage.json").read_text("utf-8"))
    assert {resource["path"] for resource in package["resources"]} == {path.name for path in latest.iterdir()} - {
        "datapackage.json"
    }
    for resource in package["resources"]:
        content = (latest / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    [table] = [resource for resource in package["resources"] if resource["format"] == "csv"]
    with (latest / table["path"]).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert [field["name"] for field in table["schema"]["fields"]] == header
    assert table["rows"] == len(rows)
    assert package["version"] == (published / dataset / "latest").readlink().name


def test_nobody_is_named_in_any_file(night: House, published: Path) -> None:
    names = {name.encode() for name in night.column("select distinct applicant_name from core.dossier")}
    assert len(names) > 100
    files = [path for path in published.rglob("*") if path.is_file()]
    assert len(files) >= 5 * len(SETS)
    for path in files:
        content = path.read_bytes()
        if path.suffix == ".parquet":  # compressed: look at what a reader sees
            content = repr(pq.read_table(path).to_pylist()).encode()
        if path.suffix == ".xlsx":
            with ZipFile(path) as zipped:
                content = b"".join(zipped.read(part) for part in zipped.namelist())
        assert not [name for name in names if name in content], path.name


def test_no_contract_asks_for_a_personal_column_as_if_it_were_none() -> None:
    personal = [
        (table.fullname, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.info.get("personal")
    ]
    assert ("core.dossier", "applicant_name") in personal
    for contract in load_contracts(ROOT / "schemas"):
        assert not {name for _, name in personal} & {each.name for each in contract.columns if not each.is_guarded}
        assert contract.is_guarded or not [
            name for table, name in personal if table in contract.query and name in contract.query
        ]


def test_unchanged_rows_are_no_new_version(house: House) -> None:
    first = house.publish("dossier_status")
    again = house.publish("dossier_status")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.version == first.version
    assert house.column("select version from ops.publication") == [first.version]
    assert _versions(house) == [first.version]


def test_what_an_earlier_try_has_published_counts_as_made_in_this_run(house: House) -> None:
    begun = datetime.now(UTC)
    first, unpublished = house.publish("dossier_status"), house.publish("discrepancy")
    again = house.publish("dossier_status")
    assert (first.is_new, again.is_new, unpublished.version) == (True, False, "")
    assert made_since(begun, [again, unpublished]) == [again]
    assert made_since(begun + timedelta(minutes=1), [again, unpublished]) == []


def test_changed_rows_are_a_new_version_beside_the_old(house: House) -> None:
    first = house.publish("dossier_status")
    before = (first.folder / "dossier_status.jsonl").read_bytes()
    house.execute(CHANGE)
    second = house.publish("dossier_status")
    assert second.is_new
    assert _latest(house) == second.version
    assert (first.folder / "dossier_status.jsonl").read_bytes() == before
    assert len(_versions(house)) == 2


def test_the_change_file_tells_what_came_went_and_differs(house: House) -> None:
    first = house.publish("dossier_status")
    assert not (first.folder / "dossier_status.changes.jsonl").exists()
    codes = house.column(
        "select dossier_code from core.dossier where issuer = 'province' order by dossier_code collate \"C\""
    )
    gone, renamed, changed = codes[0], codes[200], codes[-1]
    house.execute(
        f"update core.dossier set valid_to = '2026-01-01' where dossier_code = '{gone}' and issuer = 'province'"
    )
    house.execute(
        f"update core.dossier set dossier_code = 'Ố-1' where dossier_code = '{renamed}' and issuer = 'province'"
    )
    house.execute(
        f"update core.dossier set agency_name = 'Sở Mới' where dossier_code = '{changed}' and issuer = 'province'"
    )
    second = house.publish("dossier_status")
    lines = (second.folder / "dossier_status.changes.jsonl").read_text("utf-8").splitlines()
    told = {each["dossier_code"]: each for each in map(json.loads, lines)}
    assert {code: each["change"] for code, each in told.items()} == {
        gone: "removed",
        renamed: "removed",
        changed: "changed",
        "Ố-1": "added",
    }
    assert told[changed]["after"] == {"agency_name": "Sở Mới"}
    assert told[changed]["before"].keys() == {"agency_name"}
    assert told["Ố-1"]["after"]["status_code"] == told[renamed]["before"]["status_code"]
    package = json.loads((second.folder / "datapackage.json").read_text("utf-8"))
    assert package["changes"] == {"since": first.version, "added": 1, "removed": 2, "changed": 1}


def test_versions_are_kept_as_long_as_the_contract_says(house: House) -> None:
    schemas = house.place / "schemas"
    shutil.copytree(ROOT / "schemas", schemas)
    contract = schemas / "datasets" / "dossier_status.odcs.yaml"
    replace_in(contract, "value: 1, unit: d}]", "value: 1, unit: d}, {property: retention, value: 30, unit: d}]")
    first = house.publish("dossier_status", schemas)
    old, young = (f"{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%SZ}-00000000" for days in (31, 29))
    for name in (old, young):
        first.folder.with_name(name).mkdir()
    house.publish("dossier_status", schemas)
    assert _versions(house) == sorted([young, first.version])
    house.publish("dossier_status")
    assert young in _versions(house)


def test_a_clock_that_cannot_be_counted_keeps_no_other_set_from_its_readers(house: House) -> None:
    rules = house.own_mappings() / "calendar" / "service_levels.yaml"
    replace_in(rules, "  measures: step\n", "  measures: steps\n")
    ended = house.gateway("publish", "service_level", "dossier_status")
    assert ended.returncode == 2
    assert [f"{rules}:" in line for line in said(ended)] == [True]
    assert house.value("select count(*) from ops.service_level") == 0
    assert house.column("select dataset from ops.publication") == ["dossier_status"]
    replace_in(rules, "  measures: steps\n", "  measures: step\n")
    assert said(house.gateway("publish", "service_level")) == []
    assert house.column("select dataset from ops.publication order by dataset") == ["dossier_status", "service_level"]


def test_a_reader_who_holds_a_version_keeps_it_whole(house: House) -> None:
    folder = house.publish("dossier_status").folder
    with (house.place / "datasets" / "dossier_status" / "latest" / "dossier_status.csv").open("rb") as reading:
        house.execute(CHANGE)
        house.publish("dossier_status")
        assert reading.read() == (folder / "dossier_status.csv").read_bytes()


BROKEN: dict[str, tuple[str, str, str]] = {
    "an empty required column": (
        "select dossier_code,",
        "select nullif(dossier_code, (select max(dossier_code) from core.dossier)) as dossier_code,",
        r"rule filled, column dossier_code: 1 rows, such as \(empty\); the last good",
    ),
    "an empty text in a required column": (
        "select dossier_code,",
        "select coalesce(nullif(dossier_code, (select max(dossier_code) from core.dossier)), '') as dossier_code,",
        r"rule filled, column dossier_code: 1 rows, such as \(empty\); the last good",
    ),
    "a key twice": (
        "from core.dossier where",
        "from (select * from core.dossier union all select * from core.dossier) twice where",
        "rule unique_key, column dossier_code: 500 rows, such as ",
    ),
    "a code of no list": (
        "dossier_code_national, status_code,",
        "dossier_code_national, '99' as status_code,",
        "rule of_code_list, column status_code: 500 rows, such as ",
    ),
    "a rule of the contract": (
        "    properties:\n",
        (
            '    quality: [{name: no_such_state, description: For this test., type: sql, mustBe: 0, query: "'
            'select count(*) from ${object} where status_code is not null"}]\n    properties:\n'
        ),
        "rule no_such_state: 500 rows, such as ",
    ),
    "other columns": (
        "select dossier_code,",
        "select 1 as one, dossier_code,",
        "the query does not give the declared columns",
    ),
}


@pytest.mark.parametrize("breach", BROKEN)
def test_a_broken_contract_leaves_the_last_version(breach: str, house: House) -> None:
    old, new, says = BROKEN[breach]
    good = house.publish("dossier_status")
    house.execute(CHANGE)
    schemas = house.place / "schemas"
    shutil.copytree(ROOT / "schemas", schemas)
    replace_in(schemas / "datasets" / "dossier_status.odcs.yaml", old, new)
    with pytest.raises(StoreError, match=says) as caught:
        house.publish("dossier_status", schemas)
    assert caught.value.exit_code == 4
    assert "dossier_status" in caught.value.where
    assert _latest(house) == good.version
    assert _versions(house) == [good.version]
    assert house.column("select version from ops.publication") == [good.version]


def test_a_set_that_cannot_be_published_keeps_no_other_from_its_readers(house: House) -> None:
    """Nor hides that it was not: the command says so, and ends with the error's code."""
    house.execute(CHANGE.replace("'8'", "'99'"))
    ended = house.gateway("publish")
    assert ended.returncode == 4
    [line] = [each for each in said(ended) if "dossier_status" in each]
    assert "rule of_code_list, column status_code: 1 rows, such as " in line
    published = set(house.column("select dataset from ops.publication"))
    assert {"dossier_event", "procedure_catalogue", "sync_health"} <= published
    assert "dossier_status" not in published


@pytest.mark.parametrize("amount", ["0.0000001", "1e32", "'NaN'"])
def test_a_number_that_a_file_would_round_is_refused(amount: str, house: House) -> None:
    house.execute(f"""
        update core.procedure_time set duration_amount = {amount} where (procedure_id, ordinal) =
            (select procedure_id, ordinal from core.procedure_time join core.procedure using (procedure_id)
            where issuer = 'national' limit 1)""")
    with pytest.raises(StoreError, match="rule exact, column duration_amount: 1 rows, such as "):
        house.publish("procedure_time")
    assert not (house.place / "datasets" / "procedure_time").exists()


def test_before_the_first_load_nothing_is_published(server: Server, tmp_path: Path) -> None:
    """An empty set would say that nothing exists."""
    house = House(server.url(server.database()), tmp_path)
    published = house.publish("procedure_catalogue")
    assert published.waits_for == ("national/procedure_list", "national/procedures", "national/decisions")
    assert not published.folder.exists()
    assert house.value("select count(*) from ops.publication") == 0


def test_a_data_set_nobody_knows(house: House) -> None:
    ended = house.gateway("publish", "dossiers")
    assert ended.returncode == 2
    assert said(ended) == [f"gateway: no data set dossiers → name one of {NAMES}"]


def _latest(house: House) -> str:
    return (house.place / "datasets" / "dossier_status" / "latest").readlink().name


def _versions(house: House) -> list[str]:
    return sorted(
        path.name for path in (house.place / "datasets" / "dossier_status").iterdir() if not path.is_symlink()
    )
