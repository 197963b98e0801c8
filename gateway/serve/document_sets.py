"""A set's own part of the OpenAPI document, from its contract: its rows, its changes, and a parameter for each filter."""

from __future__ import annotations

from typing import Any

from gateway.access.view import View
from gateway.publish.contract import Column, Contract
from gateway.serve.asked import MOST
from gateway.serve.encoding import JSON
from gateway.serve.filters import Filter, offered
from gateway.serve.operations import SHOWN, parameter, read, reference

_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "format": "int64"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "array": {"type": "array", "items": {"type": "string"}},
}
_SIGNS = {"=": "is", ">=": "is this or more", "<=": "is this or less", "has": "has this text"}


def of_set(view: View) -> dict[str, Any]:
    """The paths of the rows and changes of a set."""
    contract = view.seen
    place, name = f"/v1/sets/{contract.name}", contract.name
    rows = {JSON: {"schema": _page(contract)}}
    changes = {JSON: {"schema": _changes(contract)}}
    refusals = (400, *SHOWN, 403, 404, 410)
    since = parameter("since", "query", {"type": "string"}, "where the reader stands", is_required=True)
    return {
        f"{place}/rows": read(f"Rows: {contract.title}", f"rows_of_{name}", rows, _parameters(view), refusals),
        f"{place}/changes": read(
            f"Changes: {contract.title}", f"changes_of_{name}", changes, [since, _LIMIT], refusals
        ),
    }


def row_schema(contract: Contract) -> dict[str, Any]:
    """A row by the names of its columns; fewer of them when `columns` named some."""
    properties = {column.name: _column(column) for column in contract.columns}
    return {"type": "object", "title": contract.title, "properties": properties, "additionalProperties": False}


def _column(column: Column) -> dict[str, Any]:
    said = dict(_TYPES[column.type])
    if not column.required:
        said["type"] = [said["type"], "null"]
    return {**said, "title": column.title, "description": f"{column.description} ({column.description_vi})"}


def _page(contract: Contract) -> dict[str, Any]:
    parts = {
        "dataset": {"const": contract.name},
        "version": {"type": "string"},
        "since": {"type": "string"},
        "next": {"type": ["string", "null"]},
        "rows": {"type": "array", "maxItems": MOST, "items": reference(f"row_of_{contract.name}")},
    }
    return _whole(parts)


def _changes(contract: Contract) -> dict[str, Any]:
    key = {column.name: _column(column) for column in contract.columns if column.is_key}
    names = [column.name for column in contract.columns]
    parts = {"change": {"enum": ["added", "changed"]}, "key": _whole(key)}
    row = {**reference(f"row_of_{contract.name}"), "required": names}
    kinds = [_whole({**parts, "row": row}), _whole({**parts, "change": {"const": "removed"}})]
    return _whole(
        {
            "dataset": {"const": contract.name},
            "version": {"type": "string"},
            "next": {"type": "string"},
            "is_last": {"type": "boolean"},
            "changes": {"type": "array", "maxItems": MOST, "items": {"oneOf": kinds}},
        }
    )


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _parameters(view: View) -> list[dict[str, Any]]:
    names = "|".join(column.name for column in view.seen.columns)
    some = {"type": "string", "pattern": f"^({names})(,({names}))*$"}
    own = [
        _LIMIT,
        parameter("after", "query", {"type": "string"}, "the next of the page before"),
        parameter("columns", "query", some, "some columns, with commas between them"),
    ]
    return [*own, *(_filter(name, each) for name, each in offered(view.askable).items())]


def _filter(name: str, said: Filter) -> dict[str, Any]:
    schema = _TYPES["string" if said.sign == "has" else said.column.type]
    return parameter(name, "query", schema, f"rows whose {said.column.name} {_SIGNS[said.sign]} ({said.column.title})")


_LIMIT = parameter(
    "limit", "query", {"type": "integer", "minimum": 1, "maximum": MOST, "default": MOST}, "how many at most"
)
