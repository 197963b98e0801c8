"""The pieces of the OpenAPI document: an operation that reads, its parameters, its refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.serve.encoding import PROBLEM

REFUSALS = {
    400: "A parameter is unknown, stands twice, or is not of its form.",
    401: "The set needs a key, or the key that was sent opens nothing.",
    403: "The caller has no right to this.",
    404: "There is no such thing.",
    410: "The changes since then are kept no longer: read the set anew.",
    429: "The caller has asked for too much; Retry-After says when to come again.",
    416: "Every range that was asked for lies behind the end of the file.",
    500: "A fault of the gateway.",
    503: "The gateway cannot answer now; try again.",
}
SHOWN = (401, 429)
"""What any address of the sets may answer: to one who shows a key, and, 429, to anyone while too many ask at once."""

ALWAYS = (500, 503)
"""What any address may answer."""


def reference(name: str) -> dict[str, str]:
    """A schema of the document's own."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(
    name: str, place: str, schema: Mapping[str, Any], description: str, *, is_required: bool = False
) -> dict[str, Any]:
    """A parameter. place: `path` or `query`."""
    return {"name": name, "in": place, "required": is_required, "schema": schema, "description": description}


def read(
    summary: str,
    name: str,
    content: Mapping[str, Any],
    parameters: Sequence[Mapping[str, Any]],
    refusals: Sequence[int],
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A path that can be read. name: its operation's; content: of 200, by media type; more: further responses by status."""
    responses = {"200": {"description": "The answer.", "content": content}, **(more or {})}
    for status in (*refusals, *ALWAYS):
        body = {PROBLEM: {"schema": reference("Problem")}}
        responses[str(status)] = {"description": REFUSALS[status], "content": body}
    return {"get": {"summary": summary, "operationId": name, "parameters": parameters, "responses": responses}}
