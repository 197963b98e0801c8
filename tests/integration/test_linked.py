"""The catalogue for other catalogues: DCAT-AP and CPSV-AP, as pySHACL and a plain reader of RDF see them."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from shutil import copytree

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS

from gateway.linked.words import CPSV, CV
from gateway.linked.write import refresh
from gateway.publish.contract import load_contracts
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House, replace_in, said
from tests.helpers.judging import broken_shapes, needs_judges

REAL = ROOT.parent / "shared" / "data" / "tthc_catalogue.csv"
BASE = "https://data.example.vn"
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
"""rdflib's own reader of JSON-LD uses it."""

FIRST = "(select min(procedure_id) from core.procedure where issuer = 'national')"
PLANTED = (
    f"""insert into core.procedure_agency (procedure_id, ordinal, role, agency_code, agency_name)
        select {FIRST}, o, (array['executing', 'competent', 'coordinating'])[o + 1], 'H15.' || o, 'Sở ' || o
        from generate_series(0, 2) o""",
    """insert into core.procedure_agency (procedure_id, ordinal, role, agency_code, agency_name)
        select max(procedure_id), 0, 'executing', 'H15.0', 'Sở số không' from core.procedure where issuer = 'national'""",
    f"update core.procedure set keywords = 'mô phỏng; ví dụ, thử' where procedure_id = {FIRST}",
    f"""update core.procedure_component set document_url = 'http://[đang cập nhật]' where ordinal = 0 and procedure_id = {FIRST}""",
    f"""update core.procedure_component set document_url = 'http://x.vn/50% a[1].pdf' where ordinal = 1 and procedure_id = {FIRST}""",
    """update core.procedure_fee set currency = 'USD' where (procedure_id, ordinal) =
        (select max(procedure_id), 0 from core.procedure_fee join core.procedure using (procedure_id) where issuer = 'national'
        and amount is not null and ordinal = 0)""",
)

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
    for statement in PLANTED:
        house.execute(statement)
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
    said = {
        str(graph.value(node, DCTERMS.identifier)): right for node, right in graph.subject_objects(DCTERMS.accessRights)
    }
    contracts = {each.name: each for each in load_contracts(ROOT / "schemas")}
    for name, right in said.items():
        is_open = {column.classification for column in contracts[name].columns} == {"open"}
        assert str(right).endswith("/PUBLIC" if is_open else "/RESTRICTED")
    assert {str(right).rpartition("/")[2] for right in said.values()} == {"PUBLIC", "RESTRICTED"}


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


def _first(published: House) -> URIRef:
    return URIRef(
        f"{BASE}/procedures/"
        + published.value(f"select procedure_code from core.procedure where procedure_id = {FIRST}")
    )


def test_who_is_competent_is_the_authority_and_others_take_part(published: House) -> None:
    graph = _graph(published, "services.ttl")
    service = _first(published)
    assert list(graph.objects(service, CV.hasCompetentAuthority)) == [URIRef(f"{BASE}/agencies/H15.1")]
    parts = {
        graph.value(part, CV.hasParticipant): graph.value(part, CV.role)
        for part in graph.objects(service, CV.hasParticipation)
    }
    assert parts == {
        URIRef(f"{BASE}/agencies/H15.0"): URIRef(f"{BASE}/roles/executing"),
        URIRef(f"{BASE}/agencies/H15.2"): URIRef(f"{BASE}/roles/coordinating"),
    }
    others = set(graph.objects(None, CV.hasCompetentAuthority)) - {URIRef(f"{BASE}/agencies/H15.1")}
    assert others == {URIRef(f"{BASE}/agencies/not-stated")}, "who only carries it out is no authority"


def test_an_agency_with_two_names_has_one_label(published: House) -> None:
    graph, node = _graph(published, "services.ttl"), URIRef(f"{BASE}/agencies/H15.0")
    names = {str(each) for verb in (SKOS.prefLabel, SKOS.altLabel) for each in graph.objects(node, verb)}
    assert names == {"Sở 0", "Sở số không"}
    assert len(list(graph.objects(node, SKOS.prefLabel))) == len(list(graph.objects(node, DCTERMS.title))) == 1


