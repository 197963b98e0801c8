"""The API answers as its document says; an answer that is not as the document says is noticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Response

from proof.api_fuzz import ask, measure
from tests.helpers.serving import Api, in_thread

CASES = 300


def test_some_hundred_questions() -> None:
    line = measure(CASES)
    assert line.detail == ()
    assert line.passed


@pytest.fixture
def other() -> Iterator[Api]:
    """An API whose document says that `/count` gives a number from 1 to 9, which it does not."""
    app = FastAPI(openapi_url="/v1/openapi.json")
    schema = {"type": "integer", "minimum": 1, "maximum": 9}

    @app.get("/count", responses={200: {"content": {"application/json": {"schema": schema}}}})
    def counted() -> Response:
        return Response("10", media_type="application/json")

    with in_thread(app) as api:
        yield api


def test_an_answer_unlike_its_schema_is_noticed(other: Api) -> None:
    asked, wrong = ask(other, CASES)
    assert asked
    assert "GET /count" in wrong[0]
