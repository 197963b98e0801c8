"""lineage.jsonld, read as RDF: every version names the batches, runs, mappings and contract that it was made from, and nobody."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import PROV

from gateway.publish import origins
from gateway.publish.check import check
from gateway.publish.contract import load_contracts
from gateway.publish.lineage import FILE
from gateway.publish.sets import publish
from gateway.publish.switching import Published
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House, replace_in
from tests.helpers.server import Server

# rdflib 7's own reader of JSON-LD uses a class that rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

CONTRACTS = {contract.name: contract for contract in load_contracts(ROOT / "schemas")}
DECIDED_HERE = {"crosswalk"}
"""Made of what people and matching decided; no batch and no list brought a row of it."""

CHANGE = """
    update core.dossier set status_code = '8'
    where dossier_id = (select min(dossier_id) from core.dossier where issuer = 'province')"""
SOURCES = {
    "dossier_status": "select distinct batch_id from core.dossier where issuer = 'province'",
    "procedure_time": "select distinct batch_id from core.procedure where issuer = 'national'",
    "agency_directory": "select distinct batch_id from core.agency where issuer in ('national', 'province')",
    "sync_health": "select max(batch_id) from ops.batch group by portal, stream",
}
LIST = """
    insert into xref.code_snapshot (kind, issuer, as_of, file_name, file_sha256, row_count, uncoded_count)
        values ('unit', 'ministry', '2026-01-01', 'units.csv', 'f0', 1, 0);
    insert into xref.code_entity (kind, issuer) values ('unit', 'ministry');
    insert into xref.code_version (entity_id, kind, issuer, code, name, valid_from, snapshot_id)
        values (1, 'unit', 'ministry', '0001', 'Xã 1', '2025-07-01', 1)"""


@pytest.fixture(scope="module")
def night(new_house: NewHouse) -> House:
    """Two nights of both portals, of which the second changed little, and a list of units."""
    house = new_house()
    with running_sandbox("--dossiers", "100", "--procedures", "20") as sandbox:
        house.connect_to(sandbox)
        house.night()
        house.night()
    house.execute(LIST)
    return house


@pytest.fixture(scope="module")
def published(night: House, server: Server) -> dict[str, Published]:
    """Every set that has rows, by its name."""
    house = House(server.url(server.copy(night.database)), night.place)
    with house.engine() as engine:
        done = [publish(engine, contract, house.place / "datasets") for contract in CONTRACTS.values()]
    return {each.dataset: each for each in done if each.is_new}


def lineage(version: Published) -> Graph:
    """The file of a version as RDF. It names no context on a network."""
    return Graph().parse(data=(version.folder / FILE).read_text("utf-8"), format="json-ld")


def node(kind: str, *parts: object) -> URIRef:
    return URIRef(f"x-gateway:{kind}/{'/'.join(map(str, parts))}")


def told(graph: Graph, thing: URIRef, word: str) -> Any:
    """What a node says in our own words."""
    value = graph.value(thing, URIRef(f"x-gateway:term/{word}"))
    return value.toPython() if isinstance(value, Literal) else None


def sources(graph: Graph, version: Published, kind: str) -> set[int]:
    """The numbers of the batches or lists that a version is derived from."""
    start = f"x-gateway:{kind}/"
    found = graph.objects(node("set", version.dataset, version.version), PROV.wasDerivedFrom)
    return {int(each.removeprefix(start)) for each in map(str, found) if each.startswith(start)}


def links(graph: Graph) -> Iterator[tuple[URIRef, URIRef]]:
    """Every statement of PROV that leads from a node to a node."""
    for _, word, end in graph:
        if isinstance(end, URIRef) and str(word).startswith(str(PROV)):
            yield URIRef(str(word)), end


def test_every_link_leads_to_something_in_the_file(published: dict[str, Published]) -> None:
    assert len(published) >= 8
    for version in published.values():
        graph = lineage(version)
        typed = set(graph.subjects(RDF.type))
        used = list(links(graph))
        assert {PROV.wasDerivedFrom, PROV.wasGeneratedBy, PROV.wasAssociatedWith} <= {word for word, _ in used}
        assert [end for _, end in used if end not in typed] == [], version.dataset


def test_a_version_is_derived_from_the_batches_its_rows_name(night: House, published: dict[str, Published]) -> None:
    for dataset, query in SOURCES.items():
        named = set(night.column(query))
        newest = night.column(
            "select max(batch_id) from ops.batch where portal || '/' || stream = any(:streams) group by portal, stream",
            streams=list(CONTRACTS[dataset].streams),
        )
        assert sources(lineage(published[dataset]), published[dataset], "batch") == named | set(newest), dataset


def test_a_batch_says_what_it_brought_and_by_which_mapping(night: House, published: dict[str, Published]) -> None:
    columns = ("batch_id", "run_id", "portal", "stream", "mode", "mapping_sha256", "page_count", "read_count")
    counts = ("new_count", "changed_count", "unchanged_count", "quarantined_count")
    held = {row[0]: row[1:] for row in night.rows(f"select {', '.join((*columns, *counts))} from ops.batch")}
    graph = lineage(published["procedure_catalogue"])
    numbers = sources(graph, published["procedure_catalogue"], "batch")
    assert numbers
    for number in numbers:
        batch = node("batch", number)
        run = graph.value(batch, PROV.wasGeneratedBy)
        assert run == node("run", held[number][0])
        assert tuple(told(graph, batch, word) for word in (*columns[2:], *counts)) == held[number][1:]
        assert graph.value(run, PROV.wasAssociatedWith) == node("code", "0.1.0")
        assert graph.value(batch, PROV.wasAttributedTo) == node("portal", "national")


def test_the_contract_is_named_with_its_version_and_hash(published: dict[str, Published]) -> None:
    for version in published.values():
        graph, contract = lineage(version), CONTRACTS[version.dataset]
        plan = node("contract", version.dataset, contract.version)
        kept = (version.folder / contract.path.name).read_bytes()
        assert told(graph, plan, "file_sha256") == hashlib.sha256(kept).hexdigest()
        made = node("set", version.dataset, version.version)
        assert (made, PROV.wasDerivedFrom, plan) in graph
        if contract.is_guarded:  # its rows lie in no file
            continue
        rows = (version.folder / f"{version.dataset}.jsonl").read_bytes()
        assert told(graph, made, "rows_sha256") == hashlib.sha256(rows).hexdigest()


def test_codes_come_from_their_lists(published: dict[str, Published]) -> None:
    version = published["code_history"]
    graph = lineage(version)
    assert sources(graph, version, "list") == {1}
    assert [told(graph, node("list", 1), word) for word in ("issuer", "as_of", "file_sha256")] == [
        "ministry",
        "2026-01-01",
        "f0",
    ]


@pytest.fixture
def house(night: House, tmp_path: Path, server: Server) -> House:
    """The same nights, nothing published, in a database of a test's own."""
    return House(server.url(server.copy(night.database)), tmp_path)