def test_keywords_are_taken_apart(published: House) -> None:
    found = _graph(published, "services.ttl").objects(_first(published), DCAT.keyword)
    assert {str(each) for each in found} == {"mô phỏng", "ví dụ", "thử"}


def test_what_is_no_address_is_left_out_and_an_odd_one_escaped(published: House) -> None:
    graph = _graph(published, "services.ttl")
    papers = [URIRef(f"{_first(published)}/papers/{number}") for number in (1, 2)]
    assert [graph.value(paper, FOAF.page) for paper in papers] == [None, URIRef("http://x.vn/50%25%20a%5B1%5D.pdf")]


def test_an_amount_has_its_currency_or_is_words_alone(published: House) -> None:
    graph = _graph(published, "services.ttl")
    amounts, currencies = (set(graph.subjects(verb)) for verb in (CV.hasValue, CV.currency))
    assert amounts == currencies != set()
    [other] = published.rows("""select procedure_code, ordinal + 1, amount_text from core.procedure_fee
        join core.procedure using (procedure_id) where currency = 'USD'""")
    fee = URIRef(f"{BASE}/procedures/{other[0]}/fees/{other[1]}")
    assert fee not in amounts
    assert f"{other[2]} USD" in {str(each) for each in graph.objects(fee, DCTERMS.description)}


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


def test_a_set_whose_new_contract_was_not_published_is_told_by_its_old_one(published: House, tmp_path: Path) -> None:
    copytree(ROOT / "schemas", tmp_path / "schemas")
    path = tmp_path / "schemas" / "datasets" / "procedure_catalogue.odcs.yaml"
    replace_in(path, "businessName: Danh mục thủ tục hành chính", "businessName: Một tên mới")
    replace_in(path, "- name: is_in_force", "- name: is_valid")
    refresh(BASE, load_contracts(tmp_path / "schemas"), published.place / "datasets")
    titles = _graph(published, "catalogue.ttl").objects(URIRef(f"{BASE}/v1/sets/procedure_catalogue"), DCTERMS.title)
    assert {str(title) for title in titles} == {"Danh mục thủ tục hành chính", "Catalogue of administrative procedures"}
    assert (published.place / "datasets" / "services.ttl").exists()


def test_what_says_of_which_versions_a_catalogue_is_made_comes_after_its_names_are_on_disk(
    published: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = published.place / "datasets"
    made = root / ".catalogue.json"
    made.unlink()
    was_made = list[bool]()

    def fsync(descriptor: int) -> None:
        if os.fstat(descriptor).st_ino == root.stat().st_ino:
            was_made.append(made.exists())

    monkeypatch.setattr(os, "fsync", fsync)
    refresh(BASE, load_contracts(ROOT / "schemas"), root)
    assert (was_made, made.exists()) == ([False], True)


@pytest.mark.parametrize("wrong", ["data.vn", "https://", "https://data vn", "ftp://data.vn", "https://data.vn/?a=1"])
def test_what_is_no_address_of_a_site_is_refused(new_house: NewHouse, wrong: str) -> None:
    ended = new_house().gateway("publish", GATEWAY_PUBLIC_URL=wrong)
    assert ended.returncode == 2
    assert "GATEWAY_PUBLIC_URL: not the address of a place on the web" in said(ended)[0]


def test_before_anything_is_published_there_is_nothing_to_tell(new_house: NewHouse) -> None:
    house = new_house()
    _publish(house)
    assert not list(house.place.glob("datasets/*.ttl"))


def test_without_an_address_there_is_no_catalogue(new_house: NewHouse, tmp_path: Path) -> None:
    house = new_house()
    house.done("publish")
    assert not list((house.place / "datasets").glob("*.ttl"))


@needs_judges
@pytest.mark.long
@pytest.mark.skipif(
    not REAL.exists(), reason="the real catalogue ../shared/data/tthc_catalogue.csv is not on this machine"
)
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
