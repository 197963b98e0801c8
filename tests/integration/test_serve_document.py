"""The OpenAPI document: whole, true of every answer (by Schemathesis), and no address without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from gateway.serve.app import make_app
from gateway.serve.shelf import Shelf
from tests.conftest import NewHouse
from tests.helpers.serving import Api, Play, serving

CASES = 20
"""Of each kind, valid or not, for each of the document's operations."""

UNTOLD = [positive_data_acceptance]
"""A schema cannot say which tokens were ever given."""


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


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_the_document_says(api: Api, mode: GenerationMode) -> None:
    """No fault, no status, type or content that is not declared."""
    document = schemathesis.openapi.from_dict(api.json("/v1/openapi.json"))
    for found in document.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not list(operation.iter_parameters()):
            continue  # nothing to get wrong

        @seed(20261127)
        @settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            case.call_and_validate(base_url=api.address, session=api.http, excluded_checks=UNTOLD)

        ask()


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
