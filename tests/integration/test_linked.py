"""The catalogue for other catalogues: DCAT-AP and CPSV-AP, as pySHACL and a plain reader of RDF see them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from gateway.linked.words import CPSV, CV
from gateway.publish.contract import load_contracts
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House
from tests.helpers.judging import broken_shapes, needs_judges

REAL = ROOT.parent / "shared" / "data" / "tthc_catalogue.csv"
BASE = "https://data.example.vn"
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
"""rdflib's own reader of JSON-LD uses it."""

FILES = ("catalogue.ttl", "catalogue.jsonld", "services.ttl", "services.jsonld")


def _publish(house: House) -> None:
    house.done("publish", GATEWAY_PUBLIC_URL=f"{BASE}/")


@pytest.fixture(scope="module")
def published(new_house: NewHouse) -> House:
    """Forty procedures of a simulated night, and what others can harvest of them."""
    house = new_house()
    with running_sandbox("--dossiers", "60", "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        house.night()
    house.execute("""insert into core.procedure_agency (procedure_id, ordinal, role, agency_code, agency_name)
        select min(procedure_id), o, case o when 0 then 'executing' else 'coordinating' end, 'H15.' || o, 'Sở ' || o
        from core.procedure, generate_series(0, 1) o where issuer = 'national' group by o""")
    _publish(house)
    return house


def _graph(house: House, name: str) -> Graph:
    form = {"ttl": "turtle", "jsonld": "json-ld"}[name.rpartition(".")[2]]
    return Graph().parse(house.place / "datasets" / name, format=form)


@needs_judges
@pytest.mark.parametrize("name", FILES)
def test_no_shape_is_broken(published: House, name: str) -> None:
    assert broken_shapes(published.place / "datasets" / name) == []


@needs_judges
def test_a_broken_shape_would_be_seen(published: House, tmp_path: Path) -> None:
    for name, whole, left in (
        ("catalogue.ttl", " a dcat:Dataset ;", "dct:title"),
        ("services.ttl", " a cpsv:PublicService ;", "dct:description"),
    ):
        text = (published.place / "datasets" / name).read_text("utf-8")
        assert whole in text
        (tmp_path / name).write_text(text.replace(f"{left} ", "dct:abstract "), "utf-8")
        assert broken_shapes(tmp_path / name)


def test_both_forms_say_the_same(published: House) -> None:
    for name in ("catalogue", "services"):
        assert set(_graph(published, f"{name}.ttl")) == set(_graph(published, f"{name}.jsonld"))


def test_every_published_set_and_file_is_in_the_catalogue(published: House) -> None:
    graph = _graph(published, "catalogue.ttl")
    home = published.place / "datasets"
    sets = {path.name for path in home.iterdir() if path.is_dir()}
    assert {str(name) for name in graph.objects(None, DCTERMS.identifier)} >= sets
    assert len(list(graph.objects(URIRef(f"{BASE}/catalogue"), DCAT.dataset))) == len(sets) > 10
    for address in graph.objects(None, DCAT.downloadURL):
        name, version, file = (
            str(address).removeprefix(f"{BASE}/v1/sets/").replace("versions/", "").replace("files/", "").split("/")
        )
        assert (home / name / version / file).stat().st_size == int(graph.value(address, DCAT.byteSize) or 0)


def test_who_may_read_is_said(published: House) -> None:
    graph = _graph(published, "catalogue.ttl")
    for contract in load_contracts(ROOT / "schemas"):
        right = graph.value(URIRef(f"{BASE}/v1/sets/{contract.name}"), DCTERMS.accessRights)
        is_open = {column.classification for column in contract.columns} == {"open"}
        assert right is None or str(right).endswith("/PUBLIC" if is_open else "/RESTRICTED")


def test_every_procedure_in_force_is_a_service_with_its_parts(published: House) -> None:
    graph = _graph(published, "services.ttl")
    codes = published.column("select procedure_code from core.procedure_listing where issuer = 'national'")
    assert {str(graph.value(each, DCTERMS.identifier)) for each in graph.subjects(RDF.type, CPSV.PublicService)} == set(
        codes
    )
    kinds = Counter(graph.objects(None, RDF.type))
    for part, kind in (("component", CV.Evidence), ("fee", CV.Cost)):
        count = published.value(
            f"select count(*) from core.procedure_{part} join core.procedure using (procedure_id) where issuer = 'national'"
        )
        assert kinds[kind] == count > 0


def test_an_agency_is_the_authority_or_takes_part(published: House) -> None:
    graph = _graph(published, "services.ttl")
    code = published.value(
        "select min(procedure_code) from core.procedure join core.procedure_agency using (procedure_id) where issuer = 'national'"
    )
    service = URIRef(f"{BASE}/procedures/{code}")
    assert list(graph.objects(service, CV.hasCompetentAuthority)) == [URIRef(f"{BASE}/agencies/H15.0")]
    [part] = graph.objects(service, CV.hasParticipation)
    assert graph.value(part, CV.hasParticipant) == URIRef(f"{BASE}/agencies/H15.1")


def test_a_limit_of_working_days_is_never_a_duration(published: House) -> None:
    graph = _graph(published, "services.ttl")
    units = Counter(str(unit) for unit in graph.objects(None, URIRef(f"{BASE}/terms#unit")))
    times = published.rows("""select duration_unit, count(*) from core.procedure_time join core.procedure using (procedure_id)
        where issuer = 'national' and duration_unit is not null group by 1""")
    assert units == dict(times)
    assert units["working-day"]
    assert not [each for each in graph.objects() if isinstance(each, Literal) and "duration" in str(each.datatype)]
    assert not [each for each in graph.objects() if str(each).startswith("P") and str(each).endswith("D")]


def test_nothing_is_written_again_until_a_set_changes(published: House) -> None:
    home = published.place / "datasets"
    before = {name: (home / name).stat().st_mtime_ns for name in FILES}
    _publish(published)
    assert {name for name in FILES if (home / name).stat().st_mtime_ns == before[name]} >= {
        "services.ttl",
        "services.jsonld",
    }
    published.execute(
        "update core.procedure_listing set procedure_name = procedure_name || ' (sửa)' where issuer = 'national'"
    )
    _publish(published)
    assert all((home / name).stat().st_mtime_ns != before[name] for name in FILES)
    assert any(str(title).endswith("(sửa)") for title in _graph(published, "services.ttl").objects(None, DCTERMS.title))


def test_without_an_address_there_is_no_catalogue(new_house: NewHouse, tmp_path: Path) -> None:
    house = new_house()
    house.done("publish")
    assert not list((house.place / "datasets").glob("*.ttl"))


@needs_judges
@pytest.mark.long
@pytest.mark.skipif(not REAL.exists(), reason="the real catalogue is not here: shared/data/tthc_catalogue.csv")
def test_every_procedure_of_a_real_catalogue(new_house: NewHouse) -> None:
    house = new_house()
    with running_sandbox("--dossiers", "60", "--catalogue", str(REAL)) as sandbox:
        house.connect_to(sandbox)
        house.night("national")
    _publish(house)
    listed = house.value("select count(*) from core.procedure_listing where issuer = 'national'")
    graph = _graph(house, "services.ttl")
    assert len(list(graph.subjects(RDF.type, CPSV.PublicService))) == listed == 2642
    assert broken_shapes(house.place / "datasets" / "services.ttl") == []
