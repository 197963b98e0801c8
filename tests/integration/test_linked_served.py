"""The linked data over HTTP, and what CKAN's own harvester makes of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, RDF

from gateway.linked.sets import FORMATS
from gateway.publish.contract import Contract, load_contracts
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House
from tests.helpers.judging import harvested, needs_ckan
from tests.helpers.serving import Api, files_of, serving, told

BASE = "https://data.example.vn"
CONTRACTS = {contract.name: contract for contract in load_contracts(ROOT / "schemas")}
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
"""rdflib's own reader of JSON-LD uses it."""


@pytest.fixture(scope="module")
def house(new_house: NewHouse) -> House:
    """A night, published under a public address."""
    house = new_house()
    with running_sandbox("--dossiers", "40", "--procedures", "20") as sandbox:
        house.connect_to(sandbox)
        house.night()
    house.done("publish", GATEWAY_PUBLIC_URL=BASE)
    return house


@pytest.fixture(scope="module")
def api(house: House) -> Iterator[Api]:
    with serving(house) as api:
        yield api


@pytest.mark.parametrize(
    ("name", "kind"),
    [(f"{name}.{form}", kind) for name in ("catalogue", "services") for form, kind in (("ttl", "text/turtle; charset=utf-8"), ("jsonld", "application/ld+json"))],
)  # fmt: skip
def test_a_file_is_served_as_it_was_written_also_in_pieces(api: Api, house: House, name: str, kind: str) -> None:
    content = (house.place / "datasets" / name).read_bytes()
    answer = api.get(f"/{name}")
    assert (answer.content, answer.headers["content-type"]) == (content, kind)
    tag = {"If-None-Match": answer.headers["etag"]}
    assert api.get(f"/{name}", headers=tag).status_code == 304
    piece = api.get(f"/{name}", headers={"Range": "bytes=10-19", "If-Range": answer.headers["etag"]})
    assert (piece.status_code, piece.content) == (206, content[10:20])


def test_the_catalogue_leads_programs_to_its_file_and_people_to_its_page(api: Api) -> None:
    graph = Graph().parse(data=api.get("/catalogue.ttl").text, format="turtle")
    [home] = graph.subjects(RDF.type, DCAT.Catalog)
    assert home == URIRef(f"{BASE}/catalogue")
    for accepted, place in (
        ("text/turtle", "/catalogue.ttl"),
        ("application/ld+json", "/catalogue.jsonld"),
        ("text/html", "/"),
        ("text/html,text/turtle;q=0", "/"),
        ("text/html,text/turtle;q=0.9", "/"),
        ("text/turtle;q=0.5,application/ld+json;profile=x;q=0.9,*/*;q=0.1", "/catalogue.jsonld"),
        ("text/html;q=0.5,TEXT/Turtle", "/catalogue.ttl"),
        ("text/turtle,*/*", "/catalogue.ttl"),
        ("*/*", "/"),
        ("", "/"),
    ):
        answer = api.http.get(
            f"{api.address}/catalogue", headers={"Accept": accepted}, allow_redirects=False, timeout=30
        )
        assert (answer.status_code, answer.headers["location"]) == (303, place)


def test_every_address_of_the_catalogue_is_one_of_ours(api: Api) -> None:
    graph = Graph().parse(data=api.get("/catalogue.ttl").text, format="turtle")
    opened = {str(each) for each in graph.objects(None, DCAT.landingPage)} | {
        str(each) for each in graph.objects(None, DCAT.downloadURL)
    }
    assert len(opened) > 50
    for each in opened:
        answer = api.get(each.removeprefix(BASE), method="HEAD")
        assert answer.status_code in {200, 401}, each


def test_without_a_public_address_there_is_nothing_to_serve(new_house: NewHouse) -> None:
    house = new_house()
    house.done("publish")
    with serving(house) as api:
        answer = api.get("/catalogue.ttl")
        assert answer.status_code == 404
        assert told(answer)["type"] == "urn:gateway:problem:not-written"
        assert "chưa có bộ dữ liệu nào" in api.get("/").text.casefold()


@pytest.fixture(scope="module")
def arrived(house: House) -> dict[str, Any]:
    """What CKAN makes of it, by language and set."""
    return harvested(house.place / "datasets" / "catalogue.ttl")


@needs_ckan
def test_every_set_arrives_in_ckan(house: House, arrived: dict[str, Any]) -> None:
    names = {path.name for path in (house.place / "datasets").iterdir() if path.is_dir()}
    assert set(arrived["vi"]) == set(arrived["en"]) == names
    for name in names:
        _check(CONTRACTS[name], arrived["vi"][name], arrived["en"][name], files_of(house, name))


def _check(contract: Contract, vi: dict[str, Any], en: dict[str, Any], latest: Path) -> None:
    assert (vi["title"], vi["notes"]) == (contract.title, contract.purpose_vi)
    assert (en["title"], en["notes"]) == (contract.title_en, contract.purpose)
    assert vi["publisher_name"] == vi["contact_name"] == contract.team
    assert vi["access_rights"].rpartition("/")[2] in {"PUBLIC", "RESTRICTED"}
    assert vi["url"] == f"{BASE}/sets/{contract.name}"
    assert vi["modified"].startswith("20")
    assert ("issued" in vi) == (contract.retention is None)
    resources = {each["name"]: each for each in vi["resources"]}
    tables = {path.name for path in latest.iterdir() if path.suffix in FORMATS and ".changes." not in path.name}
    assert set(resources) == tables
    for name, each in resources.items():
        assert each["url"] == f"{BASE}/v1/sets/{contract.name}/versions/{latest.resolve().name}/files/{name}"
        assert each["size"] == (latest / name).stat().st_size
        assert each["format"] == FORMATS[Path(name).suffix][0]
        assert len(each["hash"]) == 64
        assert each["rights"] == f"Chia sẻ theo {'; '.join(contract.legal_basis)}"
        assert each["issued"] == vi["modified"]
