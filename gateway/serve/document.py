"""/v1/openapi.json: the API as an OpenAPI 3.1 document, made from what is published now. Each set that the caller may read has its own
rows and filters in it: the columns that exist for the caller, in the form in which they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from gateway.access.view import View
from gateway.serve import answers, asked
from gateway.serve.document_sets import of_set, row_schema
from gateway.serve.document_token import SCHEMES, TOKEN
from gateway.serve.downloads import TYPES
from gateway.serve.encoding import JSON, answer
from gateway.serve.gate import AGate, Gate
from gateway.serve.operations import SHOWN, parameter, read, reference
from gateway.serve.problems import Refusal

router = APIRouter()
ABOUT = """The shared data sets (dữ liệu dùng chung) of the province. Read all rows page by page (`next` → `after`), then follow
the changes from the `since` of those pages. Every refusal is a problem document (RFC 9457) in English and Vietnamese."""

_ANSWERS = (answers.Sets, answers.WholeSet, answers.Versions, answers.Health, answers.Problem)


@router.api_route("/v1/openapi.json", methods=["GET", "HEAD"])
def openapi(request: Request, gate: AGate) -> Response:
    """The document."""
    asked.parameters(request, ())
    with gate.shelf.engine.connect() as connection:
        found = list(_views(connection, gate))
    return answer(request, document(found), is_private=gate.caller.consumer is not None)


def _views(connection: Connection, gate: Gate) -> Iterator[View]:
    for each in gate.shelf.sets(connection):
        with suppress(Refusal):  # nothing of the set is for this caller
            yield gate.view(connection, each.contract)


def document(views: Sequence[View]) -> dict[str, Any]:
    """The document for these views of sets."""
    _, schemas = msgspec.json.schema_components(_ANSWERS, ref_template="#/components/schemas/{name}")
    rows = {f"row_of_{each.contract.name}": row_schema(each.seen) for each in views}
    paths: dict[str, Any] = dict(_FIXED)
    for each in views:
        paths |= of_set(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shared data sets", "version": "1", "description": ABOUT},
        "paths": paths,
        "components": {"schemas": {**schemas, **rows}, "securitySchemes": SCHEMES},
        "security": [{}, *({name: []} for name in SCHEMES)],
    }


def _json(name: str) -> dict[str, Any]:
    return {JSON: {"schema": reference(name)}}


def _files() -> Mapping[str, Any]:
    content: dict[str, Any] = {kind.partition(";")[0]: {} for kind in TYPES.values()}
    part = {**content, "multipart/byteranges": {}}
    more = {
        "206": {"description": "The ranges that were asked for (Range, If-Range).", "content": part},
        "304": {"description": "It is what the caller has (If-None-Match, If-Modified-Since)."},
    }
    summary = "A file of a version; latest is the version whose rows are given now"
    names = (
        _DATASET,
        _VERSION,
        parameter("name", "path", {"type": "string"}, "a file of the version", is_required=True),
    )
    return read(summary, "download", content, names, (400, *SHOWN, 403, 404, 416), more)


_NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 60}
_DATASET = parameter("dataset", "path", _NAME, "a set", is_required=True)
_VERSION = parameter("version", "path", {"type": "string"}, "a version, or latest", is_required=True)
_OF_SET = (400, *SHOWN, 403, 404)
_FIXED: dict[str, Any] = {
    "/v1/sets": read("Every published set", "sets", _json("Sets"), (), (400, *SHOWN)),
    "/v1/sets/{dataset}": read("A set and its contract", "set", _json("WholeSet"), (_DATASET,), (400, *SHOWN, 404)),
    "/v1/sets/{dataset}/versions": read("Its versions", "versions", _json("Versions"), (_DATASET,), _OF_SET),
    "/v1/sets/{dataset}/versions/{version}/files/{name}": _files(),
    "/v1/token": TOKEN,
    "/v1/openapi.json": read("This document", "document", {JSON: {"schema": {"type": "object"}}}, (), (400, *SHOWN)),
    "/health": read("Whether the gateway can answer", "health", _json("Health"), (), (400,)),
    "/metrics": read("What Prometheus reads", "metrics", {"text/plain": {"schema": {"type": "string"}}}, (), ()),
}
