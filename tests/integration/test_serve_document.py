"""The OpenAPI document: whole, and no address without it. tests/proof/test_api_fuzz.py: true of every answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.serve.app import make_app
from gateway.serve.shelf import Shelf
from tests.conftest import NewHouse
from tests.helpers.serving import Api, Play, serving


@pytest.fixture(scope="module")
def api(new_house: NewHouse) -> Iterator[Api]:
    """The set and one of agencies, served."""
    play = Play(new_house())
    play.make(300)
    play.publish()
    play.house.execute("delete from public.play where code < 'C0050'")
    play.publish()
    Play(play.house, "inner", "shared").publish()
    with serving(play.house) as api:
        yield api


FOR_PEOPLE = {"/", "/sets/{dataset}", "/assets", "/catalogue"}
"""Pages, what they look like, and the address that leads to one."""


def test_every_address_is_in_the_document(api: Api, play_paths: set[str]) -> None:
    written = set(api.json("/v1/openapi.json")["paths"])
    assert {
        path.replace("{dataset}/rows", "play/rows").replace("{dataset}/changes", "play/changes") for path in play_paths
    } == written


@pytest.fixture
def play_paths(new_house: NewHouse) -> set[str]:
    """The addresses that the application knows."""
    house = new_house()
    with house.engine() as engine:
        app = make_app(Shelf(engine, house.place))
    return {route.path for route in app.routes} - FOR_PEOPLE  # type: ignore[attr-defined]


def test_a_row_is_described_by_its_contract(api: Api) -> None:
    document = api.json("/v1/openapi.json")
    assert document["openapi"] == "3.1.0"
    described = document["components"]["schemas"]["row_of_play"]["properties"]
    assert described["made_at"] == {
        "type": ["string", "null"], "format": "date-time", "title": "Cột made_at", "description": "The column made_at. (Cột made_at.)",
    }  # fmt: skip
    assert described["code"]["type"] == "string"
    names = {each["name"] for each in document["paths"]["/v1/sets/play/rows"]["get"]["parameters"]}
    assert {"limit", "after", "columns", "code", "amount_from", "made_at_to", "tags"} <= names
    assert "/v1/sets/inner/rows" not in document["paths"]