def test_a_version_names_the_one_it_revises(house: House) -> None:
    first = house.publish("dossier_status")
    house.execute(CHANGE)
    second = house.publish("dossier_status")
    made = node("set", "dossier_status", second.version)
    assert lineage(second).value(made, PROV.wasRevisionOf) == node("set", "dossier_status", first.version)
    assert list(lineage(first).triples((None, PROV.wasRevisionOf, None))) == []


def test_a_replay_is_derived_from_the_batch_it_read_again(house: House) -> None:
    house.replay("province", stream="agencies")
    [replayed, again] = house.rows("select max(batch_id), max(source_batch_id) from ops.batch")[0]
    version = house.publish("agency_directory")
    graph = lineage(version)
    assert replayed in sources(graph, version, "batch")
    assert graph.value(node("batch", replayed), PROV.wasDerivedFrom) == node("batch", again)
    assert told(graph, node("batch", again), "page_count") >= 1


def test_many_batches_are_named_up_to_a_bound_and_then_counted(house: House) -> None:
    """Each dossier from a batch of its own, as after months of changes."""
    house.execute("""
        insert into ops.batch (run_id, portal, stream, mode, state, page_count, read_count, new_count, mapping_sha256)
        select 1, 'province', 'dossiers', 'incremental', 'loaded', 2, 1, 1, 'm' from generate_series(1, 110);
        update core.dossier set batch_id = (select max(batch_id) from ops.batch) - dossier_number
        from (select dossier_id as id, row_number() over () as dossier_number from core.dossier where issuer = 'province') as n
        where id = dossier_id""")
    version = house.publish("dossier_event")
    graph = lineage(version)
    named = sources(graph, version, "batch")
    assert len(named) == origins.MOST
    assert max(named) == house.value("select max(batch_id) from ops.batch")
    earlier = node("batches", "province", "dossiers")
    assert (node("set", version.dataset, version.version), PROV.wasDerivedFrom, earlier) in graph
    all_of_them = house.value("""
        select count(*) from (select batch_id from core.dossier where issuer = 'province' union select e.batch_id
            from core.dossier_event e join core.dossier d using (dossier_id) where d.issuer = 'province'
            union select max(batch_id) from ops.batch) as named""")
    assert told(graph, earlier, "batch_count") == all_of_them - origins.MOST
    assert told(graph, earlier, "last_batch_id") < min(named)
    typed = set(graph.subjects(RDF.type))
    assert [end for _, end in links(graph) if end not in typed] == []


def test_the_data_package_lists_it_with_its_checksum(published: dict[str, Published]) -> None:
    for version in published.values():
        if CONTRACTS[version.dataset].is_guarded:
            continue
        package = json.loads((version.folder / "datapackage.json").read_text("utf-8"))
        [listed] = [each for each in package["resources"] if each["path"] == FILE]
        assert listed["hash"] == f"sha256:{hashlib.sha256((version.folder / FILE).read_bytes()).hexdigest()}"
        assert listed["format"] == "jsonld"
        assert [each["path"] for each in (package["resources"][0], package["resources"][-1])] == [
            f"{version.dataset}.csv",
            FILE,
        ]


def test_it_names_no_person_and_no_address(night: House, published: dict[str, Published]) -> None:
    names = night.column("select distinct applicant_name from core.dossier where applicant_name is not null")
    codes = night.column("select dossier_code from core.dossier")
    portals = [json.loads(each)["host"] for each in night.connections.values()]
    assert len(names) > 20
    for version in published.values():
        text = (version.folder / FILE).read_text("utf-8")
        assert [each for each in (*names, *codes, *portals, "127.0.0.1", "command") if each in text] == []


def test_a_contract_says_what_its_rows_come_from() -> None:
    assert {name for name, contract in CONTRACTS.items() if not contract.sources} == DECIDED_HERE


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select batch_id, 1 as one from core.dossier", "the query of sources gives batch_id, one"),
        ("select dossier_code from core.dossier", "the query of sources gives dossier_code"),
        ("select batch_id from core.dossiers", 'the query of sources fails: relation "core.dossiers" does not exist'),
    ],
)
def test_a_contract_whose_sources_are_none_is_refused(night: House, tmp_path: Path, query: str, says: str) -> None:
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    path = tmp_path / "schemas" / "datasets" / "dossier_status.odcs.yaml"
    replace_in(path, "          select d.batch_id from core.dossier d where", f"          {query} d where")
    with night.engine() as engine:
        [mistake] = check(path, engine, tmp_path / "none")
    assert mistake.what == says


def test_a_person_asks_where_a_version_comes_from(house: House) -> None:
    version = house.publish("procedure_time")
    made, revises, columns, *rows = house.done("explain", "set", "procedure_time").splitlines()
    assert (made, revises) == (f"version\t{version.version}", "revises\t")
    told_rows = [dict(zip(columns.split("\t"), row.split("\t"), strict=True)) for row in rows]
    assert told_rows[0]["source"] == "x-gateway:contract/procedure_time/1.0.0"
    assert {(row["portal"], row["stream"]) for row in told_rows[1:]} == {("national", "procedures")}
    document = json.loads(house.done("explain", "set", "procedure_time", version.version, "--json"))
    assert document == json.loads((version.folder / FILE).read_text("utf-8"))
    ended = house.gateway("explain", "set", "procedure_time", "20200101T000000Z-00000000")
    assert ended.returncode == 2
    assert f"procedure_time 20200101T000000Z-00000000 has no {FILE}" in ended.stderr
